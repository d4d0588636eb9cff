package dev.pokesim.patcher.site;

/**
 * A name of an address.
 *
 * @param name not unique: static functions and variables of two source files may share it
 * @param address in the loaded image
 * @param sizeBytes 0 if unknown
 * @param function whether it names code
 * @param global whether other files may refer to it
 */
public record Symbol(String name, long address, long sizeBytes, boolean function, boolean global) {

    /** Whether an address lies inside; a symbol of unknown size has only its first byte. */
    boolean covers(long other) {
        return Long.compareUnsigned(other - address, lastAddress() - address) <= 0;
    }

    /** The last byte inside; a size that would run over the end of the address space ends there. */
    long lastAddress() {
        long last = address + Math.max(sizeBytes, 1) - 1;
        return Long.compareUnsigned(last, address) < 0 ? -1 : last;
    }
}
