package dev.pokesim.patcher.site;

import dev.pokesim.emulator.memory.InstructionBytes;

/**
 * A CALL that a patch sends to another function, as static calls and function tracing do. It belongs to no static key.
 *
 * @param address of the CALL, which has {@link #SIZE_BYTES} bytes
 * @param oldTarget the function it calls in the image
 * @param newTarget the function it calls when it is patched
 */
public record CallSite(long address, long oldTarget, long newTarget) {
    /** Opcode and 32 bits of displacement. */
    public static final int SIZE_BYTES = 5;

    private static final int OPCODE = 0xe8;

    public CallSite {
        text(address, oldTarget);
        text(address, newTarget);
    }

    /** The CALL in the image. */
    public InstructionBytes oldText() {
        return text(address, oldTarget);
    }

    /** The CALL to patch in. */
    public InstructionBytes newText() {
        return text(address, newTarget);
    }

    private static InstructionBytes text(long address, long target) {
        long displacement = target - (address + SIZE_BYTES);
        if (displacement != (int) displacement) {
            throw new IllegalArgumentException("a CALL reaches 31 bits far, not " + displacement);
        }
        return new InstructionBytes(OPCODE | displacement << Byte.SIZE, 0, SIZE_BYTES);
    }
}
