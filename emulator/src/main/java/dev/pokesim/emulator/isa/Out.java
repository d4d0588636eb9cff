package dev.pokesim.emulator.isa;

import java.util.List;

/** OUT: writes a port, of which there is none. Source: Intel SDM vol. 2, "OUT". */
final class Out extends RefusedInstruction {
    Out() {
        super(ALWAYS, "there are no ports");
    }

    @Override
    public List<Encoding> encodings() {
        return List.of(
                Encoding.of("E6", "Ib,al"),
                Encoding.of("E7", "Ib,eax"),
                Encoding.of("EE", "dx,al"),
                Encoding.of("EF", "dx,eax"));
    }
}
