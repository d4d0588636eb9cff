package dev.pokesim.patcher.check;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.isa.Decoded;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import java.util.List;

/** Nothing torn: old or new or INT3. Source: Intel SDM vol. 3A, Handling Self- and Cross-Modifying Code. */
public final class NoTornInstruction extends Oracle {
    private final List<InstructionBytes> intermediates;

    /**
     * @param intermediates instructions that may be executed besides, each with its own bytes only
     */
    public NoTornInstruction(List<InstructionBytes> intermediates) {
        this.intermediates = List.copyOf(intermediates);
    }

    @Override
    public String property() {
        return "a fetched instruction at a site is the old text, the new text or INT3, whole";
    }

    @Override
    public void failedAtSite(Core core, String reason, TextPokeLoc site) {
        violated(
                core,
                "core " + core.id() + " cannot execute what it fetched in the place at " + Address.text(site.address())
                        + ": " + reason);
    }

    @Override
    public void fetchedSite(Core core, Decoded instruction, TextPokeLoc site) {
        InstructionBytes seen = instruction.bytes();
        boolean isInt3 = seen.byteAt(0) == TextPokeLoc.INT3;
        boolean whole = seen.equals(site.oldText())
                || seen.equals(site.newText())
                || isInt3
                || intermediates.contains(seen)
                || new LegalInstructions(site.address(), List.of(site.oldText(), site.newText()))
                        .at(0)
                        .contains(seen);
        if (instruction.address() == site.address() && !whole) {
            violated(
                    core,
                    "core " + core.id() + " executes " + instruction + " (" + seen + ") at "
                            + Address.text(site.address()) + ": neither the old text " + site.oldText()
                            + " nor the new text "
                            + site.newText());
        }
    }
}
