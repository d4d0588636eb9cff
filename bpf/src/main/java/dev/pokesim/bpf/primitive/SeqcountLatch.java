package dev.pokesim.bpf.primitive;

import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.microop.AddressOf;

/**
 * seqcount_latch_t: an odd count sends readers to copy 1, an even one to copy 0. Four bytes, written by one writer at a time: the
 * flip is a load and a store. Its barriers order stores with stores and loads with loads, which x86 does by itself.
 *
 * @see "Linux include/linux/seqlock.h, write_seqcount_latch_begin(), raw_read_seqcount_latch()"
 */
public final class SeqcountLatch {
    private SeqcountLatch() {}

    /** Appends the flip that begins a write, or that sends the readers back to copy 0. */
    public static void flip(Routine.Builder b, AddressOf sequence) {
        int value = b.local();
        flip(b, sequence, value);
        b.compute("(flipped)", (core, local) -> local[value] = 0);
    }

    /** As {@link #flip(Routine.Builder, AddressOf)}, and leaves the new count in a variable. */
    public static void flip(Routine.Builder b, AddressOf sequence, int value) {
        b.load("latch.seq: load", value, sequence, 4, 0)
                .compute("(latch.seq + 1)", (core, local) -> local[value] = local[value] + 1 & 0xffffffffL)
                .store("latch.seq: store", sequence, 4, value);
    }
}
