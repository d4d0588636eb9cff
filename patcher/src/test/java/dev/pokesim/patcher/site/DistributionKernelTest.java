package dev.pokesim.patcher.site;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** Kernels that people boot. What must hold for each is a rule; figures are those of one version of a package. */
@TestInstance(Lifecycle.PER_CLASS)
class DistributionKernelTest {

    private static final ImageBytes CALL = ImageBytes.copyOf((byte) 0xe8);
    private static final ImageBytes JMP = ImageBytes.copyOf((byte) 0xe9);

    /** Counted by other means: a reader of kallsyms and jump table in Python that shares no code with this one. */
    private static final Map<String, Figures> FIGURES = Map.of(
            "linux-image-6.1.0-56-amd64_6.1.192-2",
            new Figures(
                    94_266, 6_299, 2_821, 67, 3_260, 2_835, 136, 68, 1_868, 232, 4, 172, 4_058, 27, 40_521, 0x35000),
            "linux-image-6.1.0-56-cloud-amd64_6.1.192-2",
            new Figures(87_347, 5_980, 2_539, 70, 3_011, 2_767, 134, 68, 1_780, 223, 3, 158, -1, -1, -1, -1));

    /** What is -1 was not counted. */
    private record Figures(
            int symbols,
            int sites,
            int keys,
            int keysOn,
            int nop2,
            int nop5,
            int jmp8,
            int jmp32,
            int crossingWords,
            int crossingLines,
            int crossingPages,
            int init,
            int staticCalls,
            int staticTailCalls,
            int functionEntries,
            int perCpuBytes) {

        static Figures of(LoadedImage image, KernelImage kernel, Figures expected) {
            List<PatchSite> sites = image.sites().toList();
            boolean all = expected.staticCalls >= 0;
            return new Figures(
                    Kallsyms.find(image.segments()).orElseThrow().symbols().size(),
                    sites.size(),
                    image.keys().size(),
                    (int) image.keys().stream().filter(key -> key.enabled() > 0).count(),
                    of(sites, SiteKind.NOP2),
                    of(sites, SiteKind.NOP5),
                    of(sites, SiteKind.JMP8),
                    of(sites, SiteKind.JMP32),
                    crossing(sites, 8),
                    crossing(sites, 64),
                    crossing(sites, 4096),
                    (int) sites.stream().filter(PatchSite::init).count(),
                    all ? tails(kernel, false) : -1,
                    all ? tails(kernel, true) : -1,
                    all ? kernel.functionEntryCalls().size() : -1,
                    all ? kernel.perCpuArea().orElseThrow().sizeBytes() : -1);
        }

        private static int of(List<PatchSite> sites, SiteKind kind) {
            return (int) sites.stream().filter(site -> site.kind() == kind).count();
        }

        private static int crossing(List<PatchSite> sites, int blockBytes) {
            return (int) sites.stream().filter(site -> site.crosses(blockBytes)).count();
        }

        private static int tails(KernelImage kernel, boolean tail) {
            return (int) kernel.staticCallSites().stream()
                    .filter(site -> site.tail() == tail)
                    .count();
        }
    }

    private record Loaded(DistributionKernel kernel, LoadedImage image, KernelImage tables) {}

    private final List<Loaded> kernels = new ArrayList<>();

    @BeforeAll
    void load() {
        for (DistributionKernel kernel : DistributionKernel.all("whole kernels are not read")) {
            LoadedImage image = kernel.load();
            kernels.add(new Loaded(kernel, image, KernelImage.of(image).orElseThrow()));
        }
    }

    @Test
    void textOfEverySiteIsWhatItsKeyCallsFor() {
        for (Loaded kernel : kernels) {
            assertTrue(kernel.image().sites().count() > 1000, kernel.kernel().toString());
            assertEquals(
                    List.of(),
                    kernel.image().keys().stream()
                            .flatMap(key -> key.disagreeing().stream())
                            .toList(),
                    kernel.kernel().toString());
        }
    }

    @Test
    void figuresOfAKnownVersionAreThoseCountedElsewhere() {
        for (Loaded kernel : kernels) {
            Figures expected = FIGURES.get(kernel.kernel().packageAndVersion());
            if (expected == null) {
                System.err.println("SKIPPED: " + kernel.kernel() + " is not a version whose figures are known");
            } else {
                assertEquals(
                        expected, Figures.of(kernel.image(), kernel.tables(), expected), kernel.kernel()::toString);
            }
        }
    }

