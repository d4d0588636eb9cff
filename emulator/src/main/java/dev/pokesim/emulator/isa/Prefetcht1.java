package dev.pokesim.emulator.isa;

/** PREFETCHT1: a hint to fetch a line into the second cache. Source: Intel SDM vol. 2, "PREFETCHh". */
final class Prefetcht1 extends Prefetch {
    Prefetcht1() {
        super("0F 18 /2");
    }
}
