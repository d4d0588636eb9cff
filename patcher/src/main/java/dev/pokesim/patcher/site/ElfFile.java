package dev.pokesim.patcher.site;

import dev.pokesim.emulator.memory.Address;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The headers, symbols and relocations of a 64-bit little-endian x86-64 ELF file, each checked against the file's size
 * when it is read, so that a cut or damaged file gives {@link InvalidInput} and nothing else. Source: System V ABI,
 * "Object Files"; AMD64 supplement, "Relocation Types".
 */
final class ElfFile {

    static final int SHF_WRITE = 1;
    static final int SHF_ALLOC = 2;
    static final int SHF_EXECINSTR = 4;
    static final int SHT_NOBITS = 8;
    static final int PT_LOAD = 1;
    static final int PF_X = 1;
    static final int PF_W = 2;
    static final int SHN_UNDEF = 0;
    static final int SHN_ABS = 0xfff1;

    private static final int ET_REL = 1;
    private static final int ET_EXEC = 2;
    private static final int ET_DYN = 3;
    private static final int ET_CORE = 4;
    private static final int EM_X86_64 = 62;
    private static final int SHT_SYMTAB = 2;
    private static final int SHT_RELA = 4;
    private static final int SHT_REL = 9;
    private static final int SHN_LORESERVE = 0xff00;
    private static final int SHN_COMMON = 0xfff2;
    private static final int HEADER_BYTES = 64;
    private static final int SECTION_HEADER_BYTES = 64;
    private static final int PROGRAM_HEADER_BYTES = 56;
    private static final int SYMBOL_BYTES = 24;
    private static final int RELOCATION_BYTES = 24;

    /** Longer than any symbol of a kernel or of C++; stops a damaged string table from giving megabytes per name. */
    private static final int MAX_NAME_BYTES = 4096;

    /** Far above any kernel or module (66 MB); what is larger is another kind of file. */
    static final long MAX_FILE_BYTES = 512L << 20;

    private static final String DAMAGED = "it is cut off or damaged, build or copy it again";

    /** An ELF section header. The contents, unless NOBITS, lie inside the file. */
    record Section(
            int index,
            String name,
            int type,
            long flags,
            long address,
            long offset,
            long sizeBytes,
            int link,
            int info,
            long alignBytes,
            long entryBytes) {

        /** Whether it gets an address; it may be empty, and relocations refer to empty sections, too. */
        boolean isAllocated() {
            return (flags & SHF_ALLOC) != 0;
        }

        boolean isExecutable() {
            return (flags & SHF_EXECINSTR) != 0;
        }

        boolean isWritable() {
            return (flags & SHF_WRITE) != 0;
        }

        boolean hasBytes() {
            return type != SHT_NOBITS;
        }
    }

    /** An ELF program header. The bytes of the file lie inside it, and the memory is not smaller than they are. */
    record ProgramHeader(int index, int type, int flags, long offset, long address, long fileBytes, long memoryBytes) {}

    /** An entry of the symbol table. {@code section} is an index of a section, or SHN_UNDEF or SHN_ABS. */
    record SymbolEntry(int index, String name, int type, int binding, int section, long value, long sizeBytes) {

        boolean isFunction() {
            return type == 2;
        }

        /** Function, object or untyped label, and not a section, a file name or thread-local. */
        boolean namesAddress() {
            return type <= 2 && !name.isEmpty();
        }

        boolean isLocal() {
            return binding == 0;
        }

        boolean isWeak() {
            return binding == 2;
        }
    }

    /** An entry of a relocation section; {@code offset} is relative to the section that it changes. */
    record Relocation(Section target, long offset, int type, int symbol, long addend) {}

    private final String file;
    private final ByteBuffer bytes;
    private final boolean relocatable;
    private final List<Section> sections;
    private final List<ProgramHeader> programHeaders;
    private final List<SymbolEntry> symbols;

    private ElfFile(String file, byte[] content) {
        this.file = file;
        this.bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        this.relocatable = readType();
        this.sections = readSections();
        this.programHeaders = readProgramHeaders();
        this.symbols = readSymbols();
    }

