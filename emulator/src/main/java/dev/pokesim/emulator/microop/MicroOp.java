package dev.pokesim.emulator.microop;

import dev.pokesim.emulator.core.Core;

/**
 * What a core does in one indivisible step. A micro-op touches memory at most once. Instructions and routines alike are arrays
 * of micro-ops, so scheduler, cost model, explorer, trace and debugger see nothing else.
 *
 * <p>The kinds are closed, because each means something to the machine; {@link Compute} and {@link LockedUpdate} are open for
 * instructions to say <em>what</em> is computed, which nobody but the core can observe.
 *
 * <p>Immutable: all state is in the {@link Core}.
 */
public abstract sealed class MicroOp
        permits Await,
                Compute,
                Delay,
                EnterGuest,
                Fence,
                Fetch,
                Halt,
                InterruptReturn,
                Load,
                LockedUpdate,
                SendIpi,
                Serialise,
                Store,
                Trap {

    /** How a micro-op touches memory. */
    public enum Memory {
        NONE,
        LOAD,
        STORE,
        /** Load and store with nothing between them. */
        UPDATE;

        /** Whether memory may be different afterwards. */
        public boolean isWrite() {
            return this == STORE || this == UPDATE;
        }
    }

    private final Memory memory;
    private final boolean drainsStores;
    private final long costPs;

    /** One that touches no memory, needs no empty store buffer and costs only what its kind costs. */
    MicroOp() {
        this(Memory.NONE, false, 0);
    }

    /* Fields, not methods to override: the timed machine asks every step of every core for them. */
    MicroOp(Memory memory, boolean drainsStores, long costPs) {
        this.memory = memory;
        this.drainsStores = drainsStores;
        this.costPs = costPs;
    }

    /** What somebody who strings instructions together must know of each. */
    public enum Flow {
        /** Reads and changes nothing but the register file, the flags and memory. */
        STRAIGHT,
        /** May set the next RIP, too. */
        JUMP,
        /** Anything: between it and the next instruction somebody must look at the core. */
        ALONE
    }

    /**
     * Does it. The core's position has moved on already; a jump inside a routine overwrites it.
     *
     * @throws dev.pokesim.emulator.memory.GuestFault if the processor would raise an exception; nothing has changed then
     */
    public abstract void execute(Core core);

    /** How it touches memory. */
    public final Memory memory() {
        return memory;
    }

    /** The linear address it will touch; only if {@link #memory()} is not NONE. */
    public long address(Core core) {
        throw new IllegalStateException(this + " touches no memory");
    }

    /** How many bytes it will touch there. */
    public int sizeBytes() {
        return 0;
    }

    /** Whether the core's store buffer must be empty first. */
    public final boolean drainsStores() {
        return drainsStores;
    }

    /** What it may do besides computing and one access. */
    public Flow flow() {
        return Flow.ALONE;
    }

    /** What it costs in a timed machine when it misses nothing, in picoseconds, beyond what its kind costs. */
    public final long costPs() {
        return costPs;
    }

    /** What the trace and listings call it. */
    @Override
    public abstract String toString();
}
