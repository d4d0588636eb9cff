package dev.pokesim.patcher.proof;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;
import dev.pokesim.patcher.kernel.KernelLayout;
import dev.pokesim.patcher.kernel.PatchPlace;
import dev.pokesim.patcher.kernel.PokeArray;
import dev.pokesim.patcher.proof.ProtocolProgram.Kind;
import dev.pokesim.patcher.protocol.CoreSet;
import dev.pokesim.patcher.protocol.PatchAction;
import java.util.Arrays;
import java.util.List;

/** What the patcher of a run does, atom by atom of the program. */
final class FollowedPatcher {
    private static final int PATCHER = FollowedState.PATCHER;
    private static final int NOBODY = FollowedState.NOBODY;
    private static final String DONE = "is done with the batch";

    private final FollowedState state;
    private final ProtocolProgram program;
    private final FollowedText text;
    private final PokeArray array;
    private final long stext;
    /** Cores that the sync in progress reaches and whose IPI has not been sent. */
    private final boolean[] unsent;

    private int unsentCount;
    /** Cores whose own counts are published. */
    private int publishedCount;
    /** The core whose count the patcher gave up last, if it has to wait for that. */
    private int retired = NOBODY;
    /** Whether the patcher is done with the batch and the store that empties the array has not reached memory. */
    private boolean isFinished;

    /**
     * @param stext what the addresses in entries are relative to
     */
    FollowedPatcher(FollowedState state, FollowedText text, PokeArray array, long stext) {
        this.state = state;
        this.text = text;
        this.array = array;
        this.stext = stext;
        program = state.program;
        unsent = new boolean[state.cores];
    }

    /**
     * The patcher does something: what the program has next must be of that kind. Waits before it leave no trace of their own;
     * that the patcher is past them shows only now.
     *
     * @param what it does
     * @return whether it is
     */
    private boolean isNext(Core core, Kind kind, String what) {
        Kind next = next(core, what);
        if (next != kind) {
            state.lost(core, what + "; the proof's patcher comes to \"" + program.word(state.at) + "\" next");
        }
        return !state.isLost();
    }

    private Kind next(Core core, String what) {
        if (core.id() != PATCHER) {
            state.lost(core, what + ", which in the proof only the patcher does");
        }
        while (!state.isLost() && isWaitOver(core, what)) {
            state.at++;
        }
        return program.kind(state.at);
    }

    /** Takes the next step, of a kind that one event shows. */
    private void step(Core core, Kind kind, String what) {
        if (isNext(core, kind, what)) {
            state.at++;
        }
    }

    /** Whether the program stands at something that leaves no trace, and may go on. */
    private boolean isWaitOver(Core core, String what) {
        return switch (program.kind(state.at)) {
            case INTERRUPTS -> true;
            case SERIALISE -> CoreRecord.epoch(state.record[PATCHER]) == state.moment();
            case SEND, STOP -> state.first(this::isReached) == NOBODY; // nobody to wait for
            case AWAIT, AWAIT_STOPPED -> {
                if (unsentCount > 0) {
                    state.lost(core, what + " before core " + state.first(id -> unsent[id]) + " was sent an IPI");
                } else if (state.pendingCount > 0) {
                    int owing = state.first(id -> CoreRecord.isPending(state.record[id]));
                    state.lost(core, what + " before core " + owing + " has serialised and answered");
                }
                yield !state.isLost();
            }
            case AWAIT_ONE -> {
                if (state.heldCount > 0) {
                    isHeld(core, what, state.first(id -> CoreRecord.held(state.record[id]) > 0));
                }
                yield !state.isLost();
            }
            case RETIRE_EACH -> publishedCount == 0 && isLastRetiredFree(core, what);
            case DROP_EACH -> publishedCount == 0;
            case FILL,
                    PUBLISH_EACH,
                    PUBLISH_ONE,
                    WRITE,
                    RELEASE,
                    RETIRE_ONE,
                    DROP_ONE,
                    EMPTY,
                    FINISH,
                    END,
                    START_GRACE_PERIOD,
                    AWAIT_READERS,
                    SET_LOOKUP -> // the machine has no such steps
                false;
        };
    }

    /** Whether nobody holds a reference in the count that was given up last. */
    private boolean isLastRetiredFree(Core core, String what) {
        if (retired != NOBODY && CoreRecord.held(state.record[retired]) > 0) {
            isHeld(core, what, retired);
        }
        retired = NOBODY;
        return !state.isLost();
    }

