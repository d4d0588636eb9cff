package dev.pokesim.patcher.proof;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.isa.Decoded;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.emulator.memory.TextHistory;
import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;
import dev.pokesim.patcher.check.Oracle;
import dev.pokesim.patcher.kernel.KernelLayout;
import dev.pokesim.patcher.kernel.PokeArray;
import dev.pokesim.patcher.kernel.StopMachine;
import dev.pokesim.patcher.kernel.SyncCores;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import org.jspecify.annotations.Nullable;

/**
 * What ties a proof to the machine: every step of a run is one that the proof allows. A proof is about a {@link ProtocolProgram} and
 * {@link CoreRecord}s; here a run of the real handler and the real patcher is followed by the same ones, in constant time an
 * event, and the first event that is no step of theirs is a violation. It is about the relation, not about verdicts: a wrong
 * protocol may do its wrong steps, and other oracles see what comes of it.
 *
 * <table>
 * <caption>What is which step</caption>
 * <tr><th>the machine</th><th>the proof</th></tr>
 * <tr><td>first store into array or count after a batch; the entries are compared when the batch starts</td>
 *     <td>FILL</td></tr>
 * <tr><td>a store of the patcher into a reference count</td><td>PUBLISH, for that core</td></tr>
 * <tr><td>memory takes a store to a site, through the temporary mapping or directly</td><td>WRITE: that site, that byte, that value</td></tr>
 * <tr><td>the first IPI of a round; the others must follow</td><td>SEND: each core that it reaches owes an answer</td></tr>
 * <tr><td>nothing: the patcher's next step shows that it went on</td>
 *     <td>AWAIT: no core owes one; AWAIT_ONE, RETIRE_EACH: no handler holds a reference</td></tr>
 * <tr><td>the patcher's locked decrement of a count</td><td>RETIRE, for that core</td></tr>
 * <tr><td>the count of entries becomes 0; the batch is done</td><td>EMPTY; FINISH</td></tr>
 * <tr><td>a core serialises in the sync handler; when it answers it must have</td><td>ack: its epoch is the present</td></tr>
 * <tr><td>a core enters the breakpoint handler</td><td>trap: it may fetch INT3 there</td></tr>
 * <tr><td>its locked increment of a count</td><td>take: there was a reference to take</td></tr>
 * <tr><td>its locked decrement</td><td>find and act, which nobody sees, or a search in vain; then drop</td></tr>
 * <tr><td>the handler says whether it claims the INT3</td><td>nothing: the proof must say the same</td></tr>
 * <tr><td>its IRET</td><td>iret: its epoch is the present</td></tr>
 * <tr><td>a fetch at a site</td><td>nothing: the bytes must be possible since the core's epoch</td></tr>
 * <tr><td>a compare-and-exchange that fails; an increment of a count that is 0, if it is taken back</td><td>nothing</td></tr>
 * <tr><td>a core answers in the handler that stops it; its IRET; the store that releases it</td>
 *     <td>stop; resume: its epoch is the present; RELEASE</td></tr>
 * <tr><td>any other serialisation, interrupt or store</td><td>nothing: the proof keeps the older epoch</td></tr>
 * </table>
 *
 * <p>The proof's epoch of a core may be older than the machine's, never newer; so it may allow more than a core can fetch. Core 0,
 * whose softirqs run through sites between two pokes, has a record like the others; whatever it does outside handlers that
 * serialises counts, and after a poke it must have.
 */
public final class RunLink extends Oracle {
    /** As it is reported. */
    public static final String NAME = "RunLink";

    /** What {@link #property} says. */
    public static final String PROPERTY = "every step of the run is one that the proof allows";

    private static final int BREAKPOINT = GuestFault.Vector.BREAKPOINT.number();

