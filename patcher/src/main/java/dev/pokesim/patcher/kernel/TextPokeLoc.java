package dev.pokesim.patcher.kernel;

import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.memory.InstructionBytes;

/**
 * One place to patch: which bytes there become which, and as what a core that meets the INT3 acts. The kernel takes only those that
 * {@link #of(long, InstructionBytes, InstructionBytes)} makes.
 *
 * @param address linear, of the first byte
 * @param oldText what stands there
 * @param newText what will, of the same length
 * @param emulated text whose first instruction the INT3 handler acts as: {@code newText} unless the caller wants another
 * @see "Linux arch/x86/kernel/alternative.c, struct text_poke_loc, struct smp_text_poke_loc, text_poke_loc_init()"
 */
public record TextPokeLoc(long address, InstructionBytes oldText, InstructionBytes newText, InstructionBytes emulated) {
    public static final int INT3 = 0xcc;
    private static final int JMP8 = 0xeb;
    private static final int RET = 0xc3;
    private static final InstructionBytes NOP2 = InstructionBytes.of(0x66, 0x90);
    private static final InstructionBytes NOP5 = InstructionBytes.of(0x0f, 0x1f, 0x44, 0, 0);

    /** The most bytes of new text that an entry has room for, but for a Jcc, whose first byte is implied. */
    private static final int MOST_IN_ENTRY = 5;

    /**
     * @throws IllegalArgumentException if the lengths differ or no handler could act as {@code emulated}
     */
    public TextPokeLoc {
        if (oldText.sizeBytes() != newText.sizeBytes()) {
            throw new IllegalArgumentException(
                    "patch at " + Address.text(address) + ": old text has " + oldText.sizeBytes() + " bytes, new text "
                            + newText.sizeBytes() + "; pad the shorter one with NOPs");
        }
        if (newText.sizeBytes() < 1) {
            throw new IllegalArgumentException("patch at " + Address.text(address) + ": no bytes");
        }
        if (Emulation.of(emulated, newText.sizeBytes()).isEmpty()) {
            throw new IllegalArgumentException("patch at " + Address.text(address) + ": the INT3 handler cannot act as "
                    + emulated + "; it can as NOP, JMP, Jcc, CALL, RET, PUSH and INT3");
        }
    }

    /**
     * A patch that the kernel can queue, and that is emulated as its new text.
     *
     * @throws IllegalArgumentException if the kernel cannot
     */
    public static TextPokeLoc of(long address, InstructionBytes oldText, InstructionBytes newText) {
        return of(address, oldText, newText, newText);
    }

    /**
     * A patch that the kernel can queue.
     *
     * @throws IllegalArgumentException if the kernel cannot
     */
    public static TextPokeLoc of(
            long address, InstructionBytes oldText, InstructionBytes newText, InstructionBytes emulated) {
        if (newText.sizeBytes() < 1 || newText.sizeBytes() > 6) {
            throw new IllegalArgumentException(
                    "patch at " + Address.text(address) + ": " + newText.sizeBytes() + " bytes; a site has 1 to 6");
        }
        if (newText.sizeBytes() == 6 && !isLongJcc(newText)) {
            throw new IllegalArgumentException(
                    "patch at " + Address.text(address) + ": of 6 bytes only a Jcc is possible");
        }
        if (emulated.sizeBytes() != newText.sizeBytes()) {
            throw new IllegalArgumentException("patch at " + Address.text(address) + ": " + emulated + " has "
                    + emulated.sizeBytes() + " bytes and cannot stand for " + newText.sizeBytes()
                    + "; pad a JMP or RET with INT3");
        }
        if (!isOfKernel(emulated)) {
            throw new IllegalArgumentException("patch at " + Address.text(address) + ": the INT3 handler cannot act as "
                    + emulated + "; it can as NOP2, NOP5, JMP, Jcc, CALL, RET and a single INT3");
        }
        return new TextPokeLoc(address, oldText, newText, emulated);
    }

    /** How many bytes it has. */
    public int sizeBytes() {
        return newText.sizeBytes();
    }

    /** Whether its new text does not fit into an entry; the kernel queues no such place. */
    public boolean isLong() {
        return isLong(newText);
    }

    /** Whether a new text does not fit into an entry. */
    public static boolean isLong(InstructionBytes newText) {
        return newText.sizeBytes() > MOST_IN_ENTRY && !isLongJcc(newText);
    }

    /** Whether the byte 0x0F of a Jcc is implied: an entry of length 6. */
    private static boolean isLongJcc(InstructionBytes text) {
        return text.sizeBytes() == 6 && text.byteAt(0) == 0x0f && text.byteAt(1) >> 4 == 8;
    }

    /** The opcode that the entry holds: no-ops are folded onto jumps by 0, Jcc rel32 onto Jcc rel8. */
    public int foldedOpcode() {
        return emulation().opcode();
    }

    /** The displacement that the entry holds, relative to the end of the site. */
    public int displacement() {
        return emulation().displacement();
    }

    private Emulation emulation() {
        return Emulation.of(emulated, sizeBytes()).orElseThrow();
    }

    /** Whether text_poke_loc_init() knows it. */
    private static boolean isOfKernel(InstructionBytes text) {
        int opcode = text.byteAt(0);
        int sizeBytes = text.sizeBytes();
        boolean isPadded = restIs(text, opcode == JMP8 ? 2 : 1);
        return text.equals(NOP2)
                || text.equals(NOP5)
                || opcode == INT3 && sizeBytes == 1
                || opcode == RET && isPadded
                || opcode == JMP8 && sizeBytes >= 2 && isPadded
                || (opcode == Emulation.CALL || opcode == Emulation.JMP32) && sizeBytes == 5
                || opcode >> 4 == 7 && sizeBytes == 2
                || isLongJcc(text);
    }

    private static boolean restIs(InstructionBytes text, int from) {
        for (int i = from; i < text.sizeBytes(); i++) {
            if (text.byteAt(i) != INT3) {
                return false;
            }
        }
        return true;
    }
}
