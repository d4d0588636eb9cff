package dev.pokesim.emulator.isa;

/** PREFETCHNTA: a hint to fetch a line that is used once. Source: Intel SDM vol. 2, "PREFETCHh". */
final class Prefetchnta extends Prefetch {
    Prefetchnta() {
        super("0F 18 /0");
    }
}