    /**
     * Reads a file; one that is compressed, or a bzImage, is unpacked first.
     *
     * @throws InvalidInput if it cannot be read or is no usable ELF file
     */
    static ElfFile read(Path path) {
        String file = path.toString();
        try {
            if (Files.isDirectory(path)) {
                throw new InvalidInput(file, "is a directory", "name an ELF file in it");
            }
            if (Files.notExists(path)) {
                throw new InvalidInput(file, "does not exist", "check the path");
            }
            if (!Files.isReadable(path)) {
                throw new InvalidInput(file, "may not be read", "check its permissions");
            }
            if (!Files.isRegularFile(path)) {
                throw new InvalidInput(file, "is not a regular file", "write the ELF file to a disk first");
            }
            if (Files.size(path) > MAX_FILE_BYTES) {
                throw new InvalidInput(
                        file, "is larger than " + (MAX_FILE_BYTES >> 20) + " MiB", "name a kernel, module or object");
            }
            return of(file, PackedElf.unpack(file, Files.readAllBytes(path)));
        } catch (IOException failure) {
            String reason = String.valueOf(failure.getMessage());
            throw new InvalidInput(file, "cannot be read (" + reason + ")", "check the disk and the permissions");
        }
    }

    /**
     * Parses the contents of a file.
     *
     * @param file its name in messages
     * @param content not copied and not changed
     */
    static ElfFile of(String file, byte[] content) {
        return new ElfFile(file, content);
    }

    String file() {
        return file;
    }

    int sizeBytes() {
        return bytes.capacity();
    }

    /** Whether sections still have to be placed (an object or module), rather than segments mapped (an executable). */
    boolean isRelocatable() {
        return relocatable;
    }

    List<Section> sections() {
        return sections;
    }

    List<ProgramHeader> programHeaders() {
        return programHeaders;
    }

    /** The symbol table; empty if the file is stripped. Entry 0 is the null symbol, as relocations count. */
    List<SymbolEntry> symbols() {
        return symbols;
    }

    /** Copies a part of the file that was checked when its header was read. */
    void copyTo(long offset, byte[] destination, int destinationOffset, int sizeBytes) {
        bytes.get((int) offset, destination, destinationOffset, sizeBytes);
    }

    InvalidInput invalid(String what, String whatToDo) {
        return new InvalidInput(file, what, whatToDo);
    }

    InvalidInput damaged(String what) {
        return invalid(what, DAMAGED);
    }

    private boolean readType() {
        rejectForeignFormat();
        if (bytes.capacity() > 4 && bytes.get(4) == 1) {
            throw invalid("is a 32-bit ELF file", "poke-sim runs 64-bit code only: compile with -m64");
        }
        if (bytes.capacity() > 5 && bytes.get(5) == 2) {
            throw invalid("is a big-endian ELF file", "poke-sim runs x86-64 only: compile for x86-64");
        }
        if (bytes.capacity() < HEADER_BYTES) {
            throw damaged("has " + bytes.capacity() + " bytes, the ELF header alone needs " + HEADER_BYTES);
        }
        if (bytes.get(4) != 2 || bytes.get(5) != 1 || bytes.get(6) != 1) {
            throw damaged("ELF class " + bytes.get(4) + ", byte order " + bytes.get(5) + ", version " + bytes.get(6)
                    + " do not exist");
        }
        int machine = u16(18);
        if (machine != EM_X86_64) {
            throw invalid("is for machine " + machine + ", not x86-64 (62)", "compile for x86-64");
        }
        int type = u16(16);
        return switch (type) {
            case ET_REL -> true;
            case ET_EXEC -> false;
            case ET_DYN ->
                throw invalid("is a shared library or position-independent (ET_DYN)", "link with -no-pie and -static");
            case ET_CORE -> throw invalid("is a core dump (ET_CORE)", "name the program that wrote it");
            default -> throw damaged("ELF type " + type + " is no object, module or executable");
        };
    }

    private void rejectForeignFormat() {
        if (bytes.capacity() == 0) {
            throw invalid("is empty", "build or copy it again");
        }
        if (startsWith(0x1f, 0x8b)) {
            throw invalid("is compressed with gzip", "unpack it with gzip -d first");
        }
        if (startsWith(0xfd, '7', 'z', 'X', 'Z')) {
            throw invalid("is compressed with xz", "unpack it with xz -d first");
        }
        if (startsWith(0x28, 0xb5, 0x2f, 0xfd)) {
            throw invalid("is compressed with zstd", "unpack it with zstd -d first");
        }
        if (!startsWith(0x7f, 'E', 'L', 'F')) {
            throw invalid("is not an ELF file", "name an object, a module or an executable");
        }
    }

    private boolean startsWith(int... magic) {
        byte[] start = Arrays.copyOf(bytes.array(), magic.length);
        for (int i = 0; i < magic.length; i++) {
            if (Byte.toUnsignedInt(start[i]) != magic[i]) {
                return false;
            }
        }
        return bytes.capacity() >= magic.length;
    }