    private void isHeld(Core core, String what, int holder) {
        state.lost(core, what + " while core " + holder + " holds a reference");
    }

    private boolean isReached(int core) {
        boolean isLeftOut = program.action(state.at) instanceof PatchAction.SendSync send
                && send.cores() == CoreSet.ALL_BUT_LAST
                && core == state.cores - 1;
        return core != PATCHER && !isLeftOut;
    }

    /** Memory has taken a store into text. */
    void write(Core core, long address, InstructionBytes bytes) {
        String what = "writes " + bytes + " at " + Address.text(address);
        if (!isNext(core, Kind.WRITE, what)) {
            return;
        }
        PatchAction.WriteText next = (PatchAction.WriteText) program.action(state.at);
        long place = next.place().address() + next.offset();
        if (address != place || !bytes.equals(next.bytes())) {
            state.lost(
                    core,
                    what + "; the proof's patcher writes " + next.bytes() + " at " + Address.text(place) + " next");
            return;
        }
        state.at++;
        text.stored();
        if (next.own() == PatchAction.Own.SEEN) { // without serialising
            state.record[PATCHER] = CoreRecord.withEpoch(state.record[PATCHER], state.moment());
        }
    }

    /** The byte writer is done with a place. */
    void poked(Core patcher, long address) {
        if (CoreRecord.epoch(state.record[PATCHER]) < program.ownEpoch(state.at)) {
            state.lost(patcher, "has written text at " + Address.text(address) + " and not serialised");
        }
    }

    /** Memory has taken a store into the array or the count behind it. */
    void changeArray(Core core, long address) {
        boolean isOldByte = !array.isReadByHandlers(address);
        boolean isFilling = state.at > 0 && program.kind(state.at - 1) == Kind.FILL; // one atom, many stores
        if (core.id() == PATCHER && (isFilling || isOldByte)) {
            return; // handlers do not read the old byte
        }
        boolean isEmptied = address == array.count() && core.memory().read(address, 4) == 0;
        // a kernel that is done with a batch may go on with the first entry of the next and never store the 0 between
        boolean isRefilled = isFinished
                && (address == array.count()
                        || Address.isWithin(address, array.entries(), KernelLayout.ENTRY_SIZE_BYTES));
        if (isEmptied || isRefilled) {
            step(core, Kind.EMPTY, "empties the array");
            if (isFinished && !state.isLost()) {
                isFinished = false;
                step(core, Kind.FINISH, DONE);
            }
        }
        if (!isEmptied) {
            step(core, Kind.FILL, "writes " + Address.text(address) + " in the array");
        }
    }

    /** What is queued must be the batch that the program has in the array, or brings there as soon as memory takes the stores. */
    void batchStarted(Core patcher, int entries) {
        boolean isFilled = program.array(state.at) != ProtocolProgram.NONE && !isFinished;
        int at = state.at;
        while (!isFilled && (program.kind(at) == Kind.EMPTY || program.kind(at) == Kind.FINISH)) {
            at++;
        }
        int batch = program.array(!isFilled && program.kind(at) == Kind.FILL ? at + 1 : at);
        List<PatchPlace> places = batch == ProtocolProgram.NONE
                ? List.of()
                : state.setup.batches().get(batch);
        for (int i = 0; i < Math.max(entries, places.size()); i++) {
            if (i >= entries || i >= places.size() || !isEntry(patcher, i, places.get(i))) {
                state.lost(
                        patcher,
                        "has entry " + i + " of " + entries + " in the array; the proof's patcher has "
                                + (i < places.size() ? places.get(i) : "only " + places.size()));
                return;
            }
        }
    }

    /** Whether an entry is that of a place. What a handler acts as is nothing that a proof knows of. */
    private boolean isEntry(Core patcher, int index, PatchPlace place) {
        long entry = array.entries() + (long) index * KernelLayout.ENTRY_SIZE_BYTES;
        return stext + (int) patcher.load(entry + KernelLayout.ENTRY_ADDRESS, 4) == place.address()
                && patcher.load(entry + KernelLayout.ENTRY_LENGTH, 1) == place.sizeBytes();
    }

    /** The patcher is done with a batch; the store with which it empties the array may still be on its way. */
    void batchFinished(Core patcher) {
        Kind next = next(patcher, DONE);
        if (next == Kind.EMPTY) {
            isFinished = true;
        } else {
            step(patcher, Kind.FINISH, DONE);
        }
    }

