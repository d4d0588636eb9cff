package dev.pokesim.patcher.guest;

import dev.pokesim.patcher.site.InvalidInput;
import dev.pokesim.patcher.site.LoadedImage;
import dev.pokesim.patcher.site.Symbol;
import java.util.List;
import java.util.OptionalLong;

/** Addresses of a kernel's functions and variables. Kernels rename and drop them, so each may be asked for by several names. */
final class KernelSymbols {
    private final LoadedImage image;

    KernelSymbols(LoadedImage image) {
        this.image = image;
    }

    /** The first of the names that the kernel has exactly once. */
    OptionalLong find(String... names) {
        for (String name : names) {
            List<Symbol> found = image.symbols().named(name);
            if (found.size() == 1) {
                return OptionalLong.of(found.get(0).address());
            }
        }
        return OptionalLong.empty();
    }

    /**
     * Where the next symbol is. Behind {@code _einittext} stands, without one of its own, the code to which functions jump before
     * alternatives are applied.
     *
     * @return {@code address} if there is none
     */
    long behind(long address) {
        return image.symbols().all().stream()
                .mapToLong(Symbol::address)
                .filter(other -> Long.compareUnsigned(other, address) > 0)
                .findFirst() // they are in order
                .orElse(address);
    }

    /**
     * As {@link #find}.
     *
     * @throws InvalidInput if the kernel has none of the names, or each several times
     */
    long need(String... names) {
        return find(names)
                .orElseThrow(() -> new InvalidInput(
                        image.name(),
                        "this kernel has no symbol " + String.join(" or ", names) + ", or several",
                        "run without --guest: its code cannot run as a guest here"));
    }
}
