package dev.pokesim.emulator.isa;

import java.util.List;

/** RDPKRU: reads the rights of protection keys; #UD unless they are enabled. Source: Intel SDM vol. 2, "RDPKRU". */
final class Rdpkru extends RefusedInstruction {
    Rdpkru() {
        super(CR4_PKE, "protection keys");
    }

    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("NP 0F 01 =EE"));
    }
}
