package dev.pokesim.patcher.site;

import dev.pokesim.emulator.memory.Address;

/**
 * A run of bytes at consecutive addresses. Segments of an image do not overlap, but may share a page: it then has the
 * rights of all of them.
 *
 * @param name what it is, for messages: section or program header
 * @param address of the first byte
 * @param bytes the contents, zeroed bss included; at least one byte
 * @param executable whether cores may run it
 * @param writable whether cores may store to it; the patcher writes text through an alias whatever this says
 */
public record Segment(String name, long address, ImageBytes bytes, boolean executable, boolean writable) {

    public Segment {
        if (bytes.sizeBytes() == 0 || Long.compareUnsigned(address + bytes.sizeBytes() - 1, address) < 0) {
            throw new IllegalArgumentException("segment " + name + " at " + Address.text(address)
                    + " is empty or runs over the end of the address space");
        }
    }

    public int sizeBytes() {
        return bytes.sizeBytes();
    }

    /** The address of the last byte; the one behind it could be 0. */
    public long lastAddress() {
        return address + bytes.sizeBytes() - 1;
    }

    /** Whether all of the given bytes lie inside. */
    public boolean contains(long firstAddress, int sizeBytes) {
        long offset = firstAddress - address;
        return Long.compareUnsigned(offset, bytes.sizeBytes()) < 0 && offset + sizeBytes <= bytes.sizeBytes();
    }
}
