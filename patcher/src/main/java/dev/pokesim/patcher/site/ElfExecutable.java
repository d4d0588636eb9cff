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
        List<Segment> segments = segments();
        Symbols symbols = symbols(segments);
        return new PlacedElf(segments, symbols, jumpTables(symbols), initText(symbols));
    }

    /** Of the symbol table, or, if it was stripped off, those that a kernel carries for itself. */
    private Symbols symbols(List<Segment> segments) {
        if (elf.symbols().isEmpty()) {
            return Symbols.of(Kallsyms.find(segments).map(Kallsyms::symbols).orElse(List.of()));
        }
        return Symbols.of(elf.symbols().stream()
                .filter(symbol -> symbol.namesAddress() && symbol.section() != ElfFile.SHN_UNDEF)
                .map(symbol -> new Symbol(
                        symbol.name(), symbol.value(), symbol.sizeBytes(), symbol.isFunction(), !symbol.isLocal()))
                .toList());
    }

    /**
     * What a kernel frees after boot, exit text of built-in drivers included, or by section. Source: Linux
     * include/asm-generic/sections.h, init_section_contains().
     */
    private List<AddressRange> initText(Symbols symbols) {
        return symbols.between("__init_begin", "__init_end", elf.file())
                .map(List::of)
                .orElseGet(() -> elf.sections().stream()
                        .filter(PlacedElf::isInitText)
                        .map(section -> new AddressRange(section.address(), section.sizeBytes()))
                        .toList());
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
                    ImageBytes.ofUnshared(bytes),
                    isExecutable(header),
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

    /** As the header says, or because of a section: since 2026 a kernel's init text lies among data without PF_X. */
    private boolean isExecutable(ElfFile.ProgramHeader header) {
        return (header.flags() & ElfFile.PF_X) != 0
                || elf.sections().stream()
                        .anyMatch(section -> section.isAllocated()
                                && section.isExecutable()
                                && Address.isWithin(section.address(), header.address(), header.memoryBytes()));
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
        return symbols.between("__start___jump_table", "__stop___jump_table", elf.file())
                .map(List::of)
                .orElse(List.of());
    }
}
