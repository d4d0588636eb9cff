package dev.pokesim.patcher.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.patcher.kernel.PatchPlace;
import dev.pokesim.patcher.sequence.PatchScenario;
import dev.pokesim.patcher.sequence.PatchScenarioReader;
import dev.pokesim.patcher.sequence.PatchSequence;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;

class PatchTestEngineTest {
    private static PatchSequence nopToJump() {
        return PatchSequence.on(new PatchPlace(
                0xffffffff81000010L,
                InstructionBytes.of(0x0f, 0x1f, 0x44, 0, 0),
                InstructionBytes.of(0xe9, 0x2b, 0x13, 0, 0)));
    }

    /** Not run by itself: an inner class of a test class is not among what a build looks for. */
    static class Sequences {
        @PatchTest(fetch = {FetchMode.WINDOW, FetchMode.LINE})
        PatchSequence linux() {
            return nopToJump()
                    .writeInt3()
                    .syncCores()
                    .writeTail()
                    .syncCores()
                    .writeFirstByte()
                    .syncCores();
        }

        @PatchTest(cores = 8)
        PatchSequence noSecondSync() {
            return nopToJump()
                    .writeInt3()
                    .syncCores()
                    .writeTail()
                    .writeFirstByte()
                    .syncCores();
        }

        @PatchTest(expect = "NoTornInstruction")
        PatchSequence noSecondSyncAsExpected() {
            return noSecondSync();
        }

        @PatchTest(expect = "NoTornInstruction", fetch = FetchMode.LINE)
        PatchSequence wronglyExpectedToFail() {
            return noSecondSync();
        }

        @PatchTest(expect = "NoHarm")
        PatchSequence expectsNoOracle() {
            return linux();
        }

        @PatchTest(fetch = FetchMode.COHERENT)
        PatchScenario scenario() {
            return PatchScenarioReader.read("trap-gate");
        }

        @PatchTest
        String noSequence() {
            return "";
        }

        @PatchTest
        PatchSequence fails() {
            throw new IllegalStateException("no place");
        }
    }

    private static EngineExecutionResults run(DiscoverySelector selector) {
        return EngineTestKit.engine(PatchTestEngine.ID).selectors(selector).execute();
    }

    private static String failure(String method) {
        List<Event> failed = run(DiscoverySelectors.selectMethod(Sequences.class, method))
                .testEvents()
                .failed()
                .list();
        assertEquals(1, failed.size());
        return String.valueOf(failed.get(0)
                .getRequiredPayload(TestExecutionResult.class)
                .getThrowable()
                .orElseThrow()
                .getMessage());
    }

    @Test
    void everyMarkedMethodOfAClassIsATest() {
        run(DiscoverySelectors.selectClass(Sequences.class))
                .testEvents()
                .assertStatistics(events -> events.started(8).succeeded(2).failed(6));
    }

    @Test
    void oneMethodCanBeSelectedByNameAndByItsUniqueId() {
        EngineExecutionResults byName = run(DiscoverySelectors.selectMethod(Sequences.class, "linux"));
        byName.testEvents().assertStatistics(events -> events.started(1).succeeded(1));
        Event event = byName.testEvents().started().list().get(0);
        assertEquals("linux()", event.getTestDescriptor().getDisplayName());
        run(DiscoverySelectors.selectUniqueId(event.getTestDescriptor().getUniqueId()))
                .testEvents()
                .assertStatistics(events -> events.started(1).succeeded(1));
        run(DiscoverySelectors.selectUniqueId(
                        event.getTestDescriptor().getParent().orElseThrow().getUniqueId()))
                .testEvents()
                .assertStatistics(events -> events.started(8));
    }

    @Test
    void classWithoutAMarkedMethodIsLeftAlone() {
        run(DiscoverySelectors.selectClass(PatchTestEngineTest.class))
                .allEvents()
                .assertStatistics(events -> events.started(1)); // the engine
    }

    @Test
    void violationIsToldStepByStepWithReasonsAndModes() {
        List<String> lines = failure("noSecondSync").lines().toList();
        assertEquals(
                "noSecondSync, fetch window: expected safe, found NoTornInstruction, on 2 cores with 1 place",
                lines.get(0));
        assertEquals("   1  P fill 0", lines.get(1));
        assertTrue(lines.contains(
                "core 1 may execute jmp 0xffffffff81004440 (e9 2b 44 00 00) at site 0 at 0xffffffff81000010:"
                        + " neither a text of the site nor INT3"));
        int fetch = IntStream.range(0, lines.size())
                .filter(line -> lines.get(line).endsWith("  C1 fetch 0 e9 2b 44 00 00"))
                .findFirst()
                .orElseThrow();
        assertEquals("%4d".formatted(fetch), lines.get(fetch).substring(0, 4));
        assertTrue(
                lines.stream()
                        .anyMatch(line -> line.startsWith(
                                "  byte 2 seen as 44: stood there from the start, stale: memory has 13 since step ")),
                () -> String.join("\n", lines));
        assertEquals("fetch modes that show it: two-reads, window, erratum", lines.get(lines.size() - 1));
    }

    @Test
    void scenarioOfTheCatalogueSaysHowToSeeItAgain() {
        String message = failure("scenario");
        assertTrue(
                message.startsWith("scenario, fetch coherent: expected safe, found EveryInt3IsClaimed, on 2 cores"),
                message);
        assertTrue(message.endsWith("\nsee it with: poke-sim check --scenario trap-gate --fetch coherent"), message);
    }

    @Test
    void sequenceThatIsSafeAgainstExpectationFails() {
        assertEquals(
                "wronglyExpectedToFail, fetch line: expected NoTornInstruction, found safe; no interleaving breaks it",
                failure("wronglyExpectedToFail"));
    }

    @Test
    void whatIsNoPatchTestSaysWhatItShouldBe() {
        assertEquals("noSequence returns a String; return a PatchSequence or a PatchScenario", failure("noSequence"));
        assertTrue(failure("expectsNoOracle").startsWith("expectsNoOracle expects 'NoHarm', which is no oracle;"));
        assertEquals("no place", failure("fails"));
    }
}