    private List<Section> readSections() {
        long table = bytes.getLong(40);
        int count = u16(60);
        if (table == 0) {
            return List.of();
        }
        if (count == 0) {
            throw invalid("has 65,280 sections or more", "compile without -ffunction-sections");
        }
        checkTable("section headers", table, count, u16(58), SECTION_HEADER_BYTES);
        List<Section> unnamed = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            unnamed.add(readSection(i, (int) table + i * SECTION_HEADER_BYTES));
        }
        int names = u16(62);
        if (names >= count) {
            throw damaged("the section with the section names, " + names + ", does not exist");
        }
        List<Section> named = new ArrayList<>(count);
        for (Section section : unnamed) {
            int at = bytes.getInt((int) table + section.index() * SECTION_HEADER_BYTES);
            String name = stringAt(unnamed.get(names), at, "the name of section " + section.index());
            named.add(new Section(
                    section.index(),
                    name,
                    section.type(),
                    section.flags(),
                    section.address(),
                    section.offset(),
                    section.sizeBytes(),
                    section.link(),
                    section.info(),
                    section.alignBytes(),
                    section.entryBytes()));
        }
        return List.copyOf(named);
    }

    private Section readSection(int index, int at) {
        Section section = new Section(
                index,
                "",
                bytes.getInt(at + 4),
                bytes.getLong(at + 8),
                bytes.getLong(at + 16),
                bytes.getLong(at + 24),
                bytes.getLong(at + 32),
                bytes.getInt(at + 40),
                bytes.getInt(at + 44),
                bytes.getLong(at + 48),
                bytes.getLong(at + 56));
        // NOBITS has a size in memory only.
        if (section.hasBytes() && !isInside(section.offset(), section.sizeBytes())) {
            throw damaged("section " + index + " (offset " + Address.text(section.offset()) + ", size "
                    + Address.text(section.sizeBytes()) + ") lies outside the file of " + bytes.capacity()
                    + " bytes");
        }
        return section;
    }

    private List<ProgramHeader> readProgramHeaders() {
        int count = u16(56);
        if (relocatable || count == 0) {
            return List.of();
        }
        long table = bytes.getLong(32);
        checkTable("program headers", table, count, u16(54), PROGRAM_HEADER_BYTES);
        List<ProgramHeader> headers = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int at = (int) table + i * PROGRAM_HEADER_BYTES;
            ProgramHeader header = new ProgramHeader(
                    i,
                    bytes.getInt(at),
                    bytes.getInt(at + 4),
                    bytes.getLong(at + 8),
                    bytes.getLong(at + 16),
                    bytes.getLong(at + 32),
                    bytes.getLong(at + 40));
            if (!isInside(header.offset(), header.fileBytes())) {
                throw damaged("program header " + i + " (offset " + Address.text(header.offset()) + ", size "
                        + Address.text(header.fileBytes()) + ") lies outside the file of " + bytes.capacity()
                        + " bytes");
            }
            if (Long.compareUnsigned(header.memoryBytes(), header.fileBytes()) < 0) {
                throw damaged("program header " + i + " has " + header.fileBytes() + " bytes in the file, but "
                        + Long.toUnsignedString(header.memoryBytes()) + " in memory");
            }
            headers.add(header);
        }
        return List.copyOf(headers);
    }

    private List<SymbolEntry> readSymbols() {
        Optional<Section> found = sections.stream()
                .filter(section -> section.type() == SHT_SYMTAB)
                .findFirst();
        if (found.isEmpty()) {
            return List.of();
        }
        Section table = found.get();
        checkEntries(table, SYMBOL_BYTES);
        Section names = section(table.link(), "the string table of " + table.name());
        int count = (int) (table.sizeBytes() / SYMBOL_BYTES);
        List<SymbolEntry> entries = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int at = (int) table.offset() + i * SYMBOL_BYTES;
            int info = Byte.toUnsignedInt(bytes.get(at + 4));
            SymbolEntry symbol = new SymbolEntry(
                    i,
                    stringAt(names, bytes.getInt(at), "the name of symbol " + i),
                    info & 15,
                    info >> 4,
                    u16(at + 6),
                    bytes.getLong(at + 8),
                    bytes.getLong(at + 16));
            checkPlace(symbol);
            entries.add(symbol);
        }
        return List.copyOf(entries);
    }

    /** A symbol that points out of its section would give code or keys at addresses that belong to something else. */
    private void checkPlace(SymbolEntry symbol) {
        int index = symbol.section();
        if (index == SHN_UNDEF || index == SHN_ABS) {
            return;
        }
        String what = "symbol " + symbol.index() + " (" + symbol.name() + ")";
        if (index == SHN_COMMON) {
            throw invalid(what + " is a common symbol", "compile with -fno-common");
        }
        if (index >= SHN_LORESERVE || index >= sections.size()) {
            throw damaged(what + " is in section " + index + ", which does not exist");
        }
        Section section = sections.get(index);
        long offset = relocatable ? symbol.value() : symbol.value() - section.address();
        // An object's symbols have exact sizes; in a linked kernel a size may reach into the gap behind the section.
        long behind = relocatable ? symbol.sizeBytes() : 0;
        // Labels without a type, such as _end, are put into whatever section comes before them.
        boolean strict = relocatable || symbol.isFunction();
        if (strict
                && (Long.compareUnsigned(offset, section.sizeBytes()) > 0
                        || Long.compareUnsigned(behind, section.sizeBytes() - offset) > 0)) {
            throw damaged(what + " lies outside its section " + section.name());
        }
    }

    /** The relocations of every section that is loaded, in file order; each changes bytes that the section has. */
    List<Relocation> relocations() {
        List<Relocation> relocations = new ArrayList<>();
        for (Section table : sections) {
            if (table.type() != SHT_RELA && table.type() != SHT_REL) {
                continue;
            }
            Section target = section(table.info(), "the section that " + table.name() + " relocates");
            if (!target.isAllocated()) {
                continue;
            }
            if (table.type() == SHT_REL || !target.hasBytes()) {
                throw damaged("section " + table.name() + " holds no relocations that x86-64 knows");
            }
            checkEntries(table, RELOCATION_BYTES);
            for (long at = table.offset(); at < table.offset() + table.sizeBytes(); at += RELOCATION_BYTES) {
                relocations.add(readRelocation(target, (int) at));
            }
        }
        return relocations;
    }

    private Relocation readRelocation(Section target, int at) {
        long info = bytes.getLong(at + 8);
        Relocation relocation =
                new Relocation(target, bytes.getLong(at), (int) info, (int) (info >>> 32), bytes.getLong(at + 16));
        if (relocation.symbol() < 0 || relocation.symbol() >= symbols.size()) {
            throw damaged("a relocation of " + target.name() + " names symbol "
                    + Integer.toUnsignedString(relocation.symbol()) + ", which does not exist");
        }
        return relocation;
    }

    private Section section(int index, String what) {
        if (index <= 0 || index >= sections.size()) {
            throw damaged(what + ", " + Integer.toUnsignedString(index) + ", does not exist");
        }
        return sections.get(index);
    }

    private void checkTable(String what, long offset, int count, int entryBytes, int expectedBytes) {
        if (entryBytes != expectedBytes) {
            throw damaged("its " + what + " have " + entryBytes + " bytes each instead of " + expectedBytes);
        }
        if (!isInside(offset, (long) count * entryBytes)) {
            throw damaged("its " + count + " " + what + " at offset " + Address.text(offset)
                    + " lie outside the file of " + bytes.capacity() + " bytes");
        }
    }

    private void checkEntries(Section table, int expectedBytes) {
        if (!table.hasBytes() || table.entryBytes() != expectedBytes || table.sizeBytes() % expectedBytes != 0) {
            throw damaged("section " + table.name() + " is no table of entries of " + expectedBytes + " bytes");
        }
    }

    private String stringAt(Section table, int offset, String what) {
        if (!table.hasBytes() || offset < 0 || offset >= table.sizeBytes()) {
            // An empty table and offset 0 is how a file without names writes them.
            if (offset == 0) {
                return "";
            }
            throw damaged(what + " lies outside its string table");
        }
        int start = (int) table.offset() + offset;
        int limit = (int) Math.min(table.offset() + table.sizeBytes(), start + (long) MAX_NAME_BYTES);
        for (int end = start; end < limit; end++) {
            if (bytes.get(end) == 0) {
                return new String(bytes.array(), start, end - start, StandardCharsets.UTF_8);
            }
            // Names go into messages and tables of one line each.
            if (bytes.get(end) > 0 && bytes.get(end) < ' ' || bytes.get(end) == 0x7f) {
                throw damaged(what + " has a control character");
            }
        }
        throw damaged(what + " does not end");
    }

    private int u16(int offset) {
        return Short.toUnsignedInt(bytes.getShort(offset));
    }

    private boolean isInside(long offset, long sizeBytes) {
        return offset >= 0 && sizeBytes >= 0 && offset <= bytes.capacity() - sizeBytes;
    }
}
