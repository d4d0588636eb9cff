package dev.pokesim.emulator.isa;

import java.util.List;

/** FXSAVE: stores x87 and SSE state, which this machine has not. Source: Intel SDM vol. 2, "FXSAVE". */
final class Fxsave extends RefusedInstruction {
    Fxsave() {
        super(ALWAYS, "x87 and SSE registers");
    }

    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("NP 0F AE /0 mem", "Mp"));
    }

    @Override
    public String assembly(Operands operands) {
        return mnemonic() + (operands.sizeBytes() == 8 ? "64 " : " ") + operands;
    }
}
