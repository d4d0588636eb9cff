package dev.pokesim.emulator.isa;

import java.util.List;

/** IN: reads a port, of which there is none. Source: Intel SDM vol. 2, "IN". */
final class In extends RefusedInstruction {
    In() {
        super(ALWAYS, "there are no ports");
    }

    @Override
    public List<Encoding> encodings() {
        return List.of(
                Encoding.of("E4", "al,Ib"),
                Encoding.of("E5", "eax,Ib"),
                Encoding.of("EC", "al,dx"),
                Encoding.of("ED", "eax,dx"));
    }
}
