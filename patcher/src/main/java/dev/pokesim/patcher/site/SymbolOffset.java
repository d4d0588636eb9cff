package dev.pokesim.patcher.site;

/**
 * An address as people read it.
 *
 * @param symbol the name before the plus sign; an address in hexadecimal where there is no symbol
 * @param offset in bytes, 0 or more
 */
public record SymbolOffset(String symbol, long offset) {

    /** {@code tcp_rcv+0x1c}, or the name alone for its first byte. */
    @Override
    public String toString() {
        return offset == 0 ? symbol : symbol + "+0x" + Long.toHexString(offset);
    }
}
