package dev.pokesim.patcher.site;

import dev.pokesim.emulator.memory.Address;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Loads a relocatable object, such as a kernel module: gives its sections addresses and applies its relocations.
 * Sections go into three groups, each on pages of its own: code, constants, data; inside a group in file order, bss
 * last. Source: Linux kernel/module/main.c, layout_sections() and simplify_symbols(), arch/x86/kernel/module.c,
 * apply_relocate_add(); other than there, init sections are not apart.
 */
final class ElfObject {

    /** Where the kernel's module area begins. Source: Linux Documentation/arch/x86/x86_64/mm.rst. */
    static final long MODULE_AREA = 0xffffffffc0000000L;

    private static final long PAGE_BYTES = 4096;
    private static final long MAX_ALIGN_BYTES = 2 << 20;
    private static final int NAMES_IN_MESSAGE = 5;

    /** Sections with the same rights, at consecutive addresses. */
    private record Group(String name, long address, ByteBuffer bytes, boolean executable, boolean writable) {

        boolean isEmpty() {
            return bytes.capacity() == 0;
        }
    }

    private final ElfFile elf;
    private final SymbolResolver resolver;
    private final ImageSize size;
    private final long base;
    private final List<Group> groups = new ArrayList<>();
    private final Map<Integer, Long> addresses = new TreeMap<>();
    private final Map<Integer, Group> groupOfSection = new TreeMap<>();

    /**
     * Prepares to load.
     *
     * @param base address of the first group, page aligned; {@link #MODULE_AREA} except where a test compares
     * @param resolver where undefined symbols come from
     */
    ElfObject(ElfFile elf, long base, SymbolResolver resolver) {
        this.elf = elf;
        this.base = base;
        this.resolver = resolver;
        this.size = new ImageSize(elf);
    }

    PlacedElf place() {
        Predicate<ElfFile.Section> code = ElfFile.Section::isExecutable;
        Predicate<ElfFile.Section> data = ElfFile.Section::isWritable;
        long end = placeGroup("text", base, code);
        end = placeGroup("constants", end, code.or(data).negate());
        placeGroup("data", end, data.and(code.negate()));
        if (groups.stream().allMatch(Group::isEmpty)) {
            throw elf.damaged("has no section to load");
        }
        List<ElfFile.Relocation> relocations = elf.relocations();
        Map<String, Symbol> undefined = resolveUndefined(relocations);
        relocations.forEach(relocation -> apply(relocation, undefined));

        List<Symbol> symbols = new ArrayList<>(undefined.values());
        for (ElfFile.SymbolEntry symbol : elf.symbols()) {
            if (symbol.namesAddress() && addresses.containsKey(symbol.section())) {
                symbols.add(new Symbol(
                        symbol.name(),
                        addressOf(symbol, undefined),
                        symbol.sizeBytes(),
                        symbol.isFunction(),
                        !symbol.isLocal()));
            }
        }
        List<Segment> segments = groups.stream()
                .filter(group -> !group.isEmpty())
                .map(group -> new Segment(
                        group.name(),
                        group.address(),
                        ImageBytes.ofUnshared(group.bytes().array()),
                        group.executable(),
                        group.writable()))
                .toList();
        return new PlacedElf(
                segments,
                Symbols.of(symbols),
                ranges(section -> section.name().equals(PlacedElf.JUMP_TABLE)),
                ranges(PlacedElf::isInitText));
    }

    private List<AddressRange> ranges(Predicate<ElfFile.Section> wanted) {
        return elf.sections().stream()
                .filter(section -> addresses.containsKey(section.index()) && wanted.test(section))
                .map(section -> new AddressRange(placeOf(section), section.sizeBytes()))
                .toList();
    }

    /** Places the wanted sections from an address on; returns the first free page behind them. */
    private long placeGroup(String name, long start, Predicate<ElfFile.Section> wanted) {
        List<ElfFile.Section> sections = new ArrayList<>();
        for (boolean withBytes : new boolean[] {true, false}) {
            elf.sections().stream()
                    .filter(section -> section.isAllocated() && section.hasBytes() == withBytes && wanted.test(section))
                    .forEach(sections::add);
        }
        if (sections.isEmpty()) {
            return start;
        }
        long end = start;
        for (ElfFile.Section section : sections) {
            long alignBytes = Math.max(section.alignBytes(), 1);
            if (Long.bitCount(section.alignBytes()) > 1
                    || section.alignBytes() < 0
                    || section.alignBytes() > MAX_ALIGN_BYTES) {
                throw elf.damaged("section " + section.name() + " is aligned to "
                        + Long.toUnsignedString(section.alignBytes())
                        + " bytes, which is no power of 2 up to 2 MiB");
            }
            // As with ld, an empty section does not move the others.
            long address = section.sizeBytes() == 0 ? end : alignUp(end, alignBytes);
            size.take("section " + section.name(), address - end);
            end = address + size.take("section " + section.name(), section.sizeBytes());
            addresses.put(section.index(), address);
        }
        Group group = new Group(
                name,
                start,
                ByteBuffer.allocate((int) (end - start)).order(ByteOrder.LITTLE_ENDIAN),
                sections.stream().anyMatch(ElfFile.Section::isExecutable),
                sections.stream().anyMatch(ElfFile.Section::isWritable));
        for (ElfFile.Section section : sections) {
            groupOfSection.put(section.index(), group);
            if (section.hasBytes()) {
                int offset = (int) (placeOf(section) - start);
                elf.copyTo(section.offset(), group.bytes().array(), offset, (int) section.sizeBytes());
            }
        }
        groups.add(group);
        return alignUp(end, PAGE_BYTES);
    }

