package dev.pokesim.patcher.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.patcher.kernel.PatchListener;
import dev.pokesim.patcher.site.DistributionKernel;
import dev.pokesim.patcher.site.ImageBytes;
import dev.pokesim.patcher.site.KeySites;
import dev.pokesim.patcher.site.LoadedImage;
import dev.pokesim.patcher.site.PatchSite;
import dev.pokesim.patcher.site.SiteKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** The patcher of kernels that people boot, run as they have it. */
@TestInstance(Lifecycle.PER_CLASS)
class GuestKernelTest {
    private static final Path GOLDEN = Path.of("../testdata/kernel/guest-flips.golden");

    /** What the interpreter that is somebody else's counts for booting. */
    private static final Map<String, Long> BOOT_INSTRUCTIONS = Map.of(
            "linux-image-6.1.0-56-amd64_6.1.192-2", 7_261_053L,
            "linux-image-6.1.0-56-cloud-amd64_6.1.192-2", 6_861_499L);

    private record Booted(DistributionKernel kernel, GuestKernel guest) {}

    private final List<Booted> kernels = new ArrayList<>();

    @BeforeAll
    void boot() {
        for (DistributionKernel kernel : DistributionKernel.all("no kernel patches itself")) {
            kernels.add(new Booted(kernel, GuestKernel.boot(kernel.load())));
        }
    }

    @Test
    void bootingTakesAsManyInstructionsAsUnderAnotherEmulator() {
        for (Booted each : kernels) {
            GuestKernel cold = GuestKernel.of(each.kernel().load());
            AddressSpace memory = new AddressSpace();
            cold.map(memory, 1);
            FlipRecorder recorder = new FlipRecorder();
            LoneGuest lone = new LoneGuest(cold, memory, recorder);
            lone.call("jump_label_init");
            assertEquals(0, recorder.writes(), "booting writes no text");
            Long expected = BOOT_INSTRUCTIONS.get(each.kernel().packageAndVersion());
            assertTrue(expected == null || expected == lone.instructions(), () -> each + ": " + lone.instructions());
        }
    }

    @Test
    void whatIsNotEmulatedIsNamedWithItsCaller() {
        for (Booted each : kernels) {
            AddressSpace memory = new AddressSpace();
            each.guest().map(memory, 1);
            LoneGuest lone = new LoneGuest(each.guest(), memory, new PatchListener() {});
            // a key that is on already: the kernel warns, and the warning is the end
            long key = key(each.guest(), "bpf_stats_enabled_key");
            memory.write(key, 4, 2, 0);
            GuestStopped warned = assertThrows(GuestStopped.class, () -> lone.call("static_key_enable", key));
            assertTrue(
                    String.valueOf(warned.getMessage())
                            .matches(
                                    "core 0 in static_key_enable.*\\+0x[0-9a-f]+, called from static_key_enable\\+0x.+: #UD.+"),
                    warned::getMessage);
            // vector registers are initialised by instructions that are not there
            GuestStopped refused = assertThrows(GuestStopped.class, () -> lone.call("fpu__init_cpu"));
            assertTrue(
                    String.valueOf(refused.getMessage()).matches("core 0 in fpu__init_cpu.+ is not modelled: .+"),
                    refused::getMessage);
        }
    }

    @Test
    void patcherDoesWhatItDoesUnderAnotherEmulator() throws IOException {
        int compared = 0;
        for (Booted each : kernels) {
            List<String[]> lines = golden(each.kernel().packageAndVersion());
            for (int i = 0; i < lines.size(); i += 2) {
                AddressSpace memory = new AddressSpace();
                each.guest().map(memory, 1);
                FlipRecorder recorder = new FlipRecorder();
                LoneGuest lone = new LoneGuest(each.guest(), memory, recorder);
                long key = key(each.guest(), lines.get(i)[1]);
                for (String[] line : lines.subList(i, i + 2)) {
                    recorder.clear();
                    long before = lone.instructions();
                    lone.call(line[2], key);
                    String what = String.join(" ", List.of(line).subList(0, 3)) + " ";
                    assertEquals(String.join(" ", line), what + recorder.line(lone.instructions() - before));
                    compared++;
                }
            }
        }
        System.err.println("compared with the golden traces of another emulator: " + compared + " calls");
    }

