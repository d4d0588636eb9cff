package dev.pokesim.patcher.proof;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;
import dev.pokesim.patcher.kernel.HandlerStep;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What the INT3 handlers of a run do, step by step of the proof's handler. */
final class FollowedHandlers {
    private static final InstructionBytes INT3 = InstructionBytes.of(TextPokeLoc.INT3);

    private final FollowedState state;
    private final ProtocolProgram program;
    private final FollowedText text;
    private final List<HandlerStep> steps;
    /** Where each core's handler trapped. */
    private final int[] site;
    /** Whether the site was in the array when the handler took its reference. */
    private final boolean[] isFound;
    /** Handlers that an NMI has interrupted, whose handler has trapped; the outermost first. */
    private final List<List<Interrupted>> interrupted;

    /**
     * A handler that another one of the same core has interrupted.
     *
     * @param trappedInStep see {@link FollowedState#trappedIn}
     */
    private record Interrupted(int phase, int site, boolean isFound, long trappedInStep) {}

    FollowedHandlers(FollowedState state, FollowedText text) {
        this.state = state;
        this.text = text;
        program = state.program;
        steps = state.setup.protocol().handler().steps();
        site = new int[state.cores];
        isFound = new boolean[state.cores];
        interrupted = Stream.generate(() -> (List<Interrupted>) new ArrayList<Interrupted>())
                .limit(state.cores)
                .toList();
    }

    /**
     * A core enters the handler because of an INT3 at an address; one that is no site's belongs to somebody else.
     *
     * @param isInNmi whether something else than a handler of the proof was executing
     */
    void trap(Core core, long address, boolean isInNmi) {
        int id = core.id();
        int phase = CoreRecord.phase(state.record[id]);
        if (phase != CoreRecord.OUTSIDE && isInNmi) {
            interrupted.get(id).add(present(id));
        } else if (phase != CoreRecord.OUTSIDE) {
            state.lost(core, "traps at " + Address.text(address) + " inside a handler");
        }
        site[id] = program.siteAt(address);
        if (site[id] != ProtocolProgram.NONE && !text.canFetch(core, site[id], INT3)) {
            state.lost(
                    core,
                    "traps at " + Address.text(address) + ", where the proof allows "
                            + text.fetches(core, site[id]).seen());
        }
        go(id, 1);
        state.enters(id);
    }

    private void go(int core, int phase) {
        state.record[core] = CoreRecord.withPhase(state.record[core], phase, 0);
    }

    /** What the core's handler does next, by the proof. */
    private HandlerStep next(int core) {
        return steps.get(CoreRecord.phase(state.record[core]) - 1);
    }

    /** Searching the array and acting are steps that nobody else can tell. */
    private void passHidden(int core) {
        while (isHidden(next(core))) {
            go(core, CoreRecord.phase(state.record[core]) + 1);
        }
    }

    /** Whether nobody sees when a handler takes a step. */
    static boolean isHidden(HandlerStep step) {
        return step == HandlerStep.FIND_ENTRY || step == HandlerStep.ACT;
    }

    /** The core's handler takes a step, after those before it that are hidden. */
    private boolean step(Core core, HandlerStep step) {
        int id = core.id();
        passHidden(id);
        if (next(id) != step) {
            state.lost(
                    core,
                    "comes to \"" + step.word() + "\" in the INT3 handler; the proof's handler comes to \""
                            + next(id).word() + "\" next");
            return false;
        }
        go(id, step == HandlerStep.RETURN ? CoreRecord.OUTSIDE : CoreRecord.phase(state.record[id]) + 1);
        return true;
    }

    /** A locked increment of the core's count. */
    void take(Core core) {
        int id = core.id();
        int owner = state.ownerFor(id);
        if (state.value(owner) == 0) {
            // a fetch-and-add finds out afterwards that it came too late; until it is taken back no step can follow
            state.leavesZero(owner);
            state.borrow(id, true);
        } else if (!state.canTake(id)) {
            state.lost(core, "takes a reference where the proof has none");
        } else if (step(core, HandlerStep.TAKE_REF)) {
            state.hold(id, 1);
            isFound[id] = site[id] != ProtocolProgram.NONE && program.finds(state.at, site[id]);
        }
    }