    private Map<String, Symbol> resolveUndefined(List<ElfFile.Relocation> relocations) {
        Set<String> needed = new LinkedHashSet<>();
        Set<String> weak = new LinkedHashSet<>();
        for (ElfFile.Relocation relocation : relocations) {
            ElfFile.SymbolEntry symbol = elf.symbols().get(relocation.symbol());
            if (symbol.section() == ElfFile.SHN_UNDEF && symbol.index() > 0) {
                (symbol.isWeak() ? weak : needed).add(symbol.name());
            }
        }
        Set<String> wanted = new LinkedHashSet<>(needed);
        wanted.addAll(weak);
        Map<String, Symbol> found = resolver.resolve(List.copyOf(wanted));
        List<String> missing =
                needed.stream().filter(name -> !found.containsKey(name)).toList();
        if (!missing.isEmpty()) {
            String names = String.join(", ", missing.subList(0, Math.min(missing.size(), NAMES_IN_MESSAGE)));
            throw elf.invalid(
                    (missing.size() == 1 ? "undefined symbol " : missing.size() + " undefined symbols: ")
                            + names
                            + (missing.size() > NAMES_IN_MESSAGE ? ", ..." : ""),
                    "name the kernel that defines " + (missing.size() == 1 ? "it" : "them") + ", or link the object");
        }
        return found;
    }

    private void apply(ElfFile.Relocation relocation, Map<String, Symbol> undefined) {
        ElfFile.Section section = relocation.target();
        String where = section.name() + "+0x" + Long.toHexString(relocation.offset());
        RelocationType type = RelocationType.of(relocation.type())
                .orElseThrow(() -> elf.invalid(
                        "relocation type " + Integer.toUnsignedString(relocation.type()) + " at " + where
                                + " is not one that kernel code has",
                        "compile with -fno-pic -mcmodel=kernel"));
        if (Long.compareUnsigned(relocation.offset(), section.sizeBytes()) > 0
                || type.sizeBytes() > section.sizeBytes() - relocation.offset()) {
            throw elf.damaged("relocation at " + where + " lies outside the section");
        }
        ElfFile.SymbolEntry symbol = elf.symbols().get(relocation.symbol());
        long place = placeOf(section) + relocation.offset();
        long value = type.value(addressOf(symbol, undefined) + relocation.addend(), place);
        if (!type.holds(value)) {
            throw elf.invalid(
                    type + " at " + where + " against " + symbol.name() + " does not fit: " + Address.text(value),
                    "compile with -fno-pic -mcmodel=kernel");
        }
        Group group = groupOf(section);
        int offset = (int) (place - group.address());
        switch (type.sizeBytes()) {
            case 4 -> group.bytes().putInt(offset, (int) value);
            case 8 -> group.bytes().putLong(offset, value);
            default -> {} // R_X86_64_NONE
        }
    }

    private long addressOf(ElfFile.SymbolEntry symbol, Map<String, Symbol> undefined) {
        if (symbol.section() == ElfFile.SHN_ABS) {
            return symbol.value();
        }
        if (symbol.section() == ElfFile.SHN_UNDEF) {
            // Only a weak symbol can be missing here; its address is then 0, and so is that of the null symbol.
            Symbol found = undefined.get(symbol.name());
            return found == null ? 0 : found.address();
        }
        Long section = addresses.get(symbol.section());
        if (section == null) {
            throw elf.damaged("a relocation needs " + symbol.name() + ", whose section "
                    + elf.sections().get(symbol.section()).name() + " is not loaded");
        }
        return section + symbol.value();
    }

    private long placeOf(ElfFile.Section section) {
        Long address = addresses.get(section.index());
        if (address == null) {
            throw new IllegalStateException("section " + section.name() + " has no address");
        }
        return address;
    }

    private Group groupOf(ElfFile.Section section) {
        Group group = groupOfSection.get(section.index());
        if (group == null) {
            throw new IllegalStateException("section " + section.name() + " has no address");
        }
        return group;
    }

    private static long alignUp(long address, long alignBytes) {
        return address + alignBytes - 1 & -alignBytes;
    }
}
