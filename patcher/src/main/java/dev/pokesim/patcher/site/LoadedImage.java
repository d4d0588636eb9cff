package dev.pokesim.patcher.site;

import dev.pokesim.emulator.memory.Address;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What the machine maps and the patcher patches: bytes at their final addresses, relocated, with symbols and sites.
 *
 * @param name what it was made from, for reports: a file as the user named it, or the kind of generated text
 * @param segments by unsigned address, without overlap
 * @param symbols names of addresses, possibly none
 * @param keys every static key that has a site, by unsigned address; empty if the image has no jump table
 */
public record LoadedImage(String name, List<Segment> segments, Symbols symbols, List<KeySites> keys) {

    public LoadedImage {
        segments = segments.stream()
                .sorted(Comparator.comparing(Segment::address, Long::compareUnsigned))
                .toList();
        for (int i = 1; i < segments.size(); i++) {
            if (Long.compareUnsigned(
                            segments.get(i - 1).lastAddress(), segments.get(i).address())
                    >= 0) {
                throw new IllegalArgumentException("segments overlap: "
                        + segments.get(i - 1).name() + " and " + segments.get(i).name());
            }
        }
        keys = keys.stream()
                .sorted(Comparator.comparing(key -> key.key().address(), Long::compareUnsigned))
                .toList();
        Set<Long> addresses = new HashSet<>();
        for (KeySites key : keys) {
            for (PatchSite site : key.sites()) {
                if (!addresses.add(site.address()) || !standsInText(segments, site)) {
                    throw new IllegalArgumentException("site at " + Address.text(site.address())
                            + " is listed twice or its bytes do not stand in an executable segment");
                }
            }
        }
    }

    private static boolean standsInText(List<Segment> segments, PatchSite site) {
        return segments.stream()
                .filter(segment -> segment.executable() && segment.contains(site.address(), site.sizeBytes()))
                .map(segment ->
                        segment.bytes().instruction((int) (site.address() - segment.address()), site.sizeBytes()))
                .anyMatch(site.text()::equals);
    }

    /** All sites in the kernel's order: by key, then by address. */
    public Stream<PatchSite> sites() {
        return keys.stream().flatMap(key -> key.sites().stream());
    }

    /**
     * The keys that a user means.
     *
     * @param nameOrAddress as {@link StaticKeyId#name} has it, or the address, such as {@code 0xffffffff81002000}
     * @return more than one if source files share a name; empty if there is none
     */
    public List<KeySites> keysNamed(String nameOrAddress) {
        return keys.stream()
                .filter(key -> key.key().name().equals(nameOrAddress)
                        || Address.text(key.key().address()).equals(nameOrAddress))
                .toList();
    }

    /** The segment that holds all of the given bytes. */
    public Optional<Segment> segmentAt(long address, int sizeBytes) {
        return segments.stream()
                .filter(segment -> segment.contains(address, sizeBytes))
                .findFirst();
    }

    /** The bytes at an address, or empty if they do not lie in one segment. */
    public Optional<ImageBytes> bytesAt(long address, int sizeBytes) {
        return segmentAt(address, sizeBytes)
                .map(segment -> segment.bytes().slice((int) (address - segment.address()), sizeBytes));
    }

    /** An address as function and offset. */
    public SymbolOffset symbolAt(long address) {
        return symbols.locate(address);
    }
}
