package dev.pokesim.patcher.site;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ElfFileTest {

    private static final String DAMAGED = "; it is cut off or damaged, build or copy it again";

    private final ElfTestFile object = ElfTestFile.named("statickeys.o");
    private final ElfTestFile executable = ElfTestFile.named("statickeys.elf");

    private final Path folder;

    ElfFileTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Test
    void directoryIsRejected() {
        assertRejected(folder, "is a directory; name an ELF file in it");
    }

    @Test
    void missingFileIsRejected() {
        assertRejected(folder.resolve("none"), "does not exist; check the path");
    }

    @Test
    void unreadableFileIsRejected() throws IOException {
        Path file = Files.writeString(folder.resolve("secret"), "x");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
        assumeFalse(Files.isReadable(file), "skipped: this user may read everything");
        assertRejected(file, "may not be read; check its permissions");
    }

    @Test
    void deviceIsRejected() {
        Path device = Path.of("/dev/zero");
        assumeFalse(Files.notExists(device), "skipped: no /dev/zero here");
        assertRejected(device, "is not a regular file; write the ELF file to a disk first");
    }

    @Test
    void emptyFileIsRejected() throws IOException {
        assertRejected(Files.createFile(folder.resolve("empty")), "is empty; build or copy it again");
    }

    @Test
    void textFileIsRejected() throws IOException {
        assertRejected(
                Files.writeString(folder.resolve("text"), "int main"),
                "is not an ELF file; name an object, a module or an executable");
    }

    @Test
    void compressedModuleNamesTheToolToUnpackIt() {
        assertRejected(
                object.withByte(0, 0xfd)
                        .withByte(1, '7')
                        .withByte(2, 'z')
                        .withByte(3, 'X')
                        .withByte(4, 'Z'),
                "is compressed with xz; unpack it with xz -d first");
        assertRejected(
                object.withByte(0, 0x28).withByte(1, 0xb5).withByte(2, 0x2f).withByte(3, 0xfd),
                "is compressed with zstd; unpack it with zstd -d first");
        assertRejected(
                object.withByte(0, 0x1f).withByte(1, 0x8b), "is compressed with gzip; unpack it with gzip -d first");
    }

    @Test
    void other32BitAndBigEndianFilesAreRejected() {
        assertRejected(
                object.withByte(4, 1), "is a 32-bit ELF file; poke-sim runs 64-bit code only: compile with -m64");
        assertRejected(
                object.withByte(5, 2), "is a big-endian ELF file; poke-sim runs x86-64 only: compile for x86-64");
    }

    @Test
    void otherMachinesAndKindsOfFileAreRejected() {
        assertRejected(object.withShort(18, 183), "is for machine 183, not x86-64 (62); compile for x86-64");
        assertRejected(object.withShort(16, 4), "is a core dump (ET_CORE); name the program that wrote it");
        assertRejected(
                object.withShort(16, 3),
                "is a shared library or position-independent (ET_DYN); link with -no-pie and -static");
        assertRejected(object.withShort(16, 99), "ELF type 99 is no object, module or executable" + DAMAGED);
        assertRejected(object.withByte(6, 7), "ELF class 2, byte order 1, version 7 do not exist" + DAMAGED);
    }

    @Test
    void cutFileSaysWhatIsOutside() {
        assertRejected(object.cutTo(20), "has 20 bytes, the ELF header alone needs 64" + DAMAGED);
        assertRejected(
                object.cutTo(2000),
                "its 14 section headers at offset 0xd60 lie outside the file of 2000 bytes" + DAMAGED);
    }

    @Test
    void headersOutsideTheFileAreRejected() {
        assertRejected(
                executable.withLong(40, 1L << 40),
                "its 10 section headers at offset 0x10000000000 lie outside the file of 2760 bytes" + DAMAGED);
        assertRejected(
                executable.withLong(32, -8),
                "its 3 program headers at offset 0xfffffffffffffff8 lie outside the file of 2760 bytes" + DAMAGED);
        assertRejected(executable.withShort(58, 40), "its section headers have 40 bytes each instead of 64" + DAMAGED);
        assertRejected(executable.withShort(54, 32), "its program headers have 32 bytes each instead of 56" + DAMAGED);
        assertRejected(executable.withShort(60, 0), "has 65,280 sections or more; compile without -ffunction-sections");
        assertRejected(
                executable.withShort(62, 77), "the section with the section names, 77, does not exist" + DAMAGED);
    }

    @Test
    void contentsOutsideTheFileAreRejected() {
        assertRejected(
                executable.withLong(executable.headerOf(".text") + 32, 1L << 62),
                "section 1 (offset 0x100, size 0x4000000000000000) lies outside the file of 2760 bytes" + DAMAGED);
        assertRejected(
                executable.withLong(64 + 32, 5000).withLong(64 + 40, 5000),
                "program header 0 (offset 0x100, size 0x1388) lies outside the file of 2760 bytes" + DAMAGED);
        assertRejected(
                executable.withLong(64 + 40, 8),
                "program header 0 has 565 bytes in the file, but 8 in memory" + DAMAGED);
    }

    @Test
    void memoryBeyondReasonIsNotAllocated() {
        assertRejected(
                executable.withLong(64 + 40, 1L << 50),
                "program header 0 needs 1125899906842624 bytes of memory, more than the file and 64 MiB of zeroes"
                        + DAMAGED);
        assertRejected(
                object.withLong(object.headerOf(".bss") + 32, 1L << 50),
                "section .bss needs 1125899906842624 bytes of memory, more than the file and 64 MiB of zeroes"
                        + DAMAGED);
        assertRejected(
                object.withLong(object.headerOf(".text") + 48, 1L << 50),
                "section .text is aligned to 1125899906842624 bytes, which is no power of 2 up to 2 MiB" + DAMAGED);
    }

    @Test
    void overlappingAndWrappingSegmentsAreRejected() {
        assertRejected(
                executable.withLong(64 + 56 + 16, ElfTestFile.KERNEL_BASE + 0x100),
                "program header 0 and program header 1 overlap at 0xffffffff81000100" + DAMAGED);
        assertRejected(
                executable.withLong(64 + 16, -16), "program header 0 runs over the end of the address space" + DAMAGED);
    }

    @Test
    void symbolsOutsideTheirSectionAreRejected() {
        long checksum = object.symbol("checksum");
        assertRejected(
                object.withLong(checksum + 8, 0x220), "symbol 9 (checksum) lies outside its section .text" + DAMAGED);
        assertRejected(
                object.withLong(checksum + 16, -1), "symbol 9 (checksum) lies outside its section .text" + DAMAGED);
        assertRejected(
                object.withShort(checksum + 6, 500),
                "symbol 9 (checksum) is in section 500, which does not exist" + DAMAGED);
        assertRejected(
                object.withShort(checksum + 6, 0xfff2),
                "symbol 9 (checksum) is a common symbol; compile with -fno-common");
        assertRejected(
                executable.withLong(executable.symbol("checksum") + 8, 0),
                "symbol 22 (checksum) lies outside its section .text" + DAMAGED);
    }

    @Test
    void namesOutsideTheirTableOrOfMoreThanOneLineAreRejected() {
        long checksum = object.symbol("checksum");
        assertRejected(
                object.withByte(checksum + 2, 1), "the name of symbol 9 lies outside its string table" + DAMAGED);
        assertRejected(
                object.withByte(object.section(".strtab").offset() + 1, '\n'),
                "the name of symbol 1 has a control character" + DAMAGED);
        assertRejected(
                object.withByte(
                        object.section(".shstrtab").offset()
                                + object.section(".shstrtab").sizeBytes()
                                - 1,
                        'x'),
                "the name of section 10 does not end" + DAMAGED);
    }

    @Test
    void tablesWithEntriesOfAnotherSizeAreRejected() {
        assertRejected(
                object.withLong(object.headerOf(".symtab") + 56, 16),
                "section .symtab is no table of entries of 24 bytes" + DAMAGED);
        assertRejected(
                object.withLong(object.headerOf(".rela.text") + 56, 16),
                "section .rela.text is no table of entries of 24 bytes" + DAMAGED);
        assertRejected(
                object.withByte(object.headerOf(".rela.text") + 4, 9),
                "section .rela.text holds no relocations that x86-64 knows" + DAMAGED);
        assertRejected(
                object.withByte(object.headerOf(".rela.text") + 44, 200),
                "the section that .rela.text relocates, 200, does not exist" + DAMAGED);
    }

    private static void assertRejected(Path file, String message) {
        InvalidInput error =
                assertThrows(InvalidInput.class, () -> ElfInput.of(file).load());
        assertEquals(file + ": " + message, error.getMessage());
    }

    private static void assertRejected(ElfTestFile file, String message) {
        InvalidInput error = assertThrows(InvalidInput.class, file::load);
        assertEquals(message, error.getMessage().substring(error.getMessage().indexOf(": ") + 2));
    }
}