    /* What a core is in the handlers of, the innermost in the lowest bits; a core nests at most 32 deep. */
    private static final int BITS_PER_HANDLER = 2;
    private static final long INNERMOST = 3;
    private static final long OTHER_OR_NONE = 0;
    private static final long SYNC_HANDLER = 1; // until it has serialised: the next IPI may be sent before it returns
    private static final long STOP_HANDLER = 2;
    private static final long INT3_HANDLER = 3;

    private final FollowedState state;
    private final FollowedText text;
    private final FollowedPatcher patcher;
    private final FollowedHandlers int3;
    private final PokeArray array;
    private final KernelLayout layout;
    /** The first counter, how far apart they are, and from the first to the last; every store is compared with them. */
    private final long firstCounter;

    private final long counterStride;
    private final long counterSpan;
    private final long[] handlers; // per core
    /** The count that a locked update has just changed: its store is told about once more. */
    private long justUpdated;

    private boolean hasNmis = true;
    private @Nullable Coverage coverage;

    /**
     * @param setup what is proved of such runs; it may have more cores than the run
     * @param array of the kernel that runs: with one counter, or one a core in equal distances
     * @param layout of a run in which every possible core is online and core 0 patches; of a guest kernel only where text is matters
     * @param history of the text of the machine that runs
     */
    public RunLink(ProofSetup setup, PokeArray array, KernelLayout layout, TextHistory history) {
        this.array = array;
        this.layout = layout;
        int last = array.counters().size() - 1;
        firstCounter = array.counters().get(0);
        counterSpan = array.counters().get(last) - firstCounter;
        counterStride = last == 0 ? 1 : counterSpan / last;
        state = new FollowedState(setup, layout.possibleCores(), this::violated);
        text = new FollowedText(state, history);
        patcher = new FollowedPatcher(state, text, array, layout.stext());
        int3 = new FollowedHandlers(state, text);
        handlers = new long[layout.possibleCores()];
    }

    @Override
    public String property() {
        return PROPERTY;
    }

    @Override
    public boolean wantsMemory() {
        return true;
    }

    /**
     * Sets what it has to know in an exploration.
     *
     * @param nmis whether NMIs may come; if not, a core that is in a handler serialises before it fetches
     * @param states of the proof; null if the states that are reached are not to be looked up
     */
    public void cover(boolean nmis, @Nullable Coverage states) {
        hasNmis = nmis;
        coverage = states;
    }

    /**
     * The machine has come to a state of an exploration.
     *
     * @param patcher the patching core; if it has halted, the patcher is done
     */
    public void reached(Core patcher) {
        if (patcher.isHalted()) {
            patcherDone(patcher);
        }
        if (coverage == null || state.isLost()) {
            return;
        }
        for (int id = 0; id < state.cores; id++) {
            if (isSerialising(id) || int3.isNested(id)) {
                return; // the proof has one step for that: the state before it, or the one after, is looked up
            }
        }
        if (!coverage.reach(state, int3::withSite)) {
            state.lost(patcher, "is in a run that has come to a state which the proof does not have");
        }
    }

    // ---- memory

    @Override
    public void written(Core core, long address, int sizeBytes) {
        if (address == justUpdated) {
            justUpdated = 0;
        } else if (state.isLost()) {
            return;
        } else if (layout.isPoking(address)) {
            write(core, address, KernelLayout.POKING_OFFSET, sizeBytes);
        } else if (text.isAmongSites(address)) {
            write(core, address, 0, sizeBytes);
        } else if (Address.isWithin(address, array.entries(), array.sizeBytes()) || address == array.count()) {
            patcher.changeArray(core, address);
        } else if (isCounter(address)) {
            patcher.publish(core, ownerOf(address), (int) core.memory().read(address, 4));
        } else if (address == StopMachine.HOLD && core.memory().read(address, 4) == 0) {
            patcher.released(core);
        }
    }

    private void write(Core core, long address, long mappedAt, int sizeBytes) {
        long value = core.memory().read(address, sizeBytes);
        patcher.write(core, address - mappedAt, new InstructionBytes(value, 0, sizeBytes));
    }

