package dev.pokesim.bpf.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.bpf.form.AsyncForm;
import dev.pokesim.bpf.form.AsyncForms;
import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.patcher.check.Violation;
import dev.pokesim.patcher.kernel.KernelCosts;
import dev.pokesim.patcher.kernel.Refs;
import dev.pokesim.patcher.kernel.RefsSchemes;
import dev.pokesim.patcher.protocol.PatchProtocol;
import dev.pokesim.patcher.protocol.PatchProtocols;
import dev.pokesim.patcher.run.PatchTarget;
import dev.pokesim.patcher.run.PatchingCore;
import dev.pokesim.patcher.site.GeneratedText;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Text is patched under the programs that NMIs run. */
class PatchedRunTest {
    private static final long PS_PER_US = 1_000_000;

    private static <T> T named(List<T> all, Function<T, String> name, String wanted) {
        return all.stream()
                .filter(one -> name.apply(one).equals(wanted))
                .findFirst()
                .orElseThrow();
    }

    /** What a test cares about; the rest is a small, busy machine. */
    private record Small(
            String form,
            String workload,
            int cores,
            int timers,
            int nmiPeriod,
            long gapUs,
            int sites,
            long durationUs) {
        RunReport run(String protocol, String refs) {
            AsyncForm async = named(AsyncForms.ALL, AsyncForm::name, form);
            RunSetup setup = new RunSetup(
                    async,
                    named(TimerWorkload.ALL, TimerWorkload::name, workload),
                    KernelCosts.profileReader().read("milan"),
                    cores,
                    timers,
                    nmiPeriod,
                    durationUs * PS_PER_US,
                    gapUs * PS_PER_US,
                    0,
                    0,
                    1);
            PatchingCore.Setup text = new PatchingCore.Setup(
                    PatchTarget.of(new GeneratedText(sites, 1)),
                    named(PatchProtocols.ALL, PatchProtocol::name, protocol),
                    named(RefsSchemes.ALL, Refs::name, refs),
                    FetchMode.WINDOW,
                    100 * PS_PER_US);
            return TimedRun.execute(setup.withPatching(text), nowPs -> true);
        }
    }

    private static PatchingCore.Report patched(RunReport report) {
        return Objects.requireNonNull(report.patching());
    }

    private static void assertHolds(RunReport report) {
        assertNull(report.violation());
        assertTrue(report.isComplete());
    }

    @ParameterizedTest
    @CsvSource({"storm, percpu", "storm, global", "self-rearm, percpu", "mixed, global-fetch-add"})
    void theKernelsPatcherAndTheMergedFormHoldTogether(String workload, String refs) {
        RunReport report = new Small("merged", workload, 8, 8, 10_000, 2, 64, 2000).run("text-poke-batch", refs);
        assertHolds(report);
        PatchingCore.Report text = patched(report);
        assertTrue(text.isDone(), text::toString);
        assertEquals(1, text.batches().size());
        assertEquals(64, text.batches().get(0).entries());
        assertEquals(text.traps(), text.referencesTaken(), text::toString);
        // the case that there is no other test of: handlers in NMI, on top of handlers, and NMIs that they let in
        assertTrue(text.trapsInNmi() > 100 && text.trapsInNmi() < text.traps(), text::toString);
        assertTrue(text.nestedTraps() > 0, text::toString);
        assertTrue(report.measured().nmisInNmi() > 10, () -> report.measured().toString());
        assertEquals(0, report.measured().waitsInNmi());
    }

    @Test
    void moreSitesThanTheArrayHoldsAreSeveralBatches() {
        RunReport report = new Small("merged", "storm", 2, 4, 50_000, 2, 300, 2000).run("text-poke-batch", "percpu");
        assertHolds(report);
        assertEquals(
                List.of(256, 44),
                patched(report).batches().stream().map(batch -> batch.entries()).toList());
    }

    @Test
    void theSameSeedGivesTheSameRun() {
        Small small = new Small("merged", "storm", 4, 4, 10_000, 2, 16, 500);
        RunReport first = small.run("text-poke-batch", "global");
        RunReport second = small.run("text-poke-batch", "global");
        assertEquals(first.measured(), second.measured());
        assertEquals(first.patching(), second.patching());
    }

    /** Where NMIs are many, their IRETs serialise their cores before a missing sync shows. */
    @ParameterizedTest
    @CsvSource({
        "broken-no-int3, 8, 10000, 2, 64, NoTornInstruction",
        "broken-no-first-sync, 16, 100000, 0, 4, NoTornInstruction",
        "broken-no-second-sync, 16, 1000000, 1, 1, NoTornInstruction",
        "broken-no-last-sync, 16, 100000, 0, 4, EveryInt3IsClaimed",
        "broken-first-byte-early, 8, 10000, 2, 64, NoTornInstruction",
        "broken-refs-late, 8, 10000, 2, 64, EveryInt3IsClaimed",
        "broken-refs-retired-early, 8, 10000, 2, 64, EveryInt3IsClaimed",
        "broken-refs-never-retired, 8, 10000, 2, 64, ArrayStableWhileReferenced"
    })
    void aBrokenProtocolIsCaughtByTheOracleThatShouldCatchIt(
            String protocol, int cores, int nmiPeriod, long gapUs, int sites, String oracle) {
        RunReport report =
                new Small("merged", "storm", cores, 64, nmiPeriod, gapUs, sites, 1000).run(protocol, "percpu");
        Violation violation = report.violation();
        assertNotNull(violation);
        assertEquals(oracle, violation.oracle());
    }

    @Test
    void aWrongFormIsCaughtWhileTextIsPatched() {
        RunReport report = new Small("v6", "delete-race", 4, 1, 10_000, 2, 64, 10_000).run("text-poke-batch", "percpu");
        assertEquals(
                "InactiveWhenFreed", Objects.requireNonNull(report.violation()).oracle());
        assertTrue(patched(report).isDone());
    }

    /** The IRET of an INT3 in NMI lets the processor take the next NMI; the kernel is in NMI all the same. */
    @Test
    void anOperationBehindAnInt3InNmiIsInNmi() {
        RunReport report = new Small("locked", "storm", 4, 1, 10_000, 2, 256, 1000).run("text-poke-batch", "percpu");
        assertHolds(report);
        assertTrue(patched(report).trapsInNmi() > 100, () -> patched(report).toString());
        assertEquals(0, report.measured().acceptedInNmi());
    }
}
