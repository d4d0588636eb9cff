package dev.pokesim.patcher.kernel;

import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.memory.InstructionBytes;

/**
 * A span of text that a protocol turns from one into another. Either may consist of several instructions.
 *
 * @param address linear, of the first byte
 * @param oldText what stands there, 1 to 15 bytes
 * @param newText what will, of the same length
 */
public record PatchPlace(long address, InstructionBytes oldText, InstructionBytes newText) {
    /**
     * @throws IllegalArgumentException if the lengths differ or are 0
     */
    public PatchPlace {
        if (oldText.sizeBytes() != newText.sizeBytes() || oldText.sizeBytes() == 0) {
            throw new IllegalArgumentException("patch at " + Address.text(address) + ": old text has "
                    + oldText.sizeBytes() + " bytes, new text " + newText.sizeBytes()
                    + "; both need as many, 1 to 15: pad the shorter one with NOPs");
        }
    }

    /** What the kernel's patcher has queued. */
    public static PatchPlace of(TextPokeLoc queued) {
        return new PatchPlace(queued.address(), queued.oldText(), queued.newText());
    }

    /** How many bytes it has. */
    public int sizeBytes() {
        return newText.sizeBytes();
    }

    /** The way back. */
    public PatchPlace reversed() {
        return new PatchPlace(address, newText, oldText);
    }
}