    @Test
    void keyOfBpfStatisticsHasTheSitesThatTheKernelPatches() {
        for (Loaded kernel : kernels) {
            List<KeySites> keys = kernel.image().keysNamed("bpf_stats_enabled_key");
            assertEquals(1, keys.size());
            List<PatchSite> sites = keys.get(0).sites();
            assertEquals(0, keys.get(0).enabled());
            assertTrue(sites.stream().anyMatch(site -> site.location().symbol().equals("bpf_trace_run1")));
            if (FIGURES.containsKey(kernel.kernel().packageAndVersion())) {
                assertEquals(64, sites.size());
                assertEquals(38, Figures.of(sites, SiteKind.NOP2));
                assertEquals(26, Figures.of(sites, SiteKind.NOP5));
                assertEquals(
                        62,
                        sites.stream()
                                .map(site -> site.address() - site.location().offset())
                                .distinct()
                                .count());
            }
        }
    }

    @Test
    void keyInsideAStructIsNamedAfterIt() {
        for (Loaded kernel : kernels) {
            assertEquals(
                    1, kernel.image().keysNamed("__tracepoint_sched_switch+0x8").size(), kernel.kernel()::toString);
        }
    }

    @Test
    void bannerIsTheVersionOfThePackage() {
        for (Loaded kernel : kernels) {
            String banner = kernel.tables().banner();
            assertTrue(banner.startsWith("Linux version "), banner);
            String release = banner.split(" ")[2];
            assertTrue(kernel.kernel().packageAndVersion().startsWith("linux-image-" + release + "_"), banner);
        }
    }

    @Test
    void everyStaticCallIsACallOrATailJump() {
        for (Loaded kernel : kernels) {
            List<KernelImage.StaticCallSite> sites = kernel.tables().staticCallSites();
            assertTrue(sites.size() > 1000, sites.size() + " in " + kernel.kernel());
            for (KernelImage.StaticCallSite site : sites) {
                ImageBytes text = kernel.image().bytesAt(site.address(), 1).orElseThrow();
                assertEquals(
                        site.tail() ? JMP : CALL,
                        text,
                        () -> kernel.image().symbolAt(site.address()) + " in " + kernel.kernel());
            }
        }
    }

    @Test
    void everyFunctionEntryIsACallOfFentry() {
        for (Loaded kernel : kernels) {
            long fentry = kernel.image().symbols().named("__fentry__").get(0).address();
            List<Long> entries = kernel.tables().functionEntryCalls();
            assertTrue(entries.size() > 10_000, entries.size() + " in " + kernel.kernel());
            for (long entry : entries) {
                ImageBytes text =
                        kernel.image().bytesAt(entry, CallSite.SIZE_BYTES).orElseThrow();
                assertEquals(CALL, text.slice(0, 1));
                assertEquals(fentry, entry + CallSite.SIZE_BYTES + text.signedAt(1, Integer.BYTES));
            }
        }
    }

    @Test
    void perCpuAreaHasWhatEveryCoreNeeds() {
        for (Loaded kernel : kernels) {
            Segment area = kernel.tables().perCpuArea().orElseThrow();
            long offset = kernel.image().symbols().named("this_cpu_off").get(0).address();
            assertTrue(area.contains(offset, Long.BYTES), area.sizeBytes() + " bytes, " + offset);
        }
    }

    /** Counted with readelf: a module's sites, and those of keys that the kernel defines. */
    @Test
    void modulesFindTheirKeysInTheKernel() {
        Map<String, Integer> sites = Map.of("amdgpu", 2_423, "cifs", 1_282, "bluetooth", 1_019);
        int modules = 0;
        for (Loaded kernel : kernels) {
            SymbolResolver resolver = SymbolResolver.kernel(kernel.image()).orElse(SymbolResolver.placeholders());
            for (String name : sites.keySet()) {
                var file = kernel.kernel().module(name);
                if (file.isEmpty()) {
                    continue;
                }
                LoadedImage module = ElfInput.of(file.get(), resolver).load();
                modules++;
                if (kernel.kernel().packageAndVersion().equals("linux-image-6.1.0-56-amd64_6.1.192-2")) {
                    assertEquals(sites.get(name), (int) module.sites().count(), name);
                }
                for (KeySites key : module.keys()) {
                    assertEquals(List.of(), key.disagreeing(), name);
                }
            }
        }
        assertTrue(modules > 0, "the folders hold modules, too");
    }
}
