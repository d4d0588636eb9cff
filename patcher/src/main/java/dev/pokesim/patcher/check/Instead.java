package dev.pokesim.patcher.check;

import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import java.util.List;

/** What is right for a handler to make of a place whose INT3 was met. */
public enum Instead {
    /** Only what the patcher has chosen: the kernel. */
    CHOSEN,
    /** What any text of the place does. */
    ANY_TEXT,
    /** That, or to execute again what stands there by then. */
    ANY_TEXT_OR_AGAIN;

    /** As which texts a handler may act. */
    List<InstructionBytes> texts(TextPokeLoc place) {
        return this == CHOSEN ? List.of(place.emulated()) : List.of(place.oldText(), place.newText());
    }

    /** Whether it may leave everything as it is. */
    boolean mayTryAgain() {
        return this == ANY_TEXT_OR_AGAIN;
    }
}
