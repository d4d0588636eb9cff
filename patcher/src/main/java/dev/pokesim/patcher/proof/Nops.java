package dev.pokesim.patcher.proof;

import dev.pokesim.emulator.isa.Decoder;
import dev.pokesim.emulator.isa.NotModelled;
import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.emulator.memory.InstructionBytes;

/** Texts that do nothing but go on behind themselves. */
final class Nops {
    private Nops() {}

    /** Whether a text is one no-op, or a jump to what follows it. */
    static boolean isNop(InstructionBytes text) {
        try {
            var instruction = new Decoder().decode(text, 0);
            boolean isJumpToNext = instruction.mnemonic().equals("jmp") && isZeroBehindOpcode(text);
            return instruction.bytes().equals(text) && (instruction.mnemonic().equals("nop") || isJumpToNext);
        } catch (GuestFault | NotModelled undecodable) {
            return false;
        }
    }

    private static boolean isZeroBehindOpcode(InstructionBytes text) {
        return text.low() >>> 8 == 0 && text.high() == 0;
    }
}
