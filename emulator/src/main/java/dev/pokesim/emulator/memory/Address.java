package dev.pokesim.emulator.memory;

/** Linear addresses as Java longs: kernel addresses are negative there, so they are compared and printed as unsigned. */
public final class Address {
    private Address() {}

    /** Whether {@code address} lies in the {@code sizeBytes} bytes from {@code start}; wraps around like the hardware. */
    public static boolean isWithin(long address, long start, long sizeBytes) {
        return Long.compareUnsigned(address - start, sizeBytes) < 0;
    }

    /** Whether bits 63 to 47 are equal, as 4-level paging wants it; only such a value may become a segment base. */
    public static boolean isCanonical(long address) {
        return address << 16 >> 16 == address;
    }

    /** The usual spelling: 0x and sixteen hexadecimal digits, or fewer for user-space addresses. */
    public static String text(long address) {
        return "0x" + Long.toHexString(address);
    }
}
