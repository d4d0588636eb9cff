package dev.pokesim.patcher.site;

import dev.pokesim.emulator.memory.Address;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The symbols of an image, to look up by name and by address. */
public final class Symbols {

    /** By address; at one address the widest last, because that is the one to name an address after. */
    private static final Comparator<Symbol> ORDER = Comparator.comparing(Symbol::address, Long::compareUnsigned)
            .thenComparing(Symbol::function)
            .thenComparing(Symbol::sizeBytes, Long::compareUnsigned)
            .thenComparing(Symbol::name, Comparator.reverseOrder());

    private final List<Symbol> byAddress;

    /** At each index the last address that this symbol or any before it covers: where a search backwards may stop. */
    private final long[] lastCovered;

    private final Map<String, List<Symbol>> byName = new HashMap<>();

    private Symbols(List<Symbol> byAddress) {
        this.byAddress = byAddress;
        this.lastCovered = new long[byAddress.size()];
        for (int i = 0; i < lastCovered.length; i++) {
            long last = byAddress.get(i).lastAddress();
            lastCovered[i] = i > 0 && Long.compareUnsigned(lastCovered[i - 1], last) > 0 ? lastCovered[i - 1] : last;
        }
        for (Symbol symbol : byAddress) {
            byName.computeIfAbsent(symbol.name(), name -> new ArrayList<>(1)).add(symbol);
        }
    }

    public static Symbols of(List<Symbol> symbols) {
        return new Symbols(symbols.stream().distinct().sorted(ORDER).toList());
    }

    /** All, by unsigned address. */
    public List<Symbol> all() {
        return byAddress;
    }

    /** Those of a name, by unsigned address; empty if there is none. */
    public List<Symbol> named(String name) {
        return List.copyOf(byName.getOrDefault(name, List.of()));
    }

    /**
     * What lies between two labels, as linker scripts mark tables.
     *
     * @param file the name of the image in messages
     * @return empty if a label is missing
     * @throws InvalidInput if they are the wrong way round
     */
    Optional<AddressRange> between(String start, String stop, String file) {
        List<Symbol> starts = named(start);
        List<Symbol> stops = named(stop);
        if (starts.isEmpty() || stops.isEmpty()) {
            return Optional.empty();
        }
        long first = starts.get(0).address();
        long end = stops.get(0).address();
        if (Long.compareUnsigned(first, end) > 0) {
            throw new InvalidInput(file, stop + " lies before " + start, "it is damaged, build or copy it again");
        }
        return Optional.of(new AddressRange(first, end - first));
    }

    /** The functions, by unsigned address. */
    public List<Symbol> functions() {
        return byAddress.stream().filter(Symbol::function).toList();
    }

    /**
     * The symbol that an address lies in. A function wins over what is no function, then the one that starts nearest,
     * then the longest, then the first name.
     */
    public Optional<Symbol> covering(long address) {
        Optional<Symbol> data = Optional.empty();
        // The nearest one need not cover the address: a short symbol inside a long function starts nearer.
        for (int i = lastNotAbove(address); i >= 0 && Long.compareUnsigned(lastCovered[i], address) >= 0; i--) {
            Symbol symbol = byAddress.get(i);
            if (symbol.covers(address)) {
                if (symbol.function()) {
                    return Optional.of(symbol);
                }
                data = data.or(() -> Optional.of(symbol));
            }
        }
        return data;
    }

    /** An address as symbol and offset, or as the bare address if no symbol covers it. */
    public SymbolOffset locate(long address) {
        return covering(address)
                .map(symbol -> new SymbolOffset(symbol.name(), address - symbol.address()))
                .orElseGet(() -> new SymbolOffset(Address.text(address), 0));
    }

    private int lastNotAbove(long address) {
        int low = 0;
        int high = byAddress.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Long.compareUnsigned(byAddress.get(middle).address(), address) <= 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low - 1;
    }
}
