package dev.pokesim.emulator.isa;

/** PREFETCHT2: a hint to fetch a line into the third cache. Source: Intel SDM vol. 2, "PREFETCHh". */
final class Prefetcht2 extends Prefetch {
    Prefetcht2() {
        super("0F 18 /3");
    }
}
