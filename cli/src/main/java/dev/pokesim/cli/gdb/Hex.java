package dev.pokesim.cli.gdb;

import java.nio.charset.StandardCharsets;

/** Numbers and bytes as packets spell them: hexadecimal, numbers with the high digit first, memory in the order of its bytes. */
final class Hex {
    private static final int MAX_DIGITS = 16;

    private Hex() {}

    /** A number in a packet is not one. */
    static final class Malformed extends RuntimeException {
        private static final long serialVersionUID = 1;

        Malformed(String what) {
            super(what, null, false, false);
        }
    }

    /**
     * Up to 64 bits.
     *
     * @throws Malformed if it is no such number
     */
    static long number(String digits) {
        if (!digits.matches("[0-9a-fA-F]{1,16}")) {
            throw new Malformed("no number of at most " + MAX_DIGITS + " digits");
        }
        return Long.parseUnsignedLong(digits, 16);
    }

    /** The low bytes of a value as they lie in memory. */
    static String littleEndian(long value, int sizeBytes) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < sizeBytes; i++) {
            text.append("%02x".formatted(value >>> Byte.SIZE * i & 0xff));
        }
        return text.toString();
    }

    /** A text as the bytes of its UTF-8. */
    static String of(String text) {
        StringBuilder hex = new StringBuilder();
        for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
            hex.append("%02x".formatted(each & 0xff));
        }
        return hex.toString();
    }

    /**
     * The text that {@link #of} spells.
     *
     * @throws Malformed if it is no sequence of bytes
     */
    static String text(String hex) {
        if (hex.length() % 2 != 0 || !hex.matches("[0-9a-fA-F]*")) {
            throw new Malformed("no bytes");
        }
        return new String(java.util.HexFormat.of().parseHex(hex), StandardCharsets.UTF_8);
    }
}
