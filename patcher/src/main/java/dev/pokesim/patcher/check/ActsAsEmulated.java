package dev.pokesim.patcher.check;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the handler made of a trap is what the chosen instruction would have done: worked out here from its bytes alone. */
public final class ActsAsEmulated extends Oracle {
    private final Map<Long, TextPokeLoc> places = new HashMap<>(); // only looked up

    /** @param all every place of the run */
    public ActsAsEmulated(List<TextPokeLoc> all) {
        for (TextPokeLoc place : all) {
            places.put(place.address(), place);
        }
    }

    @Override
    public String property() {
        return "a core that trapped goes on where the chosen instruction would have taken it";
    }

    @Override
    public void handled(Core core, long site, boolean claimed, long resumeAt) {
        TextPokeLoc place = places.get(site);
        if (!claimed || place == null) {
            return;
        }
        long end = site + place.sizeBytes();
        InstructionBytes text = place.emulated();
        int opcode = text.byteAt(0);
        boolean right =
                switch (opcode) {
                    case 0xe8, 0xe9 -> resumeAt == end + (int) (text.low() >>> 8);
                    case 0xeb -> resumeAt == site + 2 + (byte) (text.low() >>> 8);
                    case 0xc3 -> true; // the return address is the stack oracle's business
                    case 0x0f -> text.sizeBytes() == 6
                            ? resumeAt == end || resumeAt == end + (int) (text.low() >>> 16)
                            : resumeAt == end;
                    default -> opcode >> 4 == 7
                            ? resumeAt == end || resumeAt == end + (byte) (text.low() >>> 8)
                            : resumeAt == end;
                };
        if (!right) {
            violated(
                    core,
                    "core " + core.id() + " trapped at " + Address.text(site) + " and goes on at " + Address.text(resumeAt)
                            + ", where " + text + " would not have gone");
        }
    }
}