    private boolean isCounter(long address) {
        long distance = address - firstCounter;
        return Long.compareUnsigned(distance, counterSpan) <= 0 && distance % counterStride == 0;
    }

    /** The core whose count it is; the only one is the patcher's. */
    private int ownerOf(long counter) {
        return (int) ((counter - firstCounter) / counterStride);
    }

    @Override
    public void updated(Core core, long address, boolean failed) {
        if (failed || state.isLost() || !isCounter(address)) {
            return;
        }
        justUpdated = address;
        int owner = ownerOf(address);
        int change = (int) core.memory().read(address, 4) - state.value(owner);
        boolean isInHandler = isInnermost(core, INT3_HANDLER);
        boolean isOwn = owner == state.ownerFor(core.id());
        if (isInHandler && isOwn && change == 1) {
            int3.take(core);
        } else if (isInHandler && isOwn && change == -1) {
            int3.drop(core);
        } else if (!isInHandler && change == -1) {
            patcher.giveUp(core, owner);
        } else {
            state.lost(
                    core,
                    "changes the count at " + Address.text(address) + " by " + change + " from the proof's "
                            + state.value(owner));
        }
    }

    // ---- the patcher

    @Override
    public void poked(Core core, long address, int sizeBytes) {
        if (!state.isLost()) {
            patcher.poked(core, address);
        }
    }

    @Override
    public void batchStarted(Core core, int entries) {
        if (!state.isLost()) {
            patcher.batchStarted(core, entries);
        }
    }

    @Override
    public void batchFinished(Core core) {
        if (!state.isLost()) {
            patcher.batchFinished(core);
        }
    }

    /** The patcher is done with everything. */
    public void patcherDone(Core core) {
        if (!state.isLost()) {
            patcher.done(core);
        }
    }

    @Override
    public void sent(Core from, int target, int vector) {
        boolean stops = vector == StopMachine.VECTOR;
        if (!state.isLost() && (stops || vector == SyncCores.VECTOR)) {
            patcher.sent(from, target, stops);
        }
    }

    // ---- handlers

    private boolean isInnermost(Core core, long handler) {
        return (handlers[core.id()] & INNERMOST) == handler;
    }

    private static long handlerOf(int vector) {
        if (vector == BREAKPOINT) {
            return INT3_HANDLER;
        }
        return vector == SyncCores.VECTOR ? SYNC_HANDLER : vector == StopMachine.VECTOR ? STOP_HANDLER : OTHER_OR_NONE;
    }

    @Override
    public void entered(Core core, int vector) {
        boolean isInNmi = isInnermost(core, OTHER_OR_NONE);
        handlers[core.id()] = handlers[core.id()] << BITS_PER_HANDLER | handlerOf(vector);
        if (vector == BREAKPOINT && !state.isLost()) {
            int3.trap(core, core.rip() - 1, isInNmi);
        }
    }

    @Override
    public void handled(Core core, long site, boolean claimed, long resumeAt) {
        if (!state.isLost()) {
            int3.decided(core, site, claimed);
        }
    }

    @Override
    public void returned(Core core) {
        boolean isInt3 = isInnermost(core, INT3_HANDLER);
        boolean isStopped = isInnermost(core, STOP_HANDLER);
        handlers[core.id()] >>>= BITS_PER_HANDLER;
        if (state.isLost()) {
            return;
        }
        if (isInt3) {
            int3.returned(core);
        } else if (isStopped) {
            resume(core);
        }
    }

    private void resume(Core core) {
        int id = core.id();
        if (CoreRecord.phase(state.record[id]) != CoreRecord.STOPPED || state.program.isHolding(state.at)) {
            state.lost(core, "goes on before it was stopped and released");
        }
        state.record[id] = CoreRecord.withPhase(state.record[id], CoreRecord.OUTSIDE, 0);
        text.serialised(core);
    }

    // ---- serialising

