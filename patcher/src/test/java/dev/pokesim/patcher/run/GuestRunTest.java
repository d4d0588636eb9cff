package dev.pokesim.patcher.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.patcher.check.Violation;
import dev.pokesim.patcher.guest.GuestKernel;
import dev.pokesim.patcher.guest.KernelMutation;
import dev.pokesim.patcher.kernel.GlobalRefs;
import dev.pokesim.patcher.protocol.TextPokeBatch;
import dev.pokesim.patcher.scenario.Scenario;
import dev.pokesim.patcher.scenario.ScenarioReader;
import dev.pokesim.patcher.site.DistributionKernel;
import dev.pokesim.patcher.site.ImageBytes;
import dev.pokesim.patcher.site.LoadedImage;
import dev.pokesim.patcher.site.Segment;
import dev.pokesim.patcher.site.Symbol;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** Kernels that people boot patch themselves while other cores run into their INT3s. */
@TestInstance(Lifecycle.PER_CLASS)
class GuestRunTest {
    private static final String KEY = "bpf_stats_enabled_key";
    private static final int SITES = 64;

    private GuestKernel kernel;

    @BeforeAll
    void boot() {
        kernel = GuestKernel.boot(DistributionKernel.all("no kernel patches itself under load")
                .get(0)
                .load());
    }

    private RunReport run(int cores, long seed, FetchMode mode) {
        return run(KEY, cores, seed, mode);
    }

    private RunReport run(String key, int cores, long seed, FetchMode mode) {
        return run(kernel, key, cores, seed, mode, "2000");
    }

    private static RunReport run(
            GuestKernel kernel, String key, int cores, long seed, FetchMode mode, String workGapNs) {
        PatchTarget target =
                PatchTarget.ofKey(kernel.image(), kernel.image().keysNamed(key).get(0));
        Scenario scenario = ScenarioReader.read("busy-server").with("work-gap", workGapNs);
        RunSetup setup = new RunSetup(
                target,
                cores,
                new TextPokeBatch(),
                new GlobalRefs(),
                SmallRun.profile("milan"),
                scenario,
                GuestRun.callable(kernel, target).size(),
                mode,
                seed);
        return GuestRun.of(kernel, KernelMutation.NONE, setup).run((simulatedPs, step) -> true);
    }

    private static void assertNothingIsViolated(RunReport report) {
        assertEquals(RunReport.Outcome.COMPLETE, report.outcome(), () -> report.violation() + "" + report.lastEvents());
    }

    @Test
    void otherCoresTrapIntoTheKernelsOwnHandlerAndNothingIsViolated() {
        for (FetchMode mode : FetchMode.values()) {
            RunReport report = run(8, 1, mode);
            assertNothingIsViolated(report);
            assertEquals(
                    List.of(SITES),
                    report.batches().stream().map(RunReport.Batch::entries).toList());
            assertEquals(
                    List.of("write int3", "sync cores", "write tail", "sync cores", "write first byte", "sync cores"),
                    report.batches().get(0).steps().stream()
                            .map(RunReport.Step::name)
                            .toList());
            assertEquals(SITES, report.textPokeRecords());
            assertTrue(report.traps() > 100, () -> "traps " + report.traps());
            assertEquals(report.traps(), report.exchangeSuccesses(), "each trap takes one reference");
            assertTrue(report.exchangeFailures() > 0, "cores meet at the one reference count");
        }
    }

    /** The kernel with other bytes at some addresses. */
    private GuestKernel patched(Map<Long, Byte> changes) {
        LoadedImage image = kernel.image();
        List<Segment> segments = image.segments().stream()
                .map(segment -> {
                    byte[] bytes = segment.bytes().toArray();
                    changes.forEach((address, changed) -> {
                        if (segment.contains(address, 1)) {
                            bytes[(int) (address - segment.address())] = changed;
                        }
                    });
                    return new Segment(
                            segment.name(),
                            segment.address(),
                            ImageBytes.copyOf(bytes),
                            segment.executable(),
                            segment.writable());
                })
                .toList();
        return GuestKernel.boot(new LoadedImage(image.name(), segments, image.symbols(), image.keys()));
    }

