package dev.pokesim.patcher.proof;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;
import java.util.Arrays;
import java.util.function.BiConsumer;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** The state of a proof that a run of the machine is in: the patcher's position, and a record for each core, the patcher's too. */
final class FollowedState {
    static final int PATCHER = ProofStep.PATCHER;
    static final int NOBODY = -1;

    final ProofSetup setup;
    final ProtocolProgram program;
    /** How many cores the run has. */
    final int cores;
    /** Index into the program. */
    int at;
    /** {@link CoreRecord}s; of a core in a handler without the site. */
    final long[] record;
    /** How many cores owe an answer. */
    int pendingCount;
    /** How many references handlers hold. */
    int heldCount;
    /** Cores that have incremented a count that was 0 and must take that back. */
    final boolean[] borrows;

    private int borrowedCount;

    /* Whether a handler may have read 0; steps of all cores are numbered: */
    private long stepCount;
    private final long[] trappedInStep;
    /** Per count, the last step before which it was 0. */
    private final long[] zeroBeforeStep;

    private final BiConsumer<Core, String> report;
    private boolean lost;

    /**
     * @param report is told, once, which core took a step that the proof does not allow, and which
     */
    FollowedState(ProofSetup setup, int cores, BiConsumer<Core, String> report) {
        this.setup = setup;
        this.cores = cores;
        this.report = report;
        program = new ProtocolProgram(setup);
        record = new long[cores];
        Arrays.fill(record, CoreRecord.initial(false, false));
        borrows = new boolean[cores];
        trappedInStep = new long[cores];
        zeroBeforeStep = new long[cores];
    }

    /** Run and proof have parted: nothing that follows means anything. */
    void lost(Core core, String what) {
        if (!lost) {
            lost = true;
            report.accept(core, "core " + core.id() + " " + what);
        }
    }

    boolean isLost() {
        return lost;
    }

    /** The first core of some; {@link #NOBODY} if there is none. */
    int first(IntPredicate isSought) {
        return IntStream.range(0, cores).filter(isSought).findFirst().orElse(NOBODY);
    }

    /** How many stores have reached text. */
    int moment() {
        return program.moment(at);
    }

    // ---- reference counts, each known by the core that owns it; the only one is the patcher's

    /** Whose count a core's handler uses. */
    int ownerFor(int core) {
        return setup.perCoreRefs() ? core : PATCHER;
    }

    /** What memory must hold. */
    int value(int owner) {
        return setup.perCoreRefs()
                ? (CoreRecord.isPublished(record[owner]) ? 1 : 0)
                        + CoreRecord.held(record[owner])
                        + (borrows[owner] ? 1 : 0)
                : (program.isPublished(at) ? 1 : 0) + heldCount + borrowedCount;
    }

    /** Whether there is a reference to take. */
    boolean canTake(int core) {
        return setup.perCoreRefs() ? CoreRecord.canTake(record[core]) : program.isPublished(at) || heldCount > 0;
    }

    void hold(int core, int change) {
        record[core] = CoreRecord.withHeld(record[core], CoreRecord.held(record[core]) + change);
        heldCount += change;
    }

    void borrow(int core, boolean begins) {
        borrows[core] = begins;
        borrowedCount += begins ? 1 : -1;
    }

    /** A count that is 0 will not be any more. */
    void leavesZero(int owner) {
        stepCount++;
        zeroBeforeStep[owner] = stepCount;
    }

    /** A core enters its handler, which will read a count. */
    void enters(int core) {
        stepCount++;
        trappedInStep[core] = stepCount;
    }

    /** Whether a core's handler may have read 0. */
    boolean mayHaveReadZero(int core) {
        return value(ownerFor(core)) == 0 || wasZeroSince(core, trappedInStep[core]);
    }

    /** The step in which a core has entered its innermost handler. */
    long trappedIn(int core) {
        return trappedInStep[core];
    }

    /** The core's innermost handler is again one that was entered in an earlier step. */
    void isBackIn(int core, long step) {
        trappedInStep[core] = step;
    }

    /** Whether a core's count has become other than 0 after a step. */
    boolean wasZeroSince(int core, long step) {
        return zeroBeforeStep[ownerFor(core)] > step;
    }

    // ---- snapshots

    /** A step before or after the last one before which a count was 0: all that a snapshot keeps of the order. */
    static long step(boolean beforeZero) {
        return beforeZero ? 0 : 1;
    }

    /**
     * Appends position and records.
     *
     * @param willFetch says whether a core may fetch before it serialises again; if not, its epoch does not matter
     */
    void save(StateWriter out, IntPredicate willFetch) {
        if (lost) {
            throw new IllegalStateException("a run that has left the proof is nowhere in it");
        }
        out.number(at);
        for (int id = 0; id < cores; id++) {
            out.number((int) CoreRecord.withEpoch(record[id], 0)); // no site, so these are few bits
            out.number(willFetch.test(id) ? moment() - CoreRecord.epoch(record[id]) : 0);
        }
    }

    /** Takes back what {@link #save} wrote. */
    void restore(StateReader in) {
        lost = false;
        at = in.number();
        pendingCount = 0;
        heldCount = 0;
        borrowedCount = 0;
        stepCount = 1;
        Arrays.fill(borrows, false);
        Arrays.fill(zeroBeforeStep, 1);
        for (int id = 0; id < cores; id++) {
            long flags = in.number();
            record[id] = CoreRecord.withEpoch(flags, moment() - in.number());
            pendingCount += CoreRecord.isPending(record[id]) ? 1 : 0;
            heldCount += CoreRecord.held(record[id]);
        }
    }
}
