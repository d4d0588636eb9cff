package dev.pokesim.patcher.site;

import dev.pokesim.emulator.memory.Address;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Loads a linked executable, such as vmlinux: the PT_LOAD segments at the addresses they were linked for. */
final class ElfExecutable {

    private final ElfFile elf;

    ElfExecutable(ElfFile elf) {
        this.elf = elf;
    }

    PlacedElf place() {
        Symbols symbols = Symbols.of(elf.symbols().stream()
                .filter(symbol -> symbol.namesAddress() && symbol.section() != ElfFile.SHN_UNDEF)
                .map(symbol -> new Symbol(
                        symbol.name(), symbol.value(), symbol.sizeBytes(), symbol.isFunction(), !symbol.isLocal()))
                .toList());
        List<AddressRange> initText = elf.sections().stream()
                .filter(PlacedElf::isInitText)
                .map(section -> new AddressRange(section.address(), section.sizeBytes()))
                .toList();
        return new PlacedElf(segments(), symbols, jumpTables(symbols), initText);
    }

    private List<Segment> segments() {
        ImageSize size = new ImageSize(elf);
        List<Segment> segments = new ArrayList<>();
        for (ElfFile.ProgramHeader header : elf.programHeaders()) {
            if (header.type() != ElfFile.PT_LOAD || header.memoryBytes() == 0) {
                continue;
            }
            String name = "program header " + header.index();
            byte[] bytes = new byte[size.take(name, header.memoryBytes())];
            elf.copyTo(header.offset(), bytes, 0, (int) header.fileBytes());
            if (Long.compareUnsigned(header.address() + bytes.length - 1, header.address()) < 0) {
                throw elf.damaged(name + " runs over the end of the address space");
            }
            segments.add(new Segment(
                    name,
                    header.address(),
                    ImageBytes.copyOf(bytes),
                    (header.flags() & ElfFile.PF_X) != 0,
                    (header.flags() & ElfFile.PF_W) != 0));
        }
        if (segments.isEmpty()) {
            throw elf.damaged("is an executable without a PT_LOAD segment");
        }
        segments.sort(Comparator.comparing(Segment::address, Long::compareUnsigned));
        for (int i = 1; i < segments.size(); i++) {
            if (Long.compareUnsigned(
                            segments.get(i - 1).lastAddress(), segments.get(i).address())
                    >= 0) {
                throw elf.damaged(segments.get(i - 1).name() + " and "
                        + segments.get(i).name() + " overlap at "
                        + Address.text(segments.get(i).address()));
            }
        }
        return segments;
    }

    /** By section, or, in a kernel, whose table lies inside .rodata, by the symbols around it. */
    private List<AddressRange> jumpTables(Symbols symbols) {
        List<AddressRange> ranges = elf.sections().stream()
                .filter(section -> section.isAllocated() && section.name().equals(PlacedElf.JUMP_TABLE))
                .map(section -> new AddressRange(section.address(), section.sizeBytes()))
                .toList();
        if (!ranges.isEmpty()) {
            return ranges;
        }
        List<Symbol> starts = symbols.named("__start___jump_table");
        List<Symbol> stops = symbols.named("__stop___jump_table");
        if (starts.isEmpty() || stops.isEmpty()) {
            return List.of();
        }
        long start = starts.get(0).address();
        long stop = stops.get(0).address();
        if (Long.compareUnsigned(start, stop) > 0) {
            throw elf.damaged("__stop___jump_table lies before __start___jump_table");
        }
        return List.of(new AddressRange(start, stop - start));
    }
}