    private static Map<Long, Byte> bytes(long address, int... values) {
        Map<Long, Byte> bytes = new HashMap<>();
        for (int i = 0; i < values.length; i++) {
            bytes.put(address + i, (byte) values[i]);
        }
        return bytes;
    }

    @Test
    void kernelWhoseHandlerClaimsNothingIsCaught() {
        GuestKernel broken = patched(bytes(kernel.address("poke_int3_handler"), 0x31, 0xc0, 0xc3)); // xor eax,eax; ret
        RunReport report = run(broken, KEY, 3, 1, FetchMode.WINDOW, "2000");
        assertEquals(
                "EveryInt3IsClaimed", Objects.requireNonNull(report.violation()).oracle());
    }

    @Test
    void kernelThatForgetsToSynchroniseIsCaught() {
        LoadedImage image = kernel.image();
        long sync = kernel.address("on_each_cpu_cond_mask");
        Symbol batch = image.symbols().named("text_poke_bp_batch").get(0);
        ImageBytes code =
                image.bytesAt(batch.address(), (int) batch.sizeBytes()).orElseThrow();
        Map<Long, Byte> noCalls = new HashMap<>();
        for (int i = 0; i + 5 <= code.sizeBytes(); i++) {
            long next = batch.address() + i + 5;
            if (code.unsignedAt(i) == 0xe8 && next + code.signedAt(i + 1, Integer.BYTES) == sync) {
                noCalls.putAll(bytes(next - 5, 0x0f, 0x1f, 0x44, 0, 0));
            }
        }
        assertEquals(3 * 5, noCalls.size(), "three syncs a batch");
        // few visits: a core that traps has serialised, and may not notice
        RunReport report = run(patched(noCalls), KEY, 16, 1, FetchMode.WINDOW, "30000");
        assertEquals(RunReport.Outcome.VIOLATED, report.outcome());
        assertNothingIsViolated(run(kernel, KEY, 16, 1, FetchMode.WINDOW, "30000"));
    }

    @Test
    void kernelWhoseHandlerSkipsItsDecIsNoRunOfTheProof() {
        LoadedImage image = kernel.image();
        Symbol handler = image.symbols().named("poke_int3_handler").get(0);
        ImageBytes code =
                image.bytesAt(handler.address(), (int) handler.sizeBytes()).orElseThrow();
        Map<Long, Byte> noDec = new HashMap<>();
        for (int i = 0; i + 7 <= code.sizeBytes(); i++) {
            boolean isLockDec =
                    code.unsignedAt(i) == 0xf0 && code.unsignedAt(i + 1) == 0xff && code.unsignedAt(i + 2) == 0x0d;
            if (isLockDec) { // lock dec dword ptr [rip+x]
                noDec.putAll(bytes(handler.address() + i, 0x0f, 0x1f, 0x80, 0, 0, 0, 0));
            }
        }
        assertTrue(noDec.size() >= 7, "the handler gives its reference back");
        RunReport report = run(patched(noDec), KEY, 3, 1, FetchMode.WINDOW, "2000");
        Violation violation = Objects.requireNonNull(report.violation());
        assertEquals("RunLink", violation.oracle());
        assertTrue(violation.what().contains("before \"drop\""), violation::what);
    }

    @Test
    void keyWithMoreSitesThanTheArrayHoldsIsFlippedInBatches() {
        RunReport report = run("hugetlb_optimize_vmemmap_key", 3, 1, FetchMode.WINDOW);
        assertNothingIsViolated(report);
        assertEquals(
                List.of(256, 256, 256, 256, 79),
                report.batches().stream().map(RunReport.Batch::entries).toList());
        assertEquals(0, report.traps(), "none of its functions can be called");
    }

    @Test
    void sameSeedGivesTheSameReport() {
        assertEquals(run(4, 7, FetchMode.WINDOW), run(4, 7, FetchMode.WINDOW));
    }
}
