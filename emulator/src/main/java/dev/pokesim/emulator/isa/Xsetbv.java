package dev.pokesim.emulator.isa;

import java.util.List;

/** XSETBV: sets which state is managed; #UD unless XSAVE is enabled. Source: Intel SDM vol. 2, "XSETBV". */
final class Xsetbv extends RefusedInstruction {
    Xsetbv() {
        super(CR4_OSXSAVE, "vector registers");
    }

    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("NP 0F 01 =D1"));
    }
}
