package dev.pokesim.patcher.site;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/** Where a module finds what it uses, but does not define. */
public interface SymbolResolver {

    /**
     * Looks up symbols that are undefined in the module.
     *
     * @param names without duplicates
     * @return those that are known
     */
    Map<String, Symbol> resolve(List<String> names);

    /** The initial count of a static key outside the module, or empty if it is not known. */
    OptionalInt enabled(long keyAddress);

    /** Nothing is known: a module has to define all it uses. */
    static SymbolResolver nothing() {
        return new SymbolResolver() {
            @Override
            public Map<String, Symbol> resolve(List<String> names) {
                return Map.of();
            }

            @Override
            public OptionalInt enabled(long keyAddress) {
                return OptionalInt.empty();
            }
        };
    }

    /** A module of this kernel. Static symbols of the kernel are not visible to it. */
    static SymbolResolver kernel(LoadedImage kernel) {
        return new SymbolResolver() {
            @Override
            public Map<String, Symbol> resolve(List<String> names) {
                Map<String, Symbol> found = new TreeMap<>();
                for (String name : names) {
                    kernel.symbols().named(name).stream()
                            .filter(Symbol::global)
                            .findFirst()
                            .ifPresent(symbol -> found.put(name, symbol));
                }
                return found;
            }

            @Override
            public OptionalInt enabled(long keyAddress) {
                return kernel.bytesAt(keyAddress, Integer.BYTES)
                        .map(count -> OptionalInt.of((int) count.signedAt(0, Integer.BYTES)))
                        .orElse(OptionalInt.empty());
            }
        };
    }

    /**
     * Gives every undefined symbol an address where nothing is mapped. Enough to list the sites of a module without its
     * kernel; such an image cannot run.
     */
    static SymbolResolver placeholders() {
        return new SymbolResolver() {
            /** Between kernel text and modules: within reach of 32-bit relocations, and never mapped. */
            private static final long FIRST = 0xffffffffb0000000L;

            /** Room for what a relocation adds to a symbol, as in the key of a tracepoint at its offset 8. */
            private static final long STRIDE_BYTES = 64;

            @Override
            public Map<String, Symbol> resolve(List<String> names) {
                Map<String, Symbol> found = new TreeMap<>();
                for (String name : names) {
                    long address = FIRST + STRIDE_BYTES * found.size();
                    found.put(name, new Symbol(name, address, STRIDE_BYTES, false, true));
                }
                return found;
            }

            @Override
            public OptionalInt enabled(long keyAddress) {
                return OptionalInt.empty();
            }
        };
    }
}
