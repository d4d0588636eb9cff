package dev.pokesim.emulator.explore;

import dev.pokesim.emulator.core.Chooser;
import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.machine.Machine;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is explored: a machine, and what must hold in it. Every object that changes during a run must be part of the machine or of
 * {@link #save}: a search goes back and forth between states.
 */
public interface Model {
    /** The owner of memory that any core may touch. */
    int SHARED = -1;

    /** Makes a model in its initial state. */
    @FunctionalInterface
    interface Source {
        /**
         * @param staleBytes for the machine: decides what fetches see
         */
        Model start(Chooser staleBytes);
    }

    /** The machine, the same one each time; it has no transport of IPIs and is changed by nobody but the exploration. */
    Machine machine();

    /** The routines that cores have entered or will enter by themselves; handlers and callees are found from the machine. */
    List<Routine> routines();

    /** Whether a core has reached the end of its program, outside of every handler; it takes interrupts still. */
    boolean isDone(Core core);

    /**
     * Asked after each transition.
     *
     * @return what is wrong, in one line; null if nothing is
     */
    default @Nullable String violation() {
        return null;
    }

    /**
     * Asked where every core is done and nothing is on its way.
     *
     * @return what should have happened by then, in one line; null if nothing is missing
     */
    default @Nullable String violationAtEnd() {
        return null;
    }

    /**
     * A step threw something that the machine does not know.
     *
     * @return what it means as a violation, in one line; null if it is a bug of the program, and goes on as it is
     */
    default @Nullable String failure(RuntimeException thrown) {
        return null;
    }

    /** How many NMIs may arrive at a core in one run. */
    default int nmis(int core) {
        return 0;
    }

    /** How many NMIs may arrive in one run at all cores together; no limit unless overridden. */
    default int nmisInAll() {
        return Integer.MAX_VALUE;
    }

    /**
     * Interrupts of devices: each is on its way from the start and arrives once, whenever its core takes it.
     */
    default List<DeviceInterrupt> deviceInterrupts() {
        return List.of();
    }

    /**
     * An interrupt that no core sends.
     *
     * @param core which takes it; {@link #takesIpis} must say so
     * @param vector with a handler
     */
    record DeviceInterrupt(int core, int vector) {}

    /**
     * Memory that only one core ever touches: what happens there has no order with what others do. It is checked: an access by
     * another core ends the exploration with an IllegalStateException.
     *
     * @return the number of the core, or {@link #SHARED}
     */
    default int owner(long address) {
        return SHARED;
    }

    /**
     * Memory that only one core ever writes: nobody notices when that core reads it. Checked as {@link #owner} is.
     *
     * @return the number of the core, or {@link #SHARED}
     */
    default int writer(long address) {
        return owner(address);
    }

    /** Whether IPIs may be sent to a core. Checked: sending one to another ends the exploration with an IllegalStateException. */
    default boolean takesIpis(int core) {
        return true;
    }

    /**
     * Whether an observer makes something of the instruction that a core fetches there: others may notice then, through it, that the
     * core has come so far.
     */
    default boolean isObserved(Core core, long rip) {
        return false;
    }

    /** Whether guest code reads the time-stamp counter. */
    default boolean readsTimestamps() {
        return false;
    }

    /** Appends state that is not in the machine, such as what an observer remembers. */
    default void save(StateWriter out) {}

    /** Takes back what {@link #save} wrote; a violation that was found since is forgotten. */
    default void restore(StateReader in) {}
}
