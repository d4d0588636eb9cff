package dev.pokesim.emulator.isa;

import java.util.List;

/** WRPKRU: writes the rights of protection keys; #UD unless they are enabled. Source: Intel SDM vol. 2, "WRPKRU". */
final class Wrpkru extends RefusedInstruction {
    Wrpkru() {
        super(CR4_PKE, "protection keys");
    }

    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("NP 0F 01 =EF"));
    }
}
