package dev.pokesim.patcher.site;

import dev.pokesim.patcher.compression.Compression;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.tukaani.xz.FilterOptions;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.LZMAOutputStream;
import org.tukaani.xz.X86Options;
import org.tukaani.xz.XZOutputStream;

/**
 * statickeys.elf the way a distribution ships its kernel: no symbol table, no sections, everything found through kallsyms;
 * with per-CPU data, static calls and function entry calls; and as a bzImage.
 */
final class SmallKernel {

    static final String BANNER = "Linux version 6.1.0-small (nobody@nowhere) #1 SMP";
    static final int PER_CPU_BYTES = 0x80;
    /** Longer than 128 tokens: few of its letters stand side by side twice. */
    static final String LONG_NAME = IntStream.range(0, 300)
            .mapToObj(i -> String.valueOf((char) ('A' + i * i * 7 % 31 % 26)) + (char) ('a' + i * 11 % 26))
            .collect(Collectors.joining());

    private static final long TABLES = 0xffffffff81800000L;
    private static final long HIGH_PER_CPU = 0xffffffff82000000L;
    private static final int FILLERS = 600;
    private static final int PROGRAM_HEADER_BYTES = 56;
    private static final int SETUP_BYTES = 1024;
    private static final int PAYLOAD_OFFSET = 0x120;

    /** A PT_LOAD of the file to write. */
    private record Load(long address, byte[] bytes, int memoryBytes, int flags) {}

    private final KallsymsLayout layout;
    private final LoadedImage original;
    private final List<KallsymsLayout.Entry> entries = new ArrayList<>();

    private SmallKernel(KallsymsLayout layout) {
        this.layout = layout;
        this.original = ElfTestFile.load("statickeys.elf");
    }

    /** The image that all of this should be loaded as, apart from what a kernel has besides. */
    static LoadedImage original() {
        return ElfTestFile.load("statickeys.elf");
    }

    /** Its symbols, without the second name that the linker's command line gives to one function. */
    static List<Symbol> symbols() {
        return original().symbols().all().stream()
                .filter(symbol -> !symbol.name().equals("entry_point"))
                .toList();
    }

    /** An ELF file with these tables. */
    static byte[] vmlinux(KallsymsLayout layout) {
        return new SmallKernel(layout).elf();
    }

    static LoadedImage load(byte[] content) {
        return ElfInput.load(
                ElfFile.of("small", PackedElf.unpack("small", content)),
                ElfObject.MODULE_AREA,
                SymbolResolver.nothing());
    }

    private byte[] elf() {
        long perCpu = layout.hasPerCpuAtZero() ? 0 : HIGH_PER_CPU;
        addSymbol(perCpu, layout.hasPerCpuAtZero() ? 'A' : 'D', "__per_cpu_start");
        addSymbol(perCpu + 0x10, layout.hasPerCpuAtZero() ? 'A' : 'D', "this_cpu_off");
        addSymbol(perCpu + PER_CPU_BYTES, layout.hasPerCpuAtZero() ? 'A' : 'D', "__per_cpu_end");
        symbols().forEach(symbol -> addSymbol(symbol.address(), type(symbol), symbol.name()));
        PatchSite init = original.sites().filter(PatchSite::init).findFirst().orElseThrow();
        long initStart = init.address() - init.location().offset();
        addSymbol(initStart, 'D', "__init_begin");
        addSymbol(init.end(), 'D', "__init_end");

        byte[] tables = tables();
        List<Load> loads = new ArrayList<>();
        for (Segment segment : original.segments()) {
            int flags = 4 | (segment.executable() ? 1 : 0) | (segment.writable() ? 2 : 0);
            loads.add(new Load(segment.address(), segment.bytes().toArray(), segment.sizeBytes(), flags));
        }
        loads.add(new Load(TABLES, tables, tables.length + 0x1000, 4));
        byte[] template = new byte[PER_CPU_BYTES];
        Arrays.fill(template, (byte) 0x5a);
        loads.add(new Load(perCpu, template, PER_CPU_BYTES, 6));
        return elf(loads);
    }

    private static char type(Symbol symbol) {
        char type = symbol.function() ? 'T' : 'D';
        return symbol.global() ? type : Character.toLowerCase(type);
    }

    private void addSymbol(long address, char type, String name) {
        entries.add(new KallsymsLayout.Entry(address, type, name));
    }

