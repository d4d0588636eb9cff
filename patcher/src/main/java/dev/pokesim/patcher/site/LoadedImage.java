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

    /**
     * The same image after something changed it.
     *
     * @param memory the byte at each address of a segment
     * @throws IllegalStateException if a site is not one of {@link SiteKind} any more
     */
    public LoadedImage withBytes(LongToByte memory) {
        List<Segment> changed = segments.stream()
                .map(segment -> new Segment(
                        segment.name(),
                        segment.address(),
                        ImageBytes.copyOf(bytes(memory, segment.address(), segment.sizeBytes())),
                        segment.executable(),
                        segment.writable()))
                .toList();
        return new LoadedImage(
                name,
                changed,
                symbols,
                keys.stream().map(key -> key(memory, key)).toList());
    }

    /** The byte at an address. */
    @FunctionalInterface
    public interface LongToByte {
        byte at(long address);
    }

    private static byte[] bytes(LongToByte memory, long address, int sizeBytes) {
        byte[] bytes = new byte[sizeBytes];
        for (int i = 0; i < sizeBytes; i++) {
            bytes[i] = memory.at(address + i);
        }
        return bytes;
    }

    private KeySites key(LongToByte memory, KeySites key) {
        long address = key.key().address();
        int enabled = segmentAt(address, Integer.BYTES).isEmpty()
                ? key.enabled()
                : (int) ImageBytes.copyOf(bytes(memory, address, Integer.BYTES)).signedAt(0, Integer.BYTES);
        return new KeySites(
                key.key(),
                enabled,
                key.sites().stream().map(site -> site(memory, site)).toList());
    }

    private static PatchSite site(LongToByte memory, PatchSite site) {
        ImageBytes bytes = ImageBytes.copyOf(bytes(memory, site.address(), site.sizeBytes()));
        SiteKind kind = SiteKind.at(bytes, 0)
                .orElseThrow(
                        () -> new IllegalStateException("site at " + Address.text(site.address()) + " holds " + bytes));
        return new PatchSite(
                site.address(),
                kind,
                bytes.instruction(0, site.sizeBytes()),
                site.target(),
                site.key(),
                site.branch(),
                site.init(),
                site.location());
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
