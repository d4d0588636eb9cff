package dev.pokesim.cli.gdb;

import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.trace.TraceHeader;
import dev.pokesim.patcher.site.Segment;
import dev.pokesim.patcher.site.Symbol;
import dev.pokesim.patcher.travel.PatchTimeline;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The names of a run's addresses as an ELF file that holds nothing else: sections without bytes, a symbol table, strings. A debugger
 * reads the bytes from the run, because they change.
 *
 * @see "System V ABI, ELF: Object Files; AMD64 supplement"
 */
final class SymbolElf {
    private static final int HEADER_BYTES = 64;
    private static final int SECTION_BYTES = 64;
    private static final int SYMBOL_BYTES = 24;
    private static final int EXECUTABLE = 2;
    private static final int X86_64 = 62;
    private static final int SYMTAB = 2;
    private static final int STRTAB = 3;
    private static final int NOBITS = 8;
    private static final long WRITE_ALLOC = 3;
    private static final long ALLOC_EXECUTE = 6;
    private static final int GLOBAL_OBJECT = 0x11;
    private static final int GLOBAL_FUNCTION = 0x12;
    private static final int MAX_RANGES = 0xff00 - 4;

    private record Range(long address, long sizeBytes, boolean executable) {}

    private record Name(String text, long address, long sizeBytes, boolean function) {}

    private final List<Range> ranges = new ArrayList<>();
    private final List<Name> names = new ArrayList<>();
    private final ByteArrayOutputStream strings = new ByteArrayOutputStream();

    private SymbolElf() {}

    /** All names of a run: of its text, of the kernel's data, of its routines. */
    static byte[] of(PatchTimeline run) {
        SymbolElf elf = new SymbolElf();
        for (Segment segment : run.target().image().segments()) {
            elf.ranges.add(new Range(segment.address(), segment.sizeBytes(), segment.executable()));
        }
        for (Symbol symbol : run.target().image().symbols().all()) {
            elf.names.add(new Name(symbol.name(), symbol.address(), symbol.sizeBytes(), symbol.function()));
        }
        for (TraceHeader.Symbol symbol : run.data()) {
            elf.ranges.add(new Range(symbol.address(), symbol.sizeBytes(), false));
            elf.names.add(new Name(symbol.name(), symbol.address(), symbol.sizeBytes(), false));
        }
        for (Routine routine : run.routines().routines()) {
            long start = run.routines().start(routine);
            elf.ranges.add(new Range(start, routine.size(), true));
            elf.names.add(new Name(routine.name(), start, routine.size(), true));
        }
        return elf.write();
    }

    private byte[] write() {
        int used = Math.min(ranges.size(), MAX_RANGES);
        strings.write(0);
        int textName = string(".text");
        int dataName = string(".data");
        int symtabName = string(".symtab");
        int strtabName = string(".strtab");
        ByteBuffer symbols = little((names.size() + 1) * SYMBOL_BYTES);
        symbols.position(SYMBOL_BYTES);
        for (Name name : names) {
            int section = section(name.address);
            symbols.putInt(string(name.text.replaceAll("[^A-Za-z0-9_.$]", "_")));
            symbols.put((byte) (name.function ? GLOBAL_FUNCTION : GLOBAL_OBJECT));
            symbols.put((byte) 0);
            symbols.putShort((short) section);
            symbols.putLong(name.address).putLong(name.sizeBytes);
        }
        long symbolsAt = HEADER_BYTES;
        long stringsAt = symbolsAt + symbols.capacity();
        long sectionsAt = stringsAt + strings.size() + 7 & -8;
        int sectionCount = used + 3;
        ByteBuffer file = little((int) sectionsAt + sectionCount * SECTION_BYTES);
        file.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1}).position(16);
        file.putShort((short) EXECUTABLE).putShort((short) X86_64).putInt(1);
        file.putLong(0).putLong(0).putLong(sectionsAt).putInt(0);
        file.putShort((short) HEADER_BYTES).putShort((short) 0).putShort((short) 0);
        file.putShort((short) SECTION_BYTES).putShort((short) sectionCount).putShort((short) (used + 2));
        file.put(symbols.array()).put(strings.toByteArray());
        file.position((int) sectionsAt + SECTION_BYTES);
        for (Range range : ranges.subList(0, used)) {
            section(file, range.executable ? textName : dataName, NOBITS)
                    .putLong(range.executable ? ALLOC_EXECUTE : WRITE_ALLOC)
                    .putLong(range.address)
                    .putLong(HEADER_BYTES)
                    .putLong(range.sizeBytes)
                    .putLong(0)
                    .putLong(1)
                    .putLong(0);
        }
        section(file, symtabName, SYMTAB)
                .putLong(0)
                .putLong(0)
                .putLong(symbolsAt)
                .putLong(symbols.capacity())
                .putInt(used + 2)
                .putInt(1)
                .putLong(Long.BYTES)
                .putLong(SYMBOL_BYTES);
        section(file, strtabName, STRTAB)
                .putLong(0)
                .putLong(0)
                .putLong(stringsAt)
                .putLong(strings.size())
                .putLong(0)
                .putLong(1)
                .putLong(0);
        return file.array();
    }

    private static ByteBuffer section(ByteBuffer file, int name, int type) {
        return file.putInt(name).putInt(type);
    }

    /** The section that an address lies in, from 1; none has symbols outside of all. */
    private int section(long address) {
        for (int i = 0; i < Math.min(ranges.size(), MAX_RANGES); i++) {
            Range range = ranges.get(i);
            if (Long.compareUnsigned(address - range.address, Math.max(1, range.sizeBytes)) < 0) {
                return i + 1;
            }
        }
        return 0xfff1; // SHN_ABS
    }

    private int string(String text) {
        int at = strings.size();
        strings.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        strings.write(0);
        return at;
    }

    private static ByteBuffer little(int sizeBytes) {
        return ByteBuffer.allocate(sizeBytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
