package dev.pokesim.patcher.site;

/** How an address is written. */
public final class HexAddress {

    private HexAddress() {}

    /** {@code 0xffffffff81000000}. */
    public static String of(long address) {
        return "0x" + Long.toHexString(address);
    }
}
