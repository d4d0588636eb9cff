package dev.pokesim.patcher.site;

import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.memory.InstructionBytes;

/**
 * One place that a static key patches: an entry of the jump table together with what stands there now. Source: Linux,
 * struct jump_entry.
 *
 * @param address of the first byte; a kernel address is negative as a Java long
 * @param kind what stands there, from decoding the bytes
 * @param text the bytes that stand there, {@code kind.sizeBytes()} of them
 * @param target where the jump goes, or would go
 * @param key the key that this site belongs to
 * @param branch bit 0 of the entry's key: whether a jump stands here while the key is off
 * @param init whether the site is in init text; the kernel never patches it after boot
 * @param location the function that contains it
 */
public record PatchSite(
        long address,
        SiteKind kind,
        InstructionBytes text,
        long target,
        StaticKeyId key,
        boolean branch,
        boolean init,
        SymbolOffset location) {

    public PatchSite {
        if (text.sizeBytes() != kind.sizeBytes()) {
            throw new IllegalArgumentException("site at " + Address.text(address) + ": a " + kind + " has "
                    + kind.sizeBytes() + " bytes, not " + text.sizeBytes());
        }
    }

    /** 2 or 5. */
    public int sizeBytes() {
        return kind.sizeBytes();
    }

    /** The address behind the site. */
    public long end() {
        return address + sizeBytes();
    }

    /**
     * Whether a jump has to stand here. Source: Linux kernel/jump_label.c, jump_label_type().
     *
     * @param enabled the count of the key
     */
    public boolean mustJump(int enabled) {
        return enabled > 0 ^ branch;
    }

    /**
     * Whether the text agrees with the key: a jump, to the target of the entry, if and only if {@link #mustJump}.
     *
     * @param enabled the count of the key
     */
    public boolean agreesWith(int enabled) {
        return kind.isJump() == mustJump(enabled) && (!kind.isJump() || kind.jumpTarget(text, address) == target);
    }

    /**
     * Whether the first and the last byte lie in different aligned blocks: 8 for words, 64 for cache lines, 4096 for
     * pages.
     *
     * @param blockBytes a power of 2
     */
    public boolean crosses(int blockBytes) {
        return ((address ^ (end() - 1)) & -blockBytes) != 0;
    }
}
