package dev.pokesim.patcher.site;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.patcher.compression.Compression;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KernelImageTest {

    private static final byte[] VMLINUX = SmallKernel.vmlinux(KallsymsLayout.PER_CPU);

    @ParameterizedTest
    @EnumSource
    void bzImageOfEveryCompressionIsTheSameKernel(Compression compression) {
        assertEquals(
                SmallKernel.load(VMLINUX).keys(),
                SmallKernel.load(SmallKernel.bzImage(VMLINUX, compression)).keys());
    }

    @ParameterizedTest
    @EnumSource
    void compressedModuleIsTheSameModule(Compression compression) {
        byte[] module = ElfTestFile.named("pair.ko").content();
        LoadedImage unpacked = SmallKernel.load(module);
        assertEquals(7, unpacked.sites().count());
        assertEquals(
                unpacked.keys(),
                SmallKernel.load(SmallKernel.pack(module, compression)).keys());
    }

    @Test
    void kernelTellsItsVersionAndItsOtherTables() {
        LoadedImage image = SmallKernel.load(VMLINUX);
        KernelImage kernel = KernelImage.of(image).orElseThrow();
        List<Symbol> functions = image.symbols().functions();
        assertEquals(SmallKernel.BANNER, kernel.banner());
        assertEquals(functions.stream().map(Symbol::address).toList(), kernel.functionEntryCalls());
        long key = image.keys().get(0).key().address();
        assertEquals(
                List.of(
                        new KernelImage.StaticCallSite(functions.get(0).address(), key, false, false),
                        new KernelImage.StaticCallSite(functions.get(1).address(), key, true, false),
                        new KernelImage.StaticCallSite(functions.get(2).address(), key, false, true)),
                kernel.staticCallSites());
        Segment perCpu = kernel.perCpuArea().orElseThrow();
        assertEquals(SmallKernel.PER_CPU_BYTES, perCpu.sizeBytes());
        assertEquals(0, perCpu.address());
        assertEquals(0x5a, perCpu.bytes().unsignedAt(0x7f));
    }

    @Test
    void programIsNoKernel() {
        assertEquals(Optional.empty(), KernelImage.of(SmallKernel.original()));
    }

    @Test
    void tableThatIsNoTableIsReported() {
        LoadedImage image = SmallKernel.load(VMLINUX);
        Symbols moved = Symbols.of(image.symbols().all().stream()
                .map(symbol -> symbol.name().equals("__stop_mcount_loc")
                        ? new Symbol(symbol.name(), symbol.address() + 4, 0, false, true)
                        : symbol)
                .toList());
        KernelImage kernel = KernelImage.of(new LoadedImage("cut", image.segments(), moved, List.of()))
                .orElseThrow();
        String message =
                assertThrows(InvalidInput.class, kernel::functionEntryCalls).getMessage();
        assertTrue(
                message.matches("cut: the table at 0xffffffff818000.. has \\d+ bytes, not entries of 8; .*"), message);
    }

    @Test
    void bzImageThatIsNotWhatItSaysIsRefused() {
        byte[] image = SmallKernel.bzImage(VMLINUX, Compression.XZ);
        assertRefused(
                change(image, 0x206, 7, 2),
                "is a bzImage of boot protocol 2.7, which does not tell where the kernel lies; "
                        + "unpack it with the kernel's scripts/extract-vmlinux first");
        assertRefused(
                change(image, 0x24c, 0, 0, 0, 1),
                "the payload of the bzImage (bytes 1312 to 16778528) does not lie inside the file of " + image.length
                        + " bytes; copy or download it again");
        assertRefused(
                change(image, 1312, 'B', 'Z', 'h', '9'),
                "is a bzImage with a payload that is not gzip, xz, lzma, lz4 or zstd (it begins with 42 5a 68 39); "
                        + "unpack it with the kernel's scripts/extract-vmlinux first");
        int sizeAt = image.length - 100 - 4;
        assertRefused(
                change(image, sizeAt, 0, 0, 0, 0x7f),
                "the kernel in the bzImage claims to have 2130706432 bytes, " + (sizeAt + 4 - 1312)
                        + " when compressed; copy or download it again");
        assertRefused(
                change(image, sizeAt, image[sizeAt] + 1),
                "the kernel in the bzImage has " + VMLINUX.length + " bytes instead of the " + (VMLINUX.length + 1)
                        + " that it claims; copy or download it again");
        assertRefused(
                change(image, sizeAt, image[sizeAt] - 1),
                "its xz data cannot be unpacked: it unpacks to more than " + (VMLINUX.length - 1)
                        + " bytes; copy or download it again");
        assertRefused(
                Arrays.copyOf(image, 0x240),
                "is a bzImage of 576 bytes, shorter than its header; copy or download it again");
    }

    /** 300 MB of zeroes in 300 KB, in the middle of which the memory of a small machine would be gone. */
    @Test
    void bombIsRefusedBeforeItFillsTheMemory() {
        byte[] bomb = SmallKernel.pack(new byte[300_000_000], Compression.GZIP);
        assertRefused(
                bomb,
                "its gzip data cannot be unpacked: it unpacks to more than " + (bomb.length * 100 + (32 << 20))
                        + " bytes; copy or download it again");
    }

    private static byte[] change(byte[] image, int offset, int... values) {
        byte[] changed = image.clone();
        for (int i = 0; i < values.length; i++) {
            changed[offset + i] = (byte) values[i];
        }
        return changed;
    }

    private static void assertRefused(byte[] content, String message) {
        assertEquals(
                "small: " + message,
                assertThrows(InvalidInput.class, () -> SmallKernel.load(content))
                        .getMessage());
    }
}
