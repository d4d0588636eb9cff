package dev.pokesim.patcher.site;

import java.util.List;
import java.util.Optional;

/**
 * An ELF file whose bytes have their final addresses: what {@link ElfExecutable} and {@link ElfObject} make and
 * {@link JumpTable} reads.
 *
 * @param segments without overlap
 * @param symbols of the file, and those that it refers to
 * @param jumpTables where jump table entries stand; normally one range
 * @param initText code that the kernel frees after boot
 */
record PlacedElf(List<Segment> segments, Symbols symbols, List<AddressRange> jumpTables, List<AddressRange> initText) {

    /** The section that the kernel's compiler macros write the entries to. */
    static final String JUMP_TABLE = "__jump_table";

    /** Whether a section holds code that the kernel frees after boot. */
    static boolean isInitText(ElfFile.Section section) {
        return section.isExecutable() && section.name().startsWith(".init");
    }

    Optional<Segment> segmentAt(long address, int sizeBytes) {
        return segments.stream()
                .filter(segment -> segment.contains(address, sizeBytes))
                .findFirst();
    }
}