    /** Banner, static calls, function entry calls, then kallsyms. */
    private byte[] tables() {
        ByteBuffer out = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
        addSymbol(TABLES, 'D', "linux_banner");
        out.put((BANNER + "\n\0").getBytes(StandardCharsets.US_ASCII));
        align(out);
        addSymbol(TABLES + out.position(), 'D', "__start_static_call_sites");
        List<Symbol> functions = symbols().stream().filter(Symbol::function).toList();
        long key = original.keys().get(0).key().address();
        for (int i = 0; i < 3; i++) {
            out.putInt((int) (functions.get(i).address() - (TABLES + out.position())));
            out.putInt((int) (key + i - (TABLES + out.position())));
        }
        addSymbol(TABLES + out.position(), 'D', "__stop_static_call_sites");
        align(out);
        addSymbol(TABLES + out.position(), 'D', "__start_mcount_loc");
        functions.forEach(function -> out.putLong(function.address()));
        out.putLong(0);
        addSymbol(TABLES + out.position(), 'D', "__stop_mcount_loc");
        addSymbol(TABLES + out.position(), 'r', LONG_NAME);
        for (int i = 0; i < FILLERS; i++) {
            addSymbol(TABLES + out.position(), 'r', "filler_" + i);
            out.putInt(0x01010101 * i);
        }
        align(out);
        entries.sort(Comparator.comparing(KallsymsLayout.Entry::address, Long::compareUnsigned));
        long base = original.segments().get(0).address();
        out.put(layout.write(entries, TABLES + out.position(), base));
        return Arrays.copyOf(out.array(), out.position());
    }

    private static void align(ByteBuffer out) {
        while (out.position() % 8 != 0) {
            out.put((byte) 0);
        }
    }

    private static byte[] elf(List<Load> loads) {
        int headers = 64 + PROGRAM_HEADER_BYTES * loads.size();
        int sizeBytes =
                headers + loads.stream().mapToInt(load -> load.bytes().length).sum();
        ByteBuffer out = ByteBuffer.allocate(sizeBytes).order(ByteOrder.LITTLE_ENDIAN);
        out.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1}).position(16);
        out.putShort((short) 2)
                .putShort((short) 62)
                .putInt(1)
                .putLong(0)
                .putLong(64)
                .putLong(0)
                .putInt(0);
        out.putShort((short) 64).putShort((short) PROGRAM_HEADER_BYTES).putShort((short) loads.size());
        int offset = headers;
        for (int i = 0; i < loads.size(); i++) {
            Load load = loads.get(i);
            out.position(64 + PROGRAM_HEADER_BYTES * i);
            out.putInt(1)
                    .putInt(load.flags())
                    .putLong(offset)
                    .putLong(load.address())
                    .putLong(load.address());
            out.putLong(load.bytes().length).putLong(load.memoryBytes()).putLong(8);
            out.position(offset).put(load.bytes());
            offset += load.bytes().length;
        }
        return out.array();
    }

    /** A bzImage around an ELF file. */
    static byte[] bzImage(byte[] elf, Compression compression) {
        byte[] payload = pack(elf, compression);
        boolean ownSize = compression == Compression.GZIP;
        int length = payload.length + (ownSize ? 0 : Integer.BYTES);
        ByteBuffer out =
                ByteBuffer.allocate(SETUP_BYTES + PAYLOAD_OFFSET + length + 100).order(ByteOrder.LITTLE_ENDIAN);
        out.put(0x1f1, (byte) (SETUP_BYTES / 512 - 1));
        out.putShort(0x1fe, (short) 0xaa55);
        out.putInt(0x202, 0x53726448).putShort(0x206, (short) 0x20f);
        out.putInt(0x248, PAYLOAD_OFFSET).putInt(0x24c, length);
        out.position(SETUP_BYTES + PAYLOAD_OFFSET).put(payload);
        if (!ownSize) {
            out.putInt(elf.length);
        }
        return out.array();
    }

    static byte[] pack(byte[] data, Compression compression) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream packing = switch (compression) {
            case GZIP -> new GZIPOutputStream(out);
            case XZ -> new XZOutputStream(out, new FilterOptions[] {new X86Options(), new LZMA2Options(9)});
            case LZMA -> new LZMAOutputStream(out, new LZMA2Options(9), -1);
            case LZ4 -> plainBlocks(out, "02214c18", 4, data.length, true);
            case ZSTD -> plainBlocks(out, "28b52ffd0050", 3, data.length, false);
        }) {
            packing.write(data);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return out.toByteArray();
    }

    /** Frames of these formats with nothing compressed in them; that the tools' own are read is another test's matter. */
    private static OutputStream plainBlocks(
            ByteArrayOutputStream out, String header, int sizeFieldBytes, int sizeBytes, boolean lz4) {
        out.writeBytes(HexFormat.of().parseHex(header));
        return new OutputStream() {
            @Override
            public void write(int value) {
                throw new UnsupportedOperationException("all at once");
            }

            @Override
            public void write(byte[] data, int from, int count) {
                int blockBytes = 100_000;
                for (int at = 0; at < sizeBytes; at += blockBytes) {
                    int size = Math.min(blockBytes, sizeBytes - at);
                    ByteArrayOutputStream block = new ByteArrayOutputStream();
                    if (lz4) {
                        block.write(0xf0);
                        int more = size - 15;
                        for (; more >= 255; more -= 255) {
                            block.write(255);
                        }
                        block.write(more);
                    }
                    block.write(data, at, size);
                    int field = lz4 ? block.size() : size << 3 | (at + size == sizeBytes ? 1 : 0);
                    for (int i = 0; i < sizeFieldBytes; i++) {
                        out.write(field >> 8 * i);
                    }
                    out.writeBytes(block.toByteArray());
                }
            }
        };
    }
}