    @Override
    public void serialised(Core core) {
        if (state.isLost()) {
            return;
        }
        if (isInnermost(core, SYNC_HANDLER)) {
            handlers[core.id()] &= ~INNERMOST;
            if (patcher.owesAnswer(core.id())) {
                acknowledge(core, false);
                if (state.program.isFlushing(state.at)) {
                    text.serialised(core);
                }
            }
        } else if (core.id() == FollowedState.PATCHER && isInnermost(core, OTHER_OR_NONE)) {
            text.serialised(core);
        }
    }

    @Override
    public void answered(Core core) {
        boolean mustHaveSerialised = isInnermost(core, SYNC_HANDLER);
        boolean isStopped = isInnermost(core, STOP_HANDLER);
        if (state.isLost() || !patcher.owesAnswer(core.id()) || !mustHaveSerialised && !isStopped) {
            return;
        }
        if (mustHaveSerialised) {
            state.lost(core, "answers a sync and has not serialised");
            return;
        }
        acknowledge(core, true); // it serialises by its IRET, and fetches nothing before
        state.record[core.id()] = CoreRecord.withPhase(state.record[core.id()], CoreRecord.STOPPED, 0);
    }

    private void acknowledge(Core core, boolean stops) {
        long record = state.record[core.id()];
        if (CoreRecord.phase(record) != CoreRecord.OUTSIDE || CoreRecord.isStopping(record) != stops) {
            state.lost(core, "takes an IPI where the proof's core does not");
        }
        state.record[core.id()] = CoreRecord.withStopping(CoreRecord.withPending(record, false), false);
        state.pendingCount--;
    }

    // ---- fetches

    @Override
    public void fetchedSite(Core core, Decoded instruction, TextPokeLoc place) {
        if (state.isLost()) {
            return;
        }
        if (core.id() != FollowedState.PATCHER) { // which may see its own stores without having serialised
            text.checkEpoch(core);
        }
        if (!text.canFetch(core, instruction, place.sizeBytes())) {
            int site = state.program.siteAt(instruction.address());
            state.lost(
                    core,
                    "fetches " + instruction.bytes() + " at " + Address.text(instruction.address()) + ", where "
                            + (site == ProtocolProgram.NONE
                                    ? "no site begins"
                                    : "the proof allows "
                                            + text.fetches(core, site).seen()));
        }
    }

    @Override
    public void failedAtSite(Core core, String reason, TextPokeLoc place) {
        int site = state.program.siteAt(core.rip());
        if (site == ProtocolProgram.NONE || text.fetches(core, site).wrong() == null) {
            state.lost(
                    core,
                    "fetches what it cannot execute at " + Address.text(core.rip())
                            + ", which the proof does not allow");
        }
    }

    // ---- snapshots

    /** Whether a core may fetch before it serialises, as the proof has it; if not, its epoch does not matter. */
    private boolean willFetch(int core) {
        return hasNmis || !isSerialising(core) && CoreRecord.phase(state.record[core]) == CoreRecord.OUTSIDE;
    }

    /** Whether a core has taken an IPI and is going to serialise because of that. */
    private boolean isSerialising(int core) {
        return (handlers[core] & INNERMOST) == SYNC_HANDLER
                && patcher.owesAnswer(core)
                && state.program.isFlushing(state.at);
    }

    @Override
    public void save(StateWriter out) {
        state.save(out, id -> id == FollowedState.PATCHER || willFetch(id));
        for (long nested : handlers) {
            out.word(nested);
        }
        patcher.save(out);
        int3.save(out);
        text.save(out, id -> id == FollowedState.PATCHER || willFetch(id));
    }

    @Override
    public void restore(StateReader in) {
        justUpdated = 0;
        state.restore(in);
        for (int id = 0; id < handlers.length; id++) {
            handlers[id] = in.word();
        }
        patcher.restore(in);
        int3.restore(in);
        text.restore(in, id -> id == FollowedState.PATCHER || willFetch(id));
    }
}
