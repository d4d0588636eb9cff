package dev.pokesim.emulator.machine;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.isa.Decoded;
import dev.pokesim.emulator.microop.MicroOp;

/** Is told what happens in a machine, in order. Must not change it. */
public interface MachineObserver {
    /** Whether it wants to be told of every access before it happens, loads included; asked once. */
    default boolean seesAccesses() {
        return false;
    }

    /** Whether it wants {@link #retired}; asked once. */
    default boolean seesInstructions() {
        return false;
    }

    /** A core is about to do a micro-op that touches memory; only if {@link #seesAccesses()}. */
    default void accesses(Core core, MicroOp step) {}

    /** A core fetched an instruction: these are the bytes it saw. */
    default void fetched(Core core, Decoded instruction) {}

    /**
     * A core fetched bytes at its RIP that are no instruction it could execute.
     *
     * @param reason why, with the bytes
     */
    default void fetchFailed(Core core, String reason) {}

    /** A core completed an instruction; a repeated string instruction counts once; only if {@link #seesInstructions()}. */
    default void retired(Core core, Decoded instruction) {}

    /** A core enters the handler of an exception or interrupt; its RIP is what the frame will hold. */
    default void entered(Core core, int vector) {}

    /** A core left a handler by IRET; its RIP is where it goes on. */
    default void returned(Core core) {}

    /** A guest function that a routine called has returned to it. */
    default void guestReturned(Core core) {}

    /** Memory took a store of this core. */
    default void written(Core core, long address, int sizeBytes) {}

    /** A core serialised. */
    default void serialised(Core core) {}

    /** A compare-and-exchange or other locked operation of this core took effect. */
    default void updated(Core core, long address, boolean failed) {}

    /** An IPI was sent. */
    default void sent(Core from, int target, int vector) {}

    /** A core answers the calls that it took. */
    default void answered(Core core) {}
}
