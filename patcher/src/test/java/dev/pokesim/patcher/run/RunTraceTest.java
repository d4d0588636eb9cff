package dev.pokesim.patcher.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.trace.TraceEvent;
import dev.pokesim.emulator.trace.TraceHeader;
import dev.pokesim.emulator.trace.TraceReader;
import dev.pokesim.patcher.kernel.GlobalRefs;
import dev.pokesim.patcher.kernel.KernelLayout;
import dev.pokesim.patcher.kernel.PerCpuRefs;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import dev.pokesim.patcher.protocol.BrokenNoSecondSync;
import dev.pokesim.patcher.scenario.ScenarioReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunTraceTest {
    private static final int BREAKPOINT = 3;

    @TempDir
    private Path folder;

    private record Recorded(RunReport report, TraceHeader header, List<TraceEvent> events) {
        long count(Predicate<TraceEvent> wanted) {
            return events.stream().filter(wanted).count();
        }

        List<TraceEvent> named(String name) {
            return events.stream().filter(event -> event.name().equals(name)).toList();
        }

        long traps() {
            return count(event -> event instanceof TraceEvent.Trap trap && trap.vector() == BREAKPOINT);
        }
    }

    private static byte[] bytes(RunSetup setup, TraceLevel level, List<RunReport> reports) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (RunTrace trace = new RunTrace(setup, level, "poke-sim run", "", out)) {
            RunReport report = PatchRun.of(setup).record(trace).run((simulatedPs, step) -> true);
            trace.finish(report);
            reports.add(report);
        }
        return out.toByteArray();
    }

    private Recorded record(RunSetup setup, TraceLevel level) throws IOException {
        List<RunReport> reports = new ArrayList<>();
        Path file = folder.resolve("a.trace");
        Files.write(file, bytes(setup, level, reports));
        List<TraceEvent> events = new ArrayList<>();
        try (TraceReader reader = TraceReader.open(file)) {
            reader.read(events::add);
            return new Recorded(reports.get(0), reader.header(), events);
        }
    }

    private static RunSetup small(long seed) {
        return new SmallRun().cores(16).sites(8).setup(seed);
    }

    @Test
    void theTraceOf480CoresHasTheFiguresOfTheReport() throws IOException {
        RunSetup setup = new SmallRun()
                .cores(480)
                .sites(164)
                .hotSites(4)
                .refs(new PerCpuRefs())
                .scenario(ScenarioReader.read("busy-server"))
                .setup(1);
        Recorded recorded = record(setup, TraceLevel.PROTOCOL);
        RunReport report = recorded.report;
        assertTrue(report.traps() > 10_000, report::toString);
        assertEquals(report.traps(), recorded.traps());
        assertEquals(
                report.textPokeRecords(), recorded.named("text-poke-record").size());
        assertEquals(3 * 479, recorded.named("ipi").size(), "three syncs");
        assertEquals(3 * 479, recorded.named("answer").size());
        assertEquals(1, recorded.named("batch-end").size());
        assertEquals(
                report.latencyPs(),
                recorded.named("batch-end").get(0).timePs()
                        - recorded.named("batch-start").get(0).timePs());
        assertEquals(
                report.batches().get(0).steps().stream()
                        .map(RunReport.Step::name)
                        .toList(),
                recorded.named("step-start").stream()
                        .map(step -> ((TraceEvent.Mark) step).text())
                        .toList());
        long polls = recorded.count(event -> event instanceof TraceEvent.Trap trap && trap.vector() == 49);
        assertEquals(report.softirqPolls(), polls);
    }

    @Test
    void pokesTurnTheOldTextOfEverySiteIntoTheNew() throws IOException {
        RunSetup setup = small(1);
        Recorded recorded = record(setup, TraceLevel.SUMMARY);
        Map<Long, Byte> text = new TreeMap<>();
        for (TextPokeLoc place : setup.target().places()) {
            for (int i = 0; i < place.sizeBytes(); i++) {
                text.put(place.address() + i, (byte) place.oldText().byteAt(i));
            }
        }
        for (TraceEvent event : recorded.named("poke")) {
            TraceEvent.Rewrite poke = (TraceEvent.Rewrite) event;
            for (int i = 0; i < poke.oldBytes().sizeBytes(); i++) {
                assertEquals(
                        text.put(poke.address() + i, (byte) poke.newBytes().byteAt(i)),
                        (byte) poke.oldBytes().byteAt(i),
                        poke::toString);
            }
        }
        for (TextPokeLoc place : setup.target().places()) {
            for (int i = 0; i < place.sizeBytes(); i++) {
                assertEquals((byte) place.newText().byteAt(i), text.get(place.address() + i));
            }
        }
        assertEquals(3 * 8, recorded.named("poke").size(), "INT3, tail, first byte");
    }

    @Test
    void eachLevelHasWhatTheOneBeforeHas() throws IOException {
        Recorded summary = record(small(1), TraceLevel.SUMMARY);
        Recorded protocol = record(small(1), TraceLevel.PROTOCOL);
        Recorded instructions = record(small(1), TraceLevel.INSTRUCTIONS);
        Recorded memory = record(small(1), TraceLevel.MEMORY);
        assertEquals(summary.report, protocol.report);
        assertEquals(summary.report, instructions.report);
        assertEquals(summary.report, memory.report);
        assertEquals(
                instructions.events,
                memory.events.stream()
                        .filter(event -> event.kind() != TraceEvent.Kind.STORE
                                && event.kind() != TraceEvent.Kind.UPDATE
                                && event.kind() != TraceEvent.Kind.TRANSFER)
                        .toList());
        assertEquals(
                protocol.events,
                instructions.events.stream()
                        .filter(event -> event.kind() != TraceEvent.Kind.INSTRUCTION)
                        .toList());
        assertEquals(
                summary.events,
                protocol.events.stream()
                        .filter(event -> event.kind() == TraceEvent.Kind.REWRITE
                                || event.kind() == TraceEvent.Kind.MARK
                                        && !event.name().startsWith("handler-"))
                        .toList());
        assertTrue(summary.events.size() < protocol.events.size()
                && protocol.events.size() < instructions.events.size()
                && instructions.events.size() < memory.events.size());
    }

    @Test
    void failedExchangesOfTheSharedCountAreThoseOfTheReport() throws IOException {
        RunSetup setup =
                new SmallRun().cores(64).sites(8).refs(new GlobalRefs()).setup(1);
        Recorded recorded = record(setup, TraceLevel.MEMORY);
        assertTrue(recorded.report.exchangeFailures() > 0, recorded.report::toString);
        assertEquals(
                recorded.report.exchangeFailures(),
                recorded.count(event -> event instanceof TraceEvent.Update update
                        && update.failed()
                        && recorded.header.place(update.address()).equals("bp_desc.refs")));
    }

    @Test
    void everyInstructionThatIsCompletedIsOneEvent() throws IOException {
        Recorded recorded = record(small(1), TraceLevel.INSTRUCTIONS);
        assertEquals(
                recorded.report.instructions(), recorded.named("instruction").size());
    }

    @Test
    void transfersOfTheSharedCountsLineAreThoseOfTheReport() throws IOException {
        RunSetup setup =
                new SmallRun().cores(64).sites(8).refs(new GlobalRefs()).setup(1);
        Recorded recorded = record(setup, TraceLevel.MEMORY);
        List<TraceEvent.Transfer> moved = recorded.named("transfer").stream()
                .map(TraceEvent.Transfer.class::cast)
                .filter(transfer -> (transfer.address() ^ KernelLayout.DESCRIPTOR_REFS) >>> 6 == 0)
                .toList();
        assertEquals(recorded.report.refsLineTransfers(), moved.size());
        assertTrue(moved.size() > 1000, () -> moved.size() + " transfers");
        int owner = 0; // the patcher's, to begin with
        for (TraceEvent.Transfer transfer : moved) {
            assertEquals(owner, transfer.from(), transfer::toString);
            assertTrue(transfer.core() != owner || !transfer.modified(), transfer::toString);
            assertTrue(transfer.waitedPs() > 0, transfer::toString);
            owner = transfer.core();
        }
        assertTrue(moved.stream()
                .anyMatch(transfer -> transfer.code().equals("poke_int3_handler")
                        && transfer.step().equals("refs: cmpxchg +1")
                        && transfer.use().equals("update")
                        && transfer.modified()));
    }

    @Test
    void storesHaveTheValueThatMemoryTook() throws IOException {
        Recorded recorded = record(small(1), TraceLevel.MEMORY);
        List<Long> counts = recorded.events.stream()
                .filter(event -> event instanceof TraceEvent.Store)
                .map(TraceEvent.Store.class::cast)
                .filter(store -> recorded.header.place(store.address()).equals("text_poke_array.nr_entries"))
                .map(TraceEvent.Store::value)
                .toList();
        assertEquals(List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 0L), counts);
    }

    @Test
    void everyRunRecordsTheSameBytes() throws IOException {
        List<RunReport> reports = new ArrayList<>();
        byte[] first = bytes(small(1), TraceLevel.MEMORY, reports);
        assertArrayEquals(first, bytes(small(1), TraceLevel.MEMORY, reports));
        assertTrue(!java.util.Arrays.equals(first, bytes(small(2), TraceLevel.MEMORY, reports)));
    }

    @Test
    void aViolationIsTheLastEvent() throws IOException {
        RunSetup setup = new SmallRun()
                .cores(32)
                .sites(16)
                .protocol(new BrokenNoSecondSync())
                .setup(1);
        Recorded recorded = record(setup, TraceLevel.PROTOCOL);
        assertNotNull(recorded.report.violation());
        TraceEvent last = recorded.events.get(recorded.events.size() - 1);
        assertEquals("violation", last.name());
        assertEquals(recorded.report.violation().timePs(), last.timePs());
        assertEquals(recorded.report.violation().core(), last.core());
    }

    @Test
    void sitesAreNamedAfterTheirFunctions() throws IOException {
        RunSetup setup = small(1);
        TraceHeader header = record(setup, TraceLevel.SUMMARY).header;
        for (TextPokeLoc place : setup.target().places()) {
            assertEquals(setup.target().image().symbolAt(place.address()).toString(), header.place(place.address()));
        }
        assertEquals("1", header.metadata().get("seed"));
    }

    @Test
    void aFullDiskEndsTheRun() throws IOException {
        RunSetup setup = small(1);
        OutputStream full = new OutputStream() {
            private int left = 4096;

            @Override
            public void write(int one) throws IOException {
                if (left-- == 0) {
                    throw new IOException("No space left on device");
                }
            }
        };
        RunSetup large = new SmallRun().cores(128).sites(164).hotSites(4).setup(1);
        try (RunTrace trace =
                new RunTrace(setup, TraceLevel.SUMMARY, "poke-sim run", "", new ByteArrayOutputStream())) {
            PatchRun.of(setup).record(trace).run((simulatedPs, step) -> true);
        }
        try (RunTrace trace = new RunTrace(large, TraceLevel.MEMORY, "poke-sim run", "", full)) {
            PatchRun run = PatchRun.of(large).record(trace);
            Assertions.assertThrows(UncheckedIOException.class, () -> run.run((simulatedPs, step) -> true));
        }
    }
}
