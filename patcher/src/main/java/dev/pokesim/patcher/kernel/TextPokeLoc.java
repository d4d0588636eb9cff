package dev.pokesim.patcher.kernel;

import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.memory.InstructionBytes;

/**
 * One place to patch: which bytes there become which, and as what a core that meets the INT3 acts.
 *
 * @param address linear, of the first byte
 * @param oldText what stands there
 * @param newText what will, of the same length
 * @param emulated the instruction that the INT3 handler acts as: {@code newText} unless the caller wants another
 * @see "Linux arch/x86/kernel/alternative.c, struct text_poke_loc, struct smp_text_poke_loc, text_poke_loc_init()"
 */
public record TextPokeLoc(long address, InstructionBytes oldText, InstructionBytes newText, InstructionBytes emulated) {
    public static final int INT3 = 0xcc;
    private static final int CALL = 0xe8;
    private static final int JMP32 = 0xe9;
    private static final int JMP8 = 0xeb;
    private static final int RET = 0xc3;
    private static final InstructionBytes NOP2 = InstructionBytes.of(0x66, 0x90);
    private static final InstructionBytes NOP5 = InstructionBytes.of(0x0f, 0x1f, 0x44, 0, 0);

    /** @throws IllegalArgumentException if the lengths differ or the handler could not act as {@code emulated} */
    public TextPokeLoc {
        if (oldText.sizeBytes() != newText.sizeBytes()) {
            throw new IllegalArgumentException(
                    "patch at " + Address.text(address) + ": old text has " + oldText.sizeBytes() + " bytes, new text "
                            + newText.sizeBytes() + "; pad the shorter one with NOPs");
        }
        if (newText.sizeBytes() < 1 || newText.sizeBytes() > 6) {
            throw new IllegalArgumentException(
                    "patch at " + Address.text(address) + ": " + newText.sizeBytes() + " bytes; a site has 1 to 6");
        }
        if (newText.sizeBytes() == 6 && !(newText.byteAt(0) == 0x0f && newText.byteAt(1) >> 4 == 8)) {
            throw new IllegalArgumentException(
                    "patch at " + Address.text(address) + ": of 6 bytes only a Jcc is possible");
        }
        if (emulated.sizeBytes() != newText.sizeBytes()) {
            throw new IllegalArgumentException("patch at " + Address.text(address) + ": " + emulated + " has "
                    + emulated.sizeBytes() + " bytes and cannot stand for " + newText.sizeBytes()
                    + "; pad a JMP or RET with INT3");
        }
        fold(address, emulated, newText.sizeBytes());
    }

    /** A patch that is emulated as its new text. */
    public static TextPokeLoc of(long address, InstructionBytes oldText, InstructionBytes newText) {
        return new TextPokeLoc(address, oldText, newText, newText);
    }

    /** How many bytes it has. */
    public int sizeBytes() {
        return newText.sizeBytes();
    }

    /** The opcode that the entry holds: no-ops are folded onto jumps by 0, Jcc rel32 onto Jcc rel8. */
    public int foldedOpcode() {
        return (int) (fold(address, emulated, sizeBytes()) >>> 32);
    }

    /** The displacement that the entry holds, relative to the end of the site. */
    public int displacement() {
        return (int) fold(address, emulated, sizeBytes());
    }

    private static long fold(long address, InstructionBytes text, int sizeBytes) {
        int opcode = text.byteAt(0);
        if (text.equals(NOP2)) {
            return pair(JMP8, 0);
        }
        if (text.equals(NOP5)) {
            return pair(JMP32, 0);
        }
        if (opcode == INT3 && sizeBytes == 1) {
            return pair(INT3, 0);
        }
        boolean isPadded = restIs(text, lengthOf(opcode));
        if (opcode == RET && isPadded) {
            return pair(RET, 0);
        }
        if (opcode == JMP8 && text.sizeBytes() >= 2 && isPadded) {
            return pair(JMP8, (byte) text.byteAt(1) + 2 - sizeBytes);
        }
        if ((opcode == CALL || opcode == JMP32) && text.sizeBytes() == 5) {
            return pair(opcode, (int) (text.low() >>> 8));
        }
        if (opcode >> 4 == 7 && text.sizeBytes() == 2) {
            return pair(opcode, (byte) text.byteAt(1));
        }
        if (opcode == 0x0f && text.sizeBytes() == 6 && text.byteAt(1) >> 4 == 8) {
            return pair(text.byteAt(1) - 0x10, (int) (text.low() >>> 16));
        }
        throw new IllegalArgumentException("patch at " + Address.text(address) + ": the INT3 handler cannot act as "
                + text + "; it can as NOP2, NOP5, JMP, Jcc, CALL, RET and a single INT3");
    }

    private static int lengthOf(int opcode) {
        return opcode == JMP8 ? 2 : 1;
    }

    private static boolean restIs(InstructionBytes text, int from) {
        for (int i = from; i < text.sizeBytes(); i++) {
            if (text.byteAt(i) != INT3) {
                return false;
            }
        }
        return true;
    }

    private static long pair(int opcode, int displacement) {
        return (long) opcode << 32 | displacement & 0xffffffffL;
    }
}
