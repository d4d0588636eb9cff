package dev.pokesim.patcher.proof;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.patcher.kernel.HandlerStep;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import java.util.List;

/** What the INT3 handlers of a run do, step by step of the proof's handler. */
final class FollowedHandlers {
    private static final InstructionBytes INT3 = InstructionBytes.of(TextPokeLoc.INT3);

    private final FollowedState state;
    private final ProtocolProgram program;
    private final FollowedText text;
    private final List<HandlerStep> steps;
    /** Where each core's handler trapped. */
    private final int[] site;
    /** Where the program was when it took its reference. */
    private final int[] takenAt;

    FollowedHandlers(FollowedState state, FollowedText text) {
        this.state = state;
        this.text = text;
        program = state.program;
        steps = state.setup.protocol().handler().steps();
        site = new int[state.cores];
        takenAt = new int[state.cores];
    }

    /** A core enters the handler because of an INT3 at an address; one that is no site's belongs to somebody else. */
    void trap(Core core, long address) {
        int id = core.id();
        site[id] = program.siteAt(address);
        if (CoreRecord.phase(state.record[id]) != CoreRecord.OUTSIDE) {
            state.lost(core, "traps at " + Address.text(address) + " inside a handler");
        } else if (site[id] != ProtocolProgram.NONE && !text.canFetch(core, site[id], INT3)) {
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
        while (next(core) == HandlerStep.FIND_ENTRY || next(core) == HandlerStep.ACT) {
            go(core, CoreRecord.phase(state.record[core]) + 1);
        }
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
            takenAt[id] = state.at;
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
            boolean isFound = site[id] != ProtocolProgram.NONE && program.finds(takenAt[id], site[id]);
            boolean isOwned = site[id] != ProtocolProgram.NONE && program.isOwned(site[id]);
            if (claims != isFound && (claims || !isOwned)) {
                state.lost(
                        core,
                        decision(address, claims) + "; the proof's handler "
                                + (isFound ? "finds it" : "does not find it"));
            }
        } else if (claims || next(id) != HandlerStep.TAKE_REF || state.borrows[id] || !state.mayHaveReadZero(id)) {
            state.lost(core, decision(address, claims) + " before \"" + next(id).word() + "\"");
        } else {
            go(id, steps.indexOf(HandlerStep.RETURN) + 1);
        }
    }

    private static String decision(long address, boolean claims) {
        return (claims ? "claims" : "does not claim") + " the INT3 at " + Address.text(address);
    }

    void returned(Core core) {
        if (step(core, HandlerStep.RETURN)) {
            text.serialised(core);
        }
    }
}
