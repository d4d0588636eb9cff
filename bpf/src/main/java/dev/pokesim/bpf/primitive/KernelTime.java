package dev.pokesim.bpf.primitive;

/**
 * What a kernel has on a machine with time; without one, everything may happen at any time and costs nothing.
 *
 * @see Kernel#time
 */
public interface KernelTime {
    /** What the primitives cost beyond their memory accesses. */
    PrimitiveCosts costs();

    /** The clock of a CPU will interrupt it at a time, in picoseconds, and not at the one that it was programmed for before. */
    void interruptAt(int cpu, long atPs);

    /** Whether an allocation fails now. */
    boolean allocationFails();
}
