package dev.pokesim.patcher.kernel;

import dev.pokesim.emulator.isa.Decoded;
import dev.pokesim.emulator.isa.Decoder;
import dev.pokesim.emulator.isa.NotModelled;
import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.emulator.memory.InstructionBytes;
import java.util.Arrays;
import java.util.Optional;

/**
 * How an INT3 handler acts as an instruction that it stands for, as an entry of the array says it.
 *
 * @param opcode of JMP rel8 or rel32 (no-ops among them), CALL, RET, Jcc rel8, PUSH of a register, or INT3 for somebody else's
 * @param displacement signed, from the end of the whole place
 * @see "Linux asm/text-patching.h, int3_emulate_jmp() and its kin; illumos usr/src/uts/intel/dtrace/dtrace_asm.S, dtrace_invop() users"
 */
public record Emulation(int opcode, int displacement) {
    static final int CALL = 0xe8;
    static final int JMP32 = 0xe9;
    static final int JMP8 = 0xeb;
    static final int RET = 0xc3;
    /** PUSH RAX; the seven after it push the other registers that need no prefix. */
    static final int PUSH = 0x50;

    private static final int REGISTERS = 8;
    private static final int JCC8 = 0x70;
    private static final int JCC32 = 0x80;
    private static final int ESCAPE = 0x0f;

    /** Whether an opcode is one of the {@link #PUSH} kind. */
    static boolean isPush(long opcode) {
        return opcode >= PUSH && opcode < PUSH + REGISTERS;
    }

    /**
     * For the first instruction of a text.
     *
     * @param text of at most the size of the place
     * @param sizeBytes of the place
     * @return nothing if no handler can act as it
     */
    public static Optional<Emulation> of(InstructionBytes text, int sizeBytes) {
        Decoded instruction;
        try {
            byte[] padded = Arrays.copyOf(text.toArray(), InstructionBytes.MAX_SIZE_BYTES);
            instruction = new Decoder().decode(InstructionBytes.of(padded, 0, padded.length), 0);
        } catch (GuestFault | NotModelled undecodable) {
            return Optional.empty();
        }
        int size = instruction.bytes().sizeBytes();
        if (size > text.sizeBytes()) {
            return Optional.empty();
        }
        int opcode = text.byteAt(0);
        int rest = size - sizeBytes; // what lies behind the instruction is in the place, too
        long word = text.low() >>> Byte.SIZE;
        if (opcode == TextPokeLoc.INT3) {
            return Optional.of(new Emulation(opcode, 0));
        }
        if (instruction.mnemonic().equals("nop")) {
            return Optional.of(new Emulation(size == 2 ? JMP8 : JMP32, rest));
        }
        if (opcode == RET) {
            return Optional.of(new Emulation(opcode, 0)); // it does not go on behind itself
        }
        if (isPush(opcode)) {
            return Optional.of(new Emulation(opcode, rest));
        }
        if (opcode == JMP8) {
            return Optional.of(new Emulation(opcode, (byte) word + rest));
        }
        if (opcode == CALL && rest == 0 || opcode == JMP32) {
            return Optional.of(new Emulation(opcode, (int) word + rest));
        }
        if (opcode >> 4 == JCC8 >> 4 && rest == 0) {
            return Optional.of(new Emulation(opcode, (byte) word));
        }
        if (opcode == ESCAPE && text.byteAt(1) >> 4 == JCC32 >> 4 && rest == 0) {
            return Optional.of(new Emulation(text.byteAt(1) - JCC32 + JCC8, (int) (text.low() >>> 2 * Byte.SIZE)));
        }
        return Optional.empty();
    }

    /** Whether nothing but going on elsewhere comes of it. */
    public boolean isJump() {
        return opcode == JMP8 || opcode == JMP32;
    }
}
