package dev.pokesim.patcher.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.patcher.guest.GuestKernel;
import dev.pokesim.patcher.kernel.GlobalRefs;
import dev.pokesim.patcher.protocol.TextPokeBatch;
import dev.pokesim.patcher.scenario.Scenario;
import dev.pokesim.patcher.scenario.ScenarioReader;
import dev.pokesim.patcher.site.DistributionKernel;
import dev.pokesim.patcher.site.LoadedImage;
import dev.pokesim.patcher.site.Segment;
import java.util.List;
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
        return run(kernel, key, cores, seed, mode);
    }

    private static RunReport run(GuestKernel kernel, String key, int cores, long seed, FetchMode mode) {
        PatchTarget target =
                PatchTarget.ofKey(kernel.image(), kernel.image().keysNamed(key).get(0));
        Scenario scenario = ScenarioReader.read("busy-server").with("work-gap", "2000");
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
        return GuestRun.execute(kernel, setup, (simulatedPs, step) -> true);
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

    @Test
    void kernelWhoseHandlerClaimsNothingIsCaught() {
        LoadedImage image = kernel.image();
        long handler = kernel.address("poke_int3_handler");
        byte[] claimsNothing = {0x31, (byte) 0xc0, (byte) 0xc3}; // xor eax,eax; ret
        Segment text = image.segmentAt(handler, claimsNothing.length).orElseThrow();
        LoadedImage broken = image.withBytes(address -> {
            Segment segment = text.contains(address, 1)
                    ? text
                    : image.segmentAt(address, 1).orElseThrow();
            return Address.isWithin(address, handler, claimsNothing.length)
                    ? claimsNothing[(int) (address - handler)]
                    : (byte) segment.bytes().unsignedAt((int) (address - segment.address()));
        });
        RunReport report = run(GuestKernel.boot(broken), KEY, 3, 1, FetchMode.WINDOW);
        assertEquals(
                "EveryInt3IsClaimed", Objects.requireNonNull(report.violation()).oracle());
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