    private static List<String[]> golden(String packageAndVersion) throws IOException {
        return Files.readAllLines(GOLDEN).stream()
                .filter(line -> line.startsWith(packageAndVersion + " "))
                .map(line -> line.split(" "))
                .toList();
    }

    /** {@code name} or {@code name+0xoffset}. */
    static long key(GuestKernel guest, String name) {
        int plus = name.indexOf('+');
        return plus < 0
                ? guest.address(name)
                : guest.address(name.substring(0, plus)) + Long.decode(name.substring(plus + 1));
    }

    @Test
    void everyKeyIsFlippedAndFlippedBack() {
        for (Booted each : kernels) {
            AddressSpace memory = new AddressSpace();
            each.guest().map(memory, 1);
            FlipRecorder recorder = new FlipRecorder();
            LoneGuest lone = new LoneGuest(each.guest(), memory, recorder);
            LoadedImage image = each.guest().image();
            long refs = each.guest().pokeArray().counters().get(0);
            int sites = 0;
            long startNs = System.nanoTime();
            for (int pass = 0; pass < 2; pass++) {
                for (KeySites key : image.keys()) {
                    boolean enable = (int) memory.read(key.key().address(), 4) <= 0;
                    lone.call(
                            enable ? "static_key_enable" : "static_key_disable",
                            key.key().address());
                    assertEquals(
                            enable ? 1 : 0,
                            memory.read(key.key().address(), 4),
                            key.key().name());
                    assertEquals(0, memory.read(refs, 4), key.key().name());
                    for (PatchSite site : key.sites()) {
                        if (!site.init()) {
                            sites++;
                            assertTextFollows(memory, site, enable);
                        }
                    }
                }
            }
            assertEquals(3 * sites, recorder.writes(), each.kernel().toString());
            assertTextIs(image, memory);
            System.err.println(each.kernel() + ": " + image.keys().size() + " keys on and off, " + recorder.writes()
                    + " writes, " + recorder.syncs() + " syncs, " + lone.instructions() + " instructions in "
                    + (System.nanoTime() - startNs) / 1_000_000 + " ms");
        }
    }

    /** The rule of jump tables: (key on) XOR branch is whether a jump stands there, and it goes to the target. */
    private static void assertTextFollows(AddressSpace memory, PatchSite site, boolean enabled) {
        byte[] bytes = new byte[5];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) memory.read(site.address() + i, 1);
        }
        SiteKind kind = SiteKind.at(ImageBytes.copyOf(bytes), 0).orElseThrow();
        assertEquals(site.mustJump(enabled ? 1 : 0), kind.isJump(), site.toString());
        assertEquals(site.sizeBytes(), kind.sizeBytes(), site.toString());
        if (kind.isJump()) {
            long displacement = kind.sizeBytes() == 2 ? bytes[1] : (int) memory.read(site.address() + 1, 4);
            assertEquals(site.target(), site.end() + displacement, site.toString());
        }
    }

    private static void assertTextIs(LoadedImage image, AddressSpace memory) {
        long start = image.symbols().named("_stext").get(0).address();
        long end = image.symbols().named("_etext").get(0).address();
        ImageBytes text = image.bytesAt(start, (int) (end - start)).orElseThrow();
        for (int i = 0; i < text.sizeBytes(); i++) {
            assertEquals(text.unsignedAt(i), memory.read(start + i, 1), () -> "text differs");
        }
        assertTrue(text.sizeBytes() > 1_000_000);
    }
}
