package dev.pokesim.emulator.isa;

import java.util.List;

/** The sixteen conditions of Jcc, SETcc and CMOVcc by their encoding. Source: Intel SDM vol. 1, EFLAGS Condition Codes. */
final class Condition {
    static final List<String> NAMES =
            List.of("o", "no", "b", "ae", "e", "ne", "be", "a", "s", "ns", "p", "np", "l", "ge", "le", "g");

    private Condition() {}
}
