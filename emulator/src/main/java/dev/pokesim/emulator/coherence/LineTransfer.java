package dev.pokesim.emulator.coherence;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.MicroOp;

/**
 * A cache line came to a core that needed it.
 *
 * @param timePs when it arrived
 * @param address what the core wants to touch in it
 * @param use whether it came to be loaded from, stored to, or both
 * @param from the core that had it last; {@link #FROM_MEMORY} if none had
 * @param modified whether that core could have written it: the load that brings it is what PMUs call HITM
 * @param waitedPs how long the core waited, from its request
 * @param buffered whether it is for the oldest store of the buffer, while the core is elsewhere
 */
public record LineTransfer(
        long timePs, long address, MicroOp.Memory use, int from, boolean modified, long waitedPs, boolean buffered) {
    /** {@link #from()} if no core had the line. */
    public static final int FROM_MEMORY = CacheLine.NOBODY;

    /** Is told of every transfer, before the access that needs it is done. */
    @FunctionalInterface
    public interface Observer {
        /** A line came to a core; for an access that is not buffered, the core is at it. */
        void arrived(Core core, LineTransfer transfer);
    }
}
