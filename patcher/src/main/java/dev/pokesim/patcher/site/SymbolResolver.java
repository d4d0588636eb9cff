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

    /** Asks this one first, and the other one for what this one does not know. */
    default SymbolResolver orElse(SymbolResolver other) {
        SymbolResolver first = this;
        return new SymbolResolver() {
            @Override
            public Map<String, Symbol> resolve(List<String> names) {
                Map<String, Symbol> found = new TreeMap<>(first.resolve(names));
                found.putAll(other.resolve(
                        names.stream().filter(name -> !found.containsKey(name)).toList()));
                return found;
            }

            @Override
            public OptionalInt enabled(long keyAddress) {
                OptionalInt known = first.enabled(keyAddress);
                return known.isPresent() ? known : other.enabled(keyAddress);
            }
        };
    }

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
            private static final long AREA = 0xffffffffb0000000L;

            private static final long AREA_BYTES = ElfObject.MODULE_AREA - AREA;

            /** Room for what relocations add to a symbol: the kernel has arrays of hundreds of keys. */
            private static final long STRIDE_BYTES = 4096;

            @Override
            public Map<String, Symbol> resolve(List<String> names) {
                long strideBytes = Math.min(STRIDE_BYTES, AREA_BYTES / Math.max(names.size(), 1) & -16);
                Map<String, Symbol> found = new TreeMap<>();
                for (String name : names) {
                    long address = AREA + strideBytes * found.size();
                    found.put(name, new Symbol(name, address, strideBytes, false, true));
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
