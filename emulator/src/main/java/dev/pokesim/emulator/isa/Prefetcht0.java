package dev.pokesim.emulator.isa;

/** PREFETCHT0: a hint to fetch a line into all caches. Source: Intel SDM vol. 2, "PREFETCHh". */
final class Prefetcht0 extends Prefetch {
    Prefetcht0() {
        super("0F 18 /1");
    }
}
