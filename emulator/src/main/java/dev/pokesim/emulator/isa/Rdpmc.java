package dev.pokesim.emulator.isa;

import java.util.List;

/** RDPMC: reads a performance counter, of which there is none. Source: Intel SDM vol. 2, "RDPMC". */
final class Rdpmc extends RefusedInstruction {
    Rdpmc() {
        super(ALWAYS, "there are no performance counters");
    }

    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("0F 33"));
    }
}