    /** A locked decrement of the core's count. */
    void drop(Core core) {
        if (state.borrows[core.id()]) {
            state.borrow(core.id(), false);
        } else if (step(core, HandlerStep.DROP_REF)) {
            state.hold(core.id(), -1);
        }
    }

    /** The handler has decided. */
    void decided(Core core, long address, boolean claims) {
        int id = core.id();
        passHidden(id);
        if (next(id) == HandlerStep.RETURN) {
            if (claims != isFound[id] && (claims || !isOwned(id))) {
                state.lost(
                        core,
                        decision(address, claims) + "; the proof's handler "
                                + (isFound[id] ? "finds it" : "does not find it"));
            }
        } else if (claims || next(id) != HandlerStep.TAKE_REF || state.borrows[id] || !state.mayHaveReadZero(id)) {
            state.lost(core, decision(address, claims) + " before \"" + next(id).word() + "\"");
        } else {
            go(id, steps.indexOf(HandlerStep.RETURN) + 1);
        }
    }

    private boolean isOwned(int core) {
        return site[core] != ProtocolProgram.NONE && program.isOwned(site[core]);
    }

    private static String decision(long address, boolean claims) {
        return (claims ? "claims" : "does not claim") + " the INT3 at " + Address.text(address);
    }

    void returned(Core core) {
        if (!step(core, HandlerStep.RETURN)) {
            return;
        }
        text.serialised(core);
        List<Interrupted> outer = interrupted.get(core.id());
        if (!outer.isEmpty()) {
            resume(core.id(), outer.remove(outer.size() - 1));
        }
    }

    private void resume(int core, Interrupted outer) {
        go(core, outer.phase);
        site[core] = outer.site;
        isFound[core] = outer.isFound;
        state.isBackIn(core, outer.trappedInStep);
    }

    /** Whether a core is in a handler that has interrupted another one. */
    boolean isNested(int core) {
        return !interrupted.get(core).isEmpty();
    }

    /** The core's record with the site of its handler, as a proof has it. */
    long withSite(int core) {
        long record = state.record[core];
        return CoreRecord.isInHandler(record) && site[core] != ProtocolProgram.NONE
                ? CoreRecord.withPhase(record, CoreRecord.phase(record), site[core])
                : record;
    }

    // ---- snapshots

    void save(StateWriter out) {
        for (int id = 0; id < state.cores; id++) {
            List<Interrupted> outer = interrupted.get(id);
            boolean isInside = CoreRecord.isInHandler(state.record[id]);
            out.number((outer.size() + (isInside ? 1 : 0)) << 1 | (state.borrows[id] ? 1 : 0));
            for (Interrupted one : outer) {
                out.number(one.phase);
                save(out, id, one);
            }
            if (isInside) {
                save(out, id, present(id));
            }
        }
    }

    private Interrupted present(int core) {
        int phase = CoreRecord.phase(state.record[core]);
        return new Interrupted(phase, site[core], isFound[core], state.trappedIn(core));
    }

    /** All but the phase; of a handler that has its reference, or has none yet, only what can make a difference then. */
    private void save(StateWriter out, int core, Interrupted handler) {
        boolean hasPassedTake = handler.phase > steps.indexOf(HandlerStep.TAKE_REF) + 1;
        boolean flag = hasPassedTake ? handler.isFound : state.wasZeroSince(core, handler.trappedInStep);
        out.number(handler.site + 1 << 1 | (flag ? 1 : 0));
    }

    /** Takes back what {@link #save} wrote, after the records. */
    void restore(StateReader in) {
        for (int id = 0; id < state.cores; id++) {
            List<Interrupted> outer = interrupted.get(id);
            outer.clear();
            int count = in.number();
            if ((count & 1) != 0) {
                state.borrow(id, true);
            }
            for (int left = count >> 1; left > 0; left--) {
                boolean isInnermost = left == 1;
                boolean isInside = CoreRecord.isInHandler(state.record[id]);
                int phase = isInnermost && isInside ? CoreRecord.phase(state.record[id]) : in.number();
                int rest = in.number();
                boolean flag = (rest & 1) != 0;
                Interrupted one = new Interrupted(phase, (rest >> 1) - 1, flag, FollowedState.step(flag));
                if (isInnermost && isInside) {
                    resume(id, one);
                } else {
                    outer.add(one);
                }
            }
        }
    }
}
