package dev.pokesim.emulator.trace;

import dev.pokesim.emulator.memory.Address;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a trace says about itself before its first event.
 *
 * @param cores 1 to {@link #MAX_CORES}; every event's core is below
 * @param metadata what the client wants to be known, by key, such as {@code seed}
 * @param symbols by unsigned address
 */
public record TraceHeader(int cores, SortedMap<String, String> metadata, List<Symbol> symbols) {
    public static final int MAX_CORES = 1 << 14;
    /** Most keys, and most symbols. */
    public static final int MAX_ENTRIES = 1 << 16;
    /** Longest key, value or name, in characters. */
    public static final int MAX_TEXT = 4096;

    /** A named range of addresses; a size of 0 stands for 1. */
    public record Symbol(String name, long address, long sizeBytes) {
        public Symbol {
            checkText(name);
        }
    }

    public TraceHeader {
        if (cores < 1 || cores > MAX_CORES) {
            throw new IllegalArgumentException(cores + " cores are not between 1 and " + MAX_CORES);
        }
        if (metadata.size() > MAX_ENTRIES || symbols.size() > MAX_ENTRIES) {
            throw new IllegalArgumentException("more than " + MAX_ENTRIES + " keys or symbols");
        }
        metadata.forEach((key, value) -> {
            checkText(key);
            checkText(value);
        });
        metadata = Collections.unmodifiableSortedMap(new TreeMap<>(metadata));
        symbols = symbols.stream()
                .sorted(Comparator.comparing(Symbol::address, Long::compareUnsigned))
                .toList();
    }

    /** An address as symbol and offset, such as {@code tcp_rcv+0x1c}; empty if no symbol covers it. */
    public String place(long address) {
        Symbol symbol = covering(address);
        if (symbol == null) {
            return "";
        }
        long offset = address - symbol.address();
        return offset == 0 ? symbol.name() : symbol.name() + "+0x" + Long.toHexString(offset);
    }

    /** The symbol whose addresses an address is among; null if there is none. */
    public @Nullable Symbol covering(long address) {
        int low = 0;
        int high = symbols.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Long.compareUnsigned(symbols.get(middle).address(), address) <= 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        if (low == 0) {
            return null;
        }
        Symbol nearest = symbols.get(low - 1);
        return Address.isWithin(address, nearest.address(), Math.max(1, nearest.sizeBytes())) ? nearest : null;
    }

    private static void checkText(String text) {
        if (text.length() > MAX_TEXT) {
            throw new IllegalArgumentException("a text of " + text.length() + " characters");
        }
    }
}
