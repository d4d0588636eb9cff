package dev.pokesim.emulator.isa;

/** PREFETCHW: a hint to fetch a line to be written. Source: Intel SDM vol. 2, "PREFETCHW". */
final class Prefetchw extends Prefetch {
    Prefetchw() {
        super("0F 0D /1");
    }
}
