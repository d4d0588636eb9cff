package dev.pokesim.patcher.check;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;
import dev.pokesim.patcher.kernel.KernelCosts;
import dev.pokesim.patcher.kernel.SyncCores;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * No deadlock and no livelock: the patcher's waits end. It waits for cores that owe it an answer to an IPI and for handlers that may hold
 * a reference; if it and all of these have done nothing for long, nobody is going to. If the patcher has done nothing outside of handlers
 * for very much longer, and a core has been in the INT3 handler all the time and goes on, it goes around in circles.
 *
 * <p>A queue for a contended line is no deadlock: whoever waits in it gets the line, two milliseconds later on the largest
 * machine, and is told about.
 */
public final class EveryWaitEnds extends Oracle {
    /** Longer than any single thing that a core does: 20 ms. */
    private static final long PATIENCE_PS = 20_000_000_000L;
    /** How much longer than the dearest routines of a slow profile. */
    private static final int COST_FACTOR = 100;

    /**
     * For a patcher that waits and a handler that does not get out, both: this is 1 s. In a storm of 480 cores a sync takes longer than
     * that, but no handler does.
     */
    private static final int LIVELOCK_FACTOR = 50;

    private final int patcher;
    private final long patiencePs;
    private final long[] lastPs;
    /** When the patcher itself did something last, and no handler on its core. */
    private long lastOfPatcherPs;

    private final int[] owed;
    private final int[] traps;
    /** When each core trapped, if it is in the INT3 handler. */
    private final long[] trappedPs;
    /** Vectors of the handlers that each core is in, the innermost last. */
    private final List<List<Integer>> handlers = new ArrayList<>();

    /**
     * @param patcher the core that patches
     */
    public EveryWaitEnds(int cores, int patcher, KernelCosts costs) {
        this.patcher = patcher;
        patiencePs = PATIENCE_PS
                + COST_FACTOR * (costs.textPokePs() + costs.ipiHandlerPs() + costs.trapEntryPs() + costs.trapExitPs());
        lastPs = new long[cores];
        owed = new int[cores];
        traps = new int[cores];
        trappedPs = new long[cores];
        for (int i = 0; i < cores; i++) {
            handlers.add(new ArrayList<>());
        }
    }

    @Override
    public String property() {
        return "every wait ends";
    }

    @Override
    public boolean wantsMemory() {
        return true;
    }

    private void isAlive(Core core) {
        lastPs[core.id()] = core.timePs();
        if (core.id() == patcher && handlers.get(patcher).isEmpty()) {
            lastOfPatcherPs = core.timePs();
        }
    }

    @Override
    public void sent(Core from, int target, int vector) {
        isAlive(from);
        owed[target]++;
    }

    @Override
    public void entered(Core core, int vector) {
        lastPs[core.id()] = core.timePs(); // no doing of what it interrupts
        if (vector == SyncCores.VECTOR) {
            owed[core.id()] = 0;
        } else if (vector == GuestFault.Vector.BREAKPOINT.number()) {
            trappedPs[core.id()] = traps[core.id()]++ == 0 ? core.timePs() : trappedPs[core.id()];
        }
        List<Integer> within = handlers.get(core.id());
        int last = within.size() - 1;
        if (vector == GuestFault.Vector.BREAKPOINT.number() && last >= 0 && within.get(last) == vector) {
            violated(
                    core,
                    "core " + core.id() + " meets an INT3 in its INT3 handler, which does the same:"
                            + " recursion until the stack is full");
        }
        within.add(vector);
    }

    @Override
    public void handled(Core core, long site, boolean claimed, long resumeAt) {
        isAlive(core);
        traps[core.id()]--;
    }

    @Override
    public void returned(Core core) {
        isAlive(core);
        List<Integer> within = handlers.get(core.id());
        if (!within.isEmpty()) {
            within.remove(within.size() - 1);
        }
    }

    @Override
    public void save(StateWriter out) {
        for (List<Integer> within : handlers) {
            out.number(within.size());
            within.forEach(out::number);
        }
    }

    @Override
    public void restore(StateReader in) {
        for (List<Integer> within : handlers) {
            within.clear();
            for (int left = in.number(); left > 0; left--) {
                within.add(in.number());
            }
        }
    }

    @Override
    public void guestReturned(Core core) {
        isAlive(core);
    }

    @Override
    public void written(Core core, long address, int sizeBytes) {
        isAlive(core);
    }

    @Override
    public void updated(Core core, long address, boolean failed) {
        isAlive(core);
    }

    @Override
    public void stepStarted(Core core, String step) {
        isAlive(core);
    }

    /**
     * To be called now and then while the patcher is at work.
     *
     * @param step what it does
     */
    public void look(Core patchingCore, long nowPs, String step) {
        lookForDeadlock(patchingCore, nowPs, step);
        long livelockPs = LIVELOCK_FACTOR * patiencePs;
        for (int id = 0; id < traps.length && nowPs - lastOfPatcherPs >= livelockPs; id++) {
            if (id != patcher && traps[id] > 0 && nowPs - trappedPs[id] >= livelockPs) {
                violated(
                        patchingCore,
                        "livelock: " + waited(nowPs - lastOfPatcherPs, step) + "; core " + id
                                + " goes on in the INT3 handler and does not get out");
                return;
            }
        }
    }

    private String waited(long timePs, String step) {
        return "core " + patcher + (step.isEmpty() ? "" : " in \"" + step + "\"") + " has waited for "
                + timePs / 1_000_000_000L + " ms";
    }

    private void lookForDeadlock(Core patchingCore, long nowPs, String step) {
        if (nowPs - lastPs[patcher] < patiencePs) {
            return;
        }
        int culprit = -1;
        for (int id = 0; id < lastPs.length; id++) {
            if (id != patcher && (owed[id] > 0 || traps[id] > 0)) {
                if (nowPs - lastPs[id] < patiencePs) {
                    return;
                }
                if (culprit < 0 || owed[culprit] == 0) {
                    culprit = id;
                }
            }
        }
        violated(
                patchingCore,
                "deadlock: " + waited(nowPs - lastPs[patcher], step)
                        + (culprit < 0
                                ? ""
                                : "; core " + culprit
                                        + (owed[culprit] > 0 ? " owes it an answer" : " is in the INT3 handler")
                                        + " and does nothing"));
    }

    /** To be called if no core has anything to do. */
    public void nothingCanHappen(Core patchingCore) {
        violated(
                patchingCore,
                "deadlock: no core can go on; "
                        + Arrays.stream(owed).filter(n -> n > 0).count() + " cores owe an answer");
    }
}
