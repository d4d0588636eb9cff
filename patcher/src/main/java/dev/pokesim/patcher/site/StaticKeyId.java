package dev.pokesim.patcher.site;

import dev.pokesim.emulator.memory.Address;

/**
 * Which static key, {@code struct static_key} of the kernel.
 *
 * @param name its symbol, {@code symbol+0x8} if it lies inside one, or its address if there is none; static keys of two
 *     source files may have the same name
 * @param address of the key itself; its first four bytes are the count {@code enabled}
 */
public record StaticKeyId(String name, long address) {

    /** {@code name (0xffffffff81004000)}. */
    @Override
    public String toString() {
        return name + " (" + Address.text(address) + ")";
    }
}
