package dev.pokesim.patcher.check;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.isa.Decoded;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import java.util.List;

/** Nobody is parked inside a span that is rewritten, and nothing falls into one. */
public final class NoEntryInsideSite extends Oracle {
    @Override
    public String property() {
        return "no core executes from the middle of a rewritten place";
    }

    @Override
    public void fetchedSite(Core core, Decoded instruction, TextPokeLoc site) {
        if (instruction.address() != site.address() && !isOfText(instruction, site)) {
            violated(
                    core,
                    "core " + core.id() + " executes " + instruction + " (" + instruction.bytes() + ") at "
                            + Address.text(instruction.address()) + ", which overlaps the place at "
                            + Address.text(site.address()) + " without being it");
        }
    }

    /** Whether a text of several instructions has this one there. */
    private static boolean isOfText(Decoded instruction, TextPokeLoc site) {
        return new LegalInstructions(site.address(), List.of(site.oldText(), site.newText()))
                .at((int) (instruction.address() - site.address()))
                .contains(instruction.bytes());
    }
}
