package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/**
 * NOP in one byte, with an operand that is not touched, and the opcodes 0F 18 to 0F 1F as far as they are reserved for hints that
 * older processors pass over. Source: Intel SDM vol. 2, "NOP"; appendix A, Opcode Map, group 16 and "reserved-NOP".
 */
final class Nop implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(
                Encoding.of("90 NB"),
                Encoding.of("0F 18 /0 mod3", "Ev"),
                Encoding.of("0F 18 /1 mod3", "Ev"),
                Encoding.of("0F 18 /2 mod3", "Ev"),
                Encoding.of("0F 18 /3 mod3", "Ev"),
                Encoding.of("0F 18 /4", "Ev"),
                Encoding.of("0F 18 /5", "Ev"),
                Encoding.of("0F 18 /6", "Ev"),
                Encoding.of("0F 18 /7", "Ev"),
                Encoding.of("0F 19 /r", "Ev"),
                Encoding.of("0F 1A /r", "Ev"),
                Encoding.of("0F 1B /r", "Ev"),
                Encoding.of("0F 1C /r", "Ev"),
                Encoding.of("0F 1D /r", "Ev"),
                Encoding.of("0F 1E /r", "Ev"),
                Encoding.of("0F 1F /r", "Ev"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        return List.of();
    }
}
