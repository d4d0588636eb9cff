package dev.pokesim.patcher.run;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.machine.Machine;
import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.patcher.kernel.KernelLayout;
import dev.pokesim.patcher.kernel.PatchListener;
import dev.pokesim.patcher.kernel.Refs;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;
import org.HdrHistogram.Histogram;

/** Measures a run while it goes on. */
final class Figures implements PatchListener {
    private static final int BREAKPOINT = GuestFault.Vector.BREAKPOINT.number();
    private static final int MAX_DEPTH = 32;

    private final LongPredicate isCounter;
    private final int counters;
    private final int cores;
    private final List<RunReport.Batch> batches = new ArrayList<>();
    private final List<RunReport.Step> steps = new ArrayList<>();
    private int entries;
    private long batchStartPs = -1;
    private String stepName = "";
    private long stepStartPs;

    /** Handler latencies in nanoseconds, three digits. */
    private final Histogram handlerNs = new Histogram(3);

    private final int[][] vectors;
    private final long[][] enteredPs;
    private final int[] depth;
    private long traps;
    private long trapsInNmi;
    private long nestedTraps;
    private long handlersInNmi;
    private long handlerInNmiSumPs;
    private long handlerSumPs;
    private long handlerMaxPs;
    private long handlerInBatchPs;
    private long exchangeFailures;
    private long exchangeSuccesses;
    private long patcherWaits;
    private long records;

    Figures(Refs refs, KernelLayout layout, int cores) {
        this(address -> refs.isCounter(address, layout), refs.counters(layout).length, cores);
    }

    /**
     * @param isCounter whether a reference count is at an address
     * @param counters how many there are
     */
    Figures(LongPredicate isCounter, int counters, int cores) {
        this.isCounter = isCounter;
        this.counters = counters;
        this.cores = cores;
        vectors = new int[cores][MAX_DEPTH];
        enteredPs = new long[cores][MAX_DEPTH];
        depth = new int[cores];
    }

    @Override
    public boolean wantsMemory() {
        return true;
    }

    @Override
    public void batchStarted(Core patcher, int queued) {
        entries = queued;
        batchStartPs = patcher.timePs();
        steps.clear();
        stepName = "";
    }

    @Override
    public void stepStarted(Core patcher, String step) {
        endStep(patcher.timePs());
        stepName = step;
        stepStartPs = patcher.timePs();
    }

    private void endStep(long nowPs) {
        if (!stepName.isEmpty()) {
            steps.add(new RunReport.Step(stepName, nowPs - stepStartPs));
        }
    }

    @Override
    public void batchFinished(Core patcher) {
        endStep(patcher.timePs());
        batches.add(new RunReport.Batch(entries, patcher.timePs() - batchStartPs, List.copyOf(steps)));
        for (int core = 0; core < cores; core++) {
            for (int i = 0; i < depth[core]; i++) {
                if (vectors[core][i] == BREAKPOINT && !isNested(core, i)) {
                    handlerInBatchPs += patcher.timePs() - Math.max(enteredPs[core][i], batchStartPs);
                }
            }
        }
        batchStartPs = -1;
    }

    @Override
    public void entered(Core core, int vector) {
        int id = core.id();
        vectors[id][depth[id]] = vector;
        enteredPs[id][depth[id]] = core.timePs();
        depth[id]++;
        if (vector == BREAKPOINT) {
            traps++;
            trapsInNmi += isWithin(id, depth[id] - 1, Machine.NMI) ? 1 : 0;
            nestedTraps += isNested(id, depth[id] - 1) ? 1 : 0;
        }
    }

    @Override
    public void returned(Core core) {
        int id = core.id();
        int top = --depth[id];
        if (vectors[id][top] == BREAKPOINT) {
            long latency = core.timePs() - enteredPs[id][top];
            handlerNs.recordValue(latency / 1000);
            handlerSumPs += latency;
            if (isWithin(id, top, Machine.NMI)) {
                handlersInNmi++;
                handlerInNmiSumPs += latency;
            }
            handlerMaxPs = Math.max(handlerMaxPs, latency);
            if (batchStartPs >= 0 && !isNested(id, top)) {
                handlerInBatchPs += core.timePs() - Math.max(enteredPs[id][top], batchStartPs);
            }
        }
    }

    /** Whether a trap happened inside another trap's handler, whose time is counted already. */
    private boolean isNested(int core, int index) {
        return isWithin(core, index, BREAKPOINT);
    }

    /** Whether one of the handlers further out is that of a vector. */
    private boolean isWithin(int core, int index, int vector) {
        for (int i = 0; i < index; i++) {
            if (vectors[core][i] == vector) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void updated(Core core, long address, boolean failed) {
        if (isCounter.test(address)) {
            if (failed) {
                exchangeFailures++;
            } else {
                exchangeSuccesses++;
            }
        }
    }

    @Override
    public void awaitsRefs(Core patcher) {
        patcherWaits++;
    }

    @Override
    public void textPokeRecord(Core patcher, long address, InstructionBytes oldText, InstructionBytes newText) {
        records++;
    }

    List<RunReport.Batch> batches() {
        return batches;
    }

    /** The step in progress, for progress reports. */
    String stepName() {
        return stepName;
    }

    long traps() {
        return traps;
    }

    /** Traps in NMI. */
    long trapsInNmi() {
        return trapsInNmi;
    }

    /** Traps on a core whose INT3 handler something had interrupted. */
    long nestedTraps() {
        return nestedTraps;
    }

    /** Of the handlers in NMI. */
    long handlerInNmiMeanPs() {
        return handlersInNmi == 0 ? 0 : handlerInNmiSumPs / handlersInNmi;
    }

    long handlerMeanPs() {
        return handlerNs.getTotalCount() == 0 ? 0 : handlerSumPs / handlerNs.getTotalCount();
    }

    long handlerMaxPs() {
        return handlerMaxPs;
    }

    long handlerP99Ps() {
        return handlerNs.getTotalCount() == 0 ? 0 : handlerNs.getValueAtPercentile(99) * 1000;
    }

    /** Of all handlers that returned. */
    LatencyDistribution handlerLatencies() {
        return LatencyDistribution.of(handlerNs);
    }

    /** Share of all cores' time in batches. */
    double handlerShare() {
        long total = batches.stream().mapToLong(RunReport.Batch::latencyPs).sum() * cores;
        return total == 0 ? 0 : (double) handlerInBatchPs / total;
    }

    long exchangeFailures() {
        return exchangeFailures;
    }

    /** References taken: every success on a counter takes one or drops one, but for the patcher's own giving up. */
    long referencesTaken() {
        long givenUp = (long) batches.size() * counters;
        return (exchangeSuccesses - givenUp + 1) / 2;
    }

    long patcherWaits() {
        return patcherWaits;
    }

    long records() {
        return records;
    }
}
