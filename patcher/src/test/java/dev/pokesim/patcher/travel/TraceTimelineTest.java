package dev.pokesim.patcher.travel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.pokesim.emulator.core.SeededRandom;
import dev.pokesim.emulator.datafile.InvalidDataFile;
import dev.pokesim.emulator.trace.TraceReader;
import dev.pokesim.emulator.travel.Timeline;
import dev.pokesim.patcher.protocol.BrokenNoFirstSync;
import dev.pokesim.patcher.protocol.TextPokeBatch;
import dev.pokesim.patcher.run.RecordedRuns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceTimelineTest {
    @TempDir
    private Path folder = Path.of("");

    private PatchTimeline open(byte[] trace) throws IOException {
        Path file = folder.resolve("a.trace");
        Files.write(file, trace);
        return PatchTimeline.ofTrace("a.trace", TraceReader.open(file));
    }

    @Test
    void everyPositionLooksTheSameHoweverOneCameThere() throws IOException {
        byte[] trace = RecordedRuns.trace(new TextPokeBatch(), 1, true);
        PatchTimeline run = open(trace);
        List<String> views = PatchTimelineTest.forwards(run);
        assertTrue(views.size() > 1000, () -> views.size() + " positions");
        PatchTimelineTest.assertSameFromEverywhere(open(trace), views, 200); // from the states in the file
        PatchTimelineTest.assertSameFromEverywhere(
                open(RecordedRuns.trace(new TextPokeBatch(), 1, false)), views, 50); // from what it does itself
    }

    @Test
    void goesToTheFirstPositionThatIsNotBeforeAMoment() throws IOException {
        assertGoesToMoments(RecordedRuns.trace(new TextPokeBatch(), 1, true), 1000);
        assertGoesToMoments(RecordedRuns.longTrace(), 70_000);
    }

    private void assertGoesToMoments(byte[] trace, int leastSteps) throws IOException {
        PatchTimeline straight = open(trace);
        Timeline walked = straight.timeline();
        assertTrue(walked.length() > leastSteps, () -> walked.length() + " positions");
        long[] times = new long[(int) walked.length() + 1];
        for (int position = 1; walked.forward(); position++) {
            times[position] = walked.timePs();
        }
        PatchTimeline run = open(trace);
        Timeline timeline = run.timeline();
        SeededRandom random = new SeededRandom(1);
        for (int i = 0; i < 120; i++) {
            // around states of the trace, and wherever the search looks at the clock
            int distance = i % 2 == 0 ? 300 : 1 << 11;
            int near = distance * random.nextInt(times.length / distance + 1) + random.nextInt(3) - 1;
            long momentPs = times[Math.min(Math.max(near, 0), times.length - 1)] + i % 3;
            int first = 0;
            while (first < times.length - 1 && times[first] < momentPs) {
                first++;
            }
            timeline.goToTime(momentPs);
            assertEquals(first, timeline.position(), momentPs + " ps");
            walked.goTo(first);
            assertEquals(PatchTimelineTest.view(straight), PatchTimelineTest.view(run), momentPs + " ps");
        }
    }

    @Test
    void endsWithTheViolationThatWasRecorded() throws IOException {
        for (long seed = 1; seed < 100; seed++) {
            PatchTimeline run = open(RecordedRuns.trace(new BrokenNoFirstSync(), seed, true));
            if (run.violation() == null) {
                continue;
            }
            run.timeline().goTo(run.timeline().length());
            assertTrue(run.isViolated());
            String core = Objects.requireNonNull(run.violation()).replaceAll("(?s).*?core ([0-9]+).*", "$1");
            assertEquals(core, Objects.requireNonNull(run.timeline().last()).core() + "", run.violation());
            PatchTimeline without = open(RecordedRuns.trace(new BrokenNoFirstSync(), seed, false));
            assertEquals(run.violation(), without.violation());
            assertEquals(run.timeline().length(), without.timeline().length());
            return;
        }
        fail("no seed shows a violation");
    }

    @Test
    void whatCannotBeDoneAgainIsRefused() throws IOException {
        byte[] trace = RecordedRuns.trace(new TextPokeBatch(), 1, true);
        Path file = folder.resolve("b.trace");
        Files.write(file, trace);
        TraceReader reader = TraceReader.open(file);
        String again = Objects.requireNonNull(reader.header().metadata().get("again"));
        for (String changed : List.of(
                again.replaceAll("sha256=.*", "sha256=00"),
                again.replace("run=1", "run=2"),
                again.replace("cores=6", "cores=0"),
                again.replace("hot=2", "hot=3"),
                again.replace("sites=2", "sites=3"),
                "nonsense")) {
            assertThrows(InvalidDataFile.class, () -> TraceAgain.of("b.trace", changed, reader), changed);
        }
        assertThrows(InvalidDataFile.class, () -> TraceAgain.of("b.trace", null, reader));
    }

    @Test
    void statesOfNoRunAreRefusedOrGoSomewhere() throws IOException {
        int refused = 0;
        for (long damage = 1; damage <= 40; damage++) {
            PatchTimeline run = open(RecordedRuns.trace(new TextPokeBatch(), 1, true, damage));
            long length = run.timeline().length();
            for (long position = length; position > 0; position -= length / 7) {
                try {
                    run.timeline().goTo(position);
                } catch (InvalidDataFile refusal) {
                    assertEquals(1, String.valueOf(refusal.getMessage()).lines().count(), refusal::getMessage);
                    refused++;
                } catch (RuntimeException bug) {
                    fail("damage " + damage + " at " + position, bug);
                }
            }
        }
        assertTrue(refused > 20, refused + " refused");
    }
}
