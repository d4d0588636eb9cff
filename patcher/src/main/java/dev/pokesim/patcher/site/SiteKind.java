package dev.pokesim.patcher.site;

import dev.pokesim.emulator.memory.InstructionBytes;
import java.util.Locale;
import java.util.Optional;

/**
 * What can stand at a jump label site. The size is known only from the bytes: the assembler chooses between the short
 * and the long jump, and the kernel decodes the site, too. Source: Linux arch/x86/kernel/jump_label.c,
 * arch_jump_entry_size() and __jump_label_set_jump_code(); the no-ops are those of asm/nops.h.
 */
public enum SiteKind {
    NOP2(false, "66 90", 2),
    NOP5(false, "0f 1f 44 00 00", 5),
    JMP8(true, "eb", 2),
    JMP32(true, "e9", 5);

    private final boolean jump;
    private final ImageBytes opcode;
    private final int sizeBytes;

    SiteKind(boolean jump, String opcode, int sizeBytes) {
        this.jump = jump;
        this.opcode = ImageBytes.ofHex(opcode);
        this.sizeBytes = sizeBytes;
    }

    /**
     * Recognises the instruction at an offset.
     *
     * @return its kind, or empty if it is none of the four or is cut off by the end of the text
     */
    public static Optional<SiteKind> at(ImageBytes text, int offset) {
        for (SiteKind kind : values()) {
            if (kind.opcode.standsIn(text, offset) && offset <= text.sizeBytes() - kind.sizeBytes) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }

    public boolean isJump() {
        return jump;
    }

    /** 2 or 5. */
    public int sizeBytes() {
        return sizeBytes;
    }

    /**
     * Where a jump of this kind goes.
     *
     * @param text the instruction
     * @param address of its first byte
     * @throws IllegalStateException if this is no jump
     */
    public long jumpTarget(InstructionBytes text, long address) {
        long displacement = switch (this) {
            case JMP8 -> (byte) (text.low() >>> 8);
            case JMP32 -> (int) (text.low() >>> 8);
            case NOP2, NOP5 -> throw new IllegalStateException(this + " has no target");
        };
        return address + sizeBytes + displacement;
    }

    /** {@code nop2}, {@code nop5}, {@code jmp8} or {@code jmp32}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
