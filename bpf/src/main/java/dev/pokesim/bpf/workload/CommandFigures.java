package dev.pokesim.bpf.workload;

import dev.pokesim.bpf.form.Errno;
import dev.pokesim.bpf.form.LatchAsync;
import dev.pokesim.bpf.form.Operation;
import dev.pokesim.bpf.primitive.IrqWork;
import dev.pokesim.bpf.primitive.KernelListener;
import dev.pokesim.bpf.primitive.NolockAllocator;
import dev.pokesim.emulator.core.Core;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/**
 * Measures commands, from the operation that leaves one to the context that carries it out, and what keeps an operation from leaving
 * one. Hashed maps are looked up only.
 */
final class CommandFigures implements KernelListener {
    /** Nested interrupts of a core. */
    private static final int MAX_DEPTH = 32;

    private static final int MAX_RETRIES = 15;
    private static final long PS_PER_NS = 1000;
    private static final int NO_WORK = -1;

    private enum Busy {
        NO,
        WRITER_BELOW,
        WRITER_ELSEWHERE
    }

    /** What a core is in the middle of, in one of its nested contexts. */
    private static final class Context {
        private int vector;
        private long enteredPs;
        private long operationBegan;
        private Busy busy = Busy.NO;
        private int rounds;
        private long takenSincePs;
    }

    /**
     * A command that waits.
     *
     * @param began number of the event with which its operation began
     * @param at of the one with which it was issued
     */
    private record Issued(long began, long at, int cpu, long timePs) {}

    /** What is known of a control block. */
    private static final class Block {
        private final NavigableMap<Long, Issued> waiting = new TreeMap<>();
        /** When the operation began that left the latest of the commands that were taken, in all and by CPU. */
        private long latest;

        private final Map<Integer, Long> latestOf = new HashMap<>();
    }

    private final boolean isLatch;
    private final Context[][] contexts;
    private final int[] depth;
    private final int[] commandsOfWork;
    private final Map<Long, Block> blocks = new HashMap<>();
    private final Map<Long, Integer> writers = new HashMap<>();
    private long events;

    private final Histogram effectNs = new Histogram(3);
    private final Histogram handlerNs = new Histogram(3);
    private final Histogram perWork = new Histogram(3);
    private final long[] retries = new long[MAX_RETRIES + 1];
    private long writerBelow;
    private long writerElsewhere;
    private long dying;
    private long slotTaken;
    private long overtakenOnOneCpu;
    private long overtakenAcrossCpus;

    /**
     * @param cores all of the machine
     */
    CommandFigures(boolean isLatch, int cores) {
        this.isLatch = isLatch;
        contexts = new Context[cores][MAX_DEPTH];
        depth = new int[cores];
        commandsOfWork = new int[cores];
        for (int id = 0; id < cores; id++) {
            commandsOfWork[id] = NO_WORK;
            for (int level = 0; level < MAX_DEPTH; level++) {
                contexts[id][level] = new Context();
            }
        }
    }

    private Context context(Core core) {
        return contexts[core.id()][depth[core.id()]];
    }

    /** A program is about to call an operation. */
    void begins(Core core) {
        context(core).operationBegan = ++events;
        context(core).busy = Busy.NO;
    }

    /** An operation came back. */
    void finished(Core core, Operation operation, long result) {
        if (result != Errno.EBUSY) {
            return;
        }
        switch (context(core).busy) {
            case WRITER_BELOW -> writerBelow++;
            case WRITER_ELSEWHERE -> writerElsewhere++;
            case NO -> {
                slotTaken += operation == Operation.INIT ? 1 : 0;
                dying += operation == Operation.INIT ? 0 : 1;
            }
        }
    }

    @Override
    public void entered(Core core, int vector) {
        depth[core.id()]++;
        Context entered = context(core);
        entered.vector = vector;
        entered.enteredPs = core.timePs();
    }

    @Override
    public void returned(Core core) {
        Context left = context(core);
        depth[core.id()]--;
        if (left.vector == IrqWork.VECTOR) {
            handlerNs.recordValue((core.timePs() - left.enteredPs) / PS_PER_NS);
            workEnds(core.id());
        }
    }

    @Override
    public void updated(Core core, long address, boolean failed) {
        if (!isLatch || !LatchAsync.isWriter(address)) {
            return;
        }
        if (failed) {
            boolean isOwn = writers.getOrDefault(address, NO_WORK) == core.id();
            context(core).busy = isOwn ? Busy.WRITER_BELOW : Busy.WRITER_ELSEWHERE;
        } else {
            writers.put(address, core.id());
        }
    }

    @Override
    public void readsCommand(Core core) {
        context(core).rounds++;
    }

    @Override
    public void hasReadCommand(Core core) {
        int rounds = context(core).rounds;
        if (rounds > 0) { // else it is told for the second time
            retries[Math.min(rounds - 1, MAX_RETRIES)]++;
            context(core).rounds = 0;
        }
    }

    @Override
    public void workRuns(Core core, long work) {
        workEnds(core.id());
        commandsOfWork[core.id()] = 0;
    }

    private void workEnds(int core) {
        if (commandsOfWork[core] != NO_WORK) {
            perWork.recordValue(commandsOfWork[core]);
            commandsOfWork[core] = NO_WORK;
        }
    }

    @Override
    public void commandIssued(Core core, Command command) {
        Block block = blocks.computeIfAbsent(command.cb(), cb -> new Block());
        block.waiting.put(
                command.number(), new Issued(context(core).operationBegan, ++events, core.id(), core.timePs()));
    }

    @Override
    public void commandTaken(Core core, Command command) {
        commandsOfWork[core.id()] += commandsOfWork[core.id()] != NO_WORK ? 1 : 0;
        Block block = blocks.get(command.cb());
        Issued issued = block == null ? null : block.waiting.remove(command.number());
        context(core).takenSincePs = issued == null ? core.timePs() : issued.timePs;
        if (block == null || issued == null) {
            return; // taken between the step that hands it over and the one that tells
        }
        if (isLatch) {
            block.waiting.headMap(command.number()).clear(); // overwritten: nobody will carry them out
        }
        // an operation that was not over when another one began has no order with it
        if (issued.at < block.latestOf.getOrDefault(issued.cpu, 0L)) {
            overtakenOnOneCpu++;
        } else if (issued.at < block.latest) {
            overtakenAcrossCpus++;
        }
        block.latest = Math.max(block.latest, issued.began);
        block.latestOf.merge(issued.cpu, issued.began, Math::max);
    }

    @Override
    public void commandDone(Core core) {
        effectNs.recordValue((core.timePs() - context(core).takenSincePs) / PS_PER_NS);
    }

    @Override
    public void freeing(Core core, NolockAllocator.Cache cache, long object) {
        if (cache == NolockAllocator.Cache.CONTROL_BLOCK) {
            blocks.remove(object);
            writers.remove(LatchAsync.writerOf(object));
        }
    }

    RunReport.Commands measured() {
        int last = MAX_RETRIES;
        while (last > 0 && retries[last] == 0) {
            last--;
        }
        List<Long> readers = new ArrayList<>();
        for (int i = 0; i <= last && isLatch; i++) {
            readers.add(retries[i]);
        }
        return new RunReport.Commands(
                RunReport.Latency.of(effectNs),
                RunReport.Latency.of(handlerNs),
                perWork.getTotalCount() == 0 ? 0 : perWork.getMean(),
                perWork.getMaxValue(),
                new RunReport.Busy(writerBelow, writerElsewhere, dying, slotTaken),
                readers,
                overtakenOnOneCpu,
                overtakenAcrossCpus);
    }
}
