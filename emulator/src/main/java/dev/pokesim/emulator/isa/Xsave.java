package dev.pokesim.emulator.isa;

import java.util.List;

/** XSAVE: stores vector and other state, which this machine has not; #UD unless enabled. Source: Intel SDM vol. 2, "XSAVE". */
final class Xsave extends RefusedInstruction {
    Xsave() {
        super(CR4_OSXSAVE, "vector registers");
    }

    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("NP 0F AE /4 mem", "Mp"));
    }

    @Override
    public String assembly(Operands operands) {
        return mnemonic() + (operands.sizeBytes() == 8 ? "64 " : " ") + operands;
    }
}
