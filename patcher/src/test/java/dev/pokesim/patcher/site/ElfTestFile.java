package dev.pokesim.patcher.site;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** A file of testdata/elf, whole or with some bytes changed. */
final class ElfTestFile {

    static final Path FOLDER = Path.of(System.getProperty("pokesim.testdata"), "elf");
    static final List<String> NAMES = List.of(
            "statickeys.o",
            "statickeys.elf",
            "batches.elf",
            "pair.ko",
            "pair.linked.elf",
            "guest.ko",
            "guest.linked.elf");
    static final long KERNEL_BASE = 0xffffffff81000000L;

    /** What guest.ko uses, read once: the damage tests load tens of thousands of files. */
    private static final SymbolResolver KERNEL = SymbolResolver.kernel(load("statickeys.elf"));

    private final String name;
    private final byte[] content;

    private ElfTestFile(String name, byte[] content) {
        this.name = name;
        this.content = content;
    }

    static ElfTestFile named(String name) {
        try {
            return new ElfTestFile(name, Files.readAllBytes(FOLDER.resolve(name)));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    static LoadedImage load(String name) {
        return ElfInput.of(FOLDER.resolve(name)).load();
    }

    byte[] content() {
        return content.clone();
    }

    int sizeBytes() {
        return content.length;
    }

    ElfTestFile cutTo(int sizeBytes) {
        return new ElfTestFile(name, Arrays.copyOf(content, sizeBytes));
    }

    ElfTestFile withByte(long offset, int value) {
        byte[] changed = content.clone();
        changed[(int) offset] = (byte) value;
        return new ElfTestFile(name, changed);
    }

    ElfTestFile withShort(long offset, int value) {
        return withByte(offset, value).withByte(offset + 1, value >> 8);
    }

    ElfTestFile withLong(long offset, long value) {
        byte[] changed = content.clone();
        ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN).putLong((int) offset, value);
        return new ElfTestFile(name, changed);
    }

    int byteAt(long offset) {
        return Byte.toUnsignedInt(content[(int) offset]);
    }

    ElfFile parse() {
        return ElfFile.of(name, content);
    }

    ElfFile.Section section(String sectionName) {
        return parse().sections().stream()
                .filter(section -> section.name().equals(sectionName))
                .findFirst()
                .orElseThrow();
    }

    /** File offset of a section header. */
    long headerOf(String sectionName) {
        return ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN).getLong(40)
                + 64L * section(sectionName).index();
    }

    /** File offset of the symbol table entry of a name. */
    long symbol(String symbolName) {
        int index = parse().symbols().stream()
                .filter(symbol -> symbol.name().equals(symbolName))
                .findFirst()
                .orElseThrow()
                .index();
        return section(".symtab").offset() + 24L * index;
    }

    /** Loads with the kernel of guest.ko at hand, as the tests of all files do. */
    LoadedImage load() {
        return load(ElfObject.MODULE_AREA);
    }

    LoadedImage load(long base) {
        return ElfInput.load(parse(), base, KERNEL);
    }
}
