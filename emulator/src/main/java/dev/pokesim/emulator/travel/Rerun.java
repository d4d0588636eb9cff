package dev.pokesim.emulator.travel;

import dev.pokesim.emulator.machine.Machine;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;
import java.util.List;

/**
 * A run that happened and is executed again. The same every time: from the start or from any state that was saved, the same steps
 * follow.
 */
public interface Rerun {
    /** The machine, in the state that the run has come to; nobody else changes it. */
    Machine machine();

    /** All routines that it ever executes, always in the same order. */
    List<Routine> routines();

    /** How many steps the run has. */
    long length();

    /** The present, in picoseconds from the start; 0 if the run has no time. */
    long timePs();

    /**
     * Does the next steps; there must be as many.
     *
     * @param count at least 1; only what the last of them does must be known afterwards
     */
    void forward(long count);

    /** What the last step of {@link #forward} did; of no interest after {@link #restore}. */
    Step last();

    /** A writer that suits the machine's addresses. */
    StateWriter newWriter();

    /** The reader of what {@link #newWriter} wrote. */
    StateReader newReader();

    /** Appends the whole present state. */
    void save(StateWriter out);

    /** Back to a state that was saved, by this rerun or by another one of the same run. */
    void restore(StateReader in);
}