    /** Nothing comes after this. */
    void done(Core patcher) {
        isNext(patcher, Kind.END, "is done");
    }

    void released(Core core) {
        step(core, Kind.RELEASE, "releases the stopped cores");
    }

    /**
     * An IPI is sent to a core that is to serialise.
     *
     * @param stops whether it is to stop until it is released
     */
    void sent(Core from, int target, boolean stops) {
        if (unsentCount == 0 && isNext(from, stops ? Kind.STOP : Kind.SEND, "sends core " + target + " an IPI")) {
            for (int id = 0; id < state.cores; id++) {
                if (isReached(id)) {
                    unsent[id] = true;
                    unsentCount++;
                    state.pendingCount += CoreRecord.isPending(state.record[id]) ? 0 : 1;
                    state.record[id] = CoreRecord.withStopping(CoreRecord.withPending(state.record[id], true), stops);
                }
            }
            state.at++;
        }
        if (!unsent[target]) {
            state.lost(from, "sends core " + target + " an IPI that the proof's patcher does not send");
            return;
        }
        unsent[target] = false;
        unsentCount--;
    }

    /** Whether a core has an IPI pending that it was really sent. */
    boolean owesAnswer(int core) {
        return CoreRecord.isPending(state.record[core]) && !unsent[core];
    }

    /** Memory has taken a plain store into a reference count. */
    void publish(Core core, int owner, int value) {
        boolean each = state.setup.perCoreRefs();
        boolean wasZero = state.value(owner) == 0;
        String what = "publishes the count of core " + owner;
        if (!isNext(core, each ? Kind.PUBLISH_EACH : Kind.PUBLISH_ONE, what)) {
            return;
        }
        boolean isLeftOut = ((PatchAction.PublishRefs) program.action(state.at)).cores() == CoreSet.ALL_BUT_LAST;
        if (CoreRecord.isPublished(state.record[owner]) || isLeftOut && owner == state.cores - 1) {
            state.lost(core, what + ", which the proof's patcher does not publish now");
            return;
        }
        if (each) {
            state.record[owner] = CoreRecord.withPublished(state.record[owner], true);
            publishedCount++;
        }
        state.at += !each || publishedCount == (isLeftOut ? state.cores - 1 : state.cores) ? 1 : 0;
        if (wasZero) {
            state.leavesZero(owner);
        }
        if (value != state.value(owner)) {
            state.lost(core, what + " as " + value + "; in the proof it is " + state.value(owner));
        }
    }

    /** A locked decrement of a reference count by no handler. */
    void giveUp(Core core, int owner) {
        boolean each = state.setup.perCoreRefs();
        String what = "gives up the count of core " + owner;
        boolean drops = next(core, what) == (each ? Kind.DROP_EACH : Kind.DROP_ONE);
        Kind retires = each ? Kind.RETIRE_EACH : Kind.RETIRE_ONE;
        if (state.isLost() || !drops && !isNext(core, retires, what)) {
            return;
        }
        if (!each) {
            state.at++;
        } else if (!CoreRecord.isPublished(state.record[owner])) {
            state.lost(core, what + ", which is not published");
        } else if (drops || isLastRetiredFree(core, what)) {
            state.record[owner] = CoreRecord.withPublished(state.record[owner], false);
            publishedCount--;
            retired = drops ? NOBODY : owner;
        }
    }

    // ---- snapshots

    void save(StateWriter out) {
        out.number(unsentCount);
        for (int id = 0; unsentCount > 0 && id < state.cores; id++) {
            if (unsent[id]) {
                out.number(id);
            }
        }
        // a count that nobody can raise any more and nobody holds one of is not waited for
        boolean isAwaited = retired != NOBODY && CoreRecord.held(state.record[retired]) > 0;
        out.number((isAwaited ? retired + 1 : 0) << 1 | (isFinished ? 1 : 0));
    }

    /** Takes back what {@link #save} wrote, after the records. */
    void restore(StateReader in) {
        Arrays.fill(unsent, false);
        unsentCount = in.number();
        for (int i = 0; i < unsentCount; i++) {
            unsent[in.number()] = true;
        }
        int rest = in.number();
        isFinished = (rest & 1) != 0;
        retired = (rest >> 1) - 1;
        publishedCount = 0;
        for (int id = 0; id < state.cores; id++) {
            publishedCount += CoreRecord.isPublished(state.record[id]) ? 1 : 0;
        }
    }
}
