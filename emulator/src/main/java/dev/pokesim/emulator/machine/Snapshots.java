package dev.pokesim.emulator.machine;

import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;
import java.util.List;

/**
 * Saves and restores the whole state of a machine: cores with their suspended streams, flags and store buffers, pending
 * interrupts, calls that wait for answers, memory as far as it changed, and text as it was before as far as a core may still see
 * it. No clock belongs to it unless it is {@link #exact}: an untimed machine has none.
 *
 * <p>States from which the same can happen look the same where that costs nothing: moments count from the oldest that a core may
 * still fetch, what a finished instruction or a core in a handler cannot see any more is left out.
 */
public final class Snapshots {
    private final Machine machine;
    private final MachineCode code;
    private final boolean withTimestamps;
    private final boolean exact;

    Snapshots(Machine machine, MachineCode code, boolean withTimestamps, boolean exact) {
        this.machine = machine;
        this.code = code;
        this.withTimestamps = withTimestamps;
        this.exact = exact;
    }

    /**
     * The same, but nothing is left out that anybody could ever see: clocks and delays, counts, and what a core could fetch that is
     * in a handler.
     */
    public Snapshots exact() {
        return new Snapshots(machine, code, true, true);
    }

    /** All routines that the machine executes, always in the same order. */
    public List<Routine> routines() {
        return code.routines();
    }

    /** A writer that suits the machine's addresses. */
    public StateWriter newWriter() {
        return new StateWriter(machine.memory().regions());
    }

    /** The reader of what {@link #newWriter} wrote. */
    public StateReader newReader() {
        return new StateReader(machine.memory().regions());
    }

    /**
     * Appends the present state.
     *
     * @throws IllegalStateException if a core executes a routine that {@link Machine#rememberInitial} was not told of, or reads
     *     the time-stamp counter although that was denied
     */
    public void save(StateWriter out) {
        machine.save(out, code, withTimestamps, exact);
    }

    /** Brings the machine into a state that was saved. */
    public void restore(StateReader in) {
        machine.restore(in, code, withTimestamps, exact);
    }
}
