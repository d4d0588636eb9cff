package dev.pokesim.patcher.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;
import dev.pokesim.emulator.trace.TraceEvent;
import dev.pokesim.patcher.check.Violation;
import dev.pokesim.patcher.kernel.GlobalRefs;
import dev.pokesim.patcher.kernel.PerCpuRefs;
import dev.pokesim.patcher.protocol.BrokenNoSecondSync;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run that is done again, from its start or from any state that was kept, does the same, event by event. */
class RunAgainTest {
    private static RunSetup setup(String name) {
        SmallRun run = new SmallRun().sites(3).cores(12);
        return switch (name) {
            case "global refs" -> run.refs(new GlobalRefs()).cores(24).setup(1);
            case "refs per core" -> run.refs(new PerCpuRefs()).setup(1);
            case "two reads" -> run.fetchMode(FetchMode.TWO_READS).setup(1);
            case "softirqs" ->
                run.scenario(dev.pokesim.patcher.scenario.ScenarioReader.read("busy-server"))
                        .setup(1);
            case "torn" -> torn();
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static RunSetup torn() {
        SmallRun run = new SmallRun().protocol(new BrokenNoSecondSync());
        for (long seed = 1; seed < 50; seed++) {
            if (run.run(seed).violation() != null) {
                return run.setup(seed);
            }
        }
        throw new AssertionError("no seed shows it");
    }

    /** The events of each step, and the state after all of them. */
    private record Rest(List<List<TraceEvent>> steps, byte[] state) {
        static Rest of(RunAgain run, long from) {
            List<List<TraceEvent>> steps = new ArrayList<>();
            for (long i = from; i < run.length(); i++) {
                run.forward(1);
                steps.add(run.last().events());
            }
            return new Rest(steps, stateOf(run));
        }
    }

    private static byte[] stateOf(RunAgain run) {
        StateWriter out = run.newWriter();
        run.save(out);
        return out.toArray();
    }

    @ParameterizedTest
    @ValueSource(strings = {"global refs", "refs per core", "two reads", "softirqs", "torn"})
    void doesTheSameFromEverywhere(String name) {
        RunSetup setup = setup(name);
        List<TraceEvent> recorded = new ArrayList<>();
        RunEvents events = new RunEvents(setup.target().places(), TraceLevel.MEMORY, recorded::add);
        RunReport report = PatchRun.of(setup).attach(events).run((simulatedPs, step) -> true);
        RunAgain.Ended ended = RunAgain.toTheEnd(setup, name.equals("torn") ? 101 : 701);
        assertEquals(name.equals("torn"), report.violation() != null);
        assertEquals(report.violation(), ended.violation());
        assertTrue(ended.places().size() > 5, () -> ended.places() + "");

        RunAgain fromStart = new RunAgain(setup, ended.steps());
        Rest whole = Rest.of(fromStart, 0);
        assertEquals(recorded, whole.steps.stream().flatMap(List::stream).toList());
        if (report.violation() != null) {
            Violation found = Objects.requireNonNull(report.violation());
            assertEquals(found.core(), fromStart.last().core());
            assertTrue(
                    fromStart.last().events().stream().anyMatch(event -> event.timePs() == found.timePs()),
                    () -> found + " " + fromStart.last() + fromStart.last().events());
        }

        RunAgain again = new RunAgain(setup, ended.steps());
        for (int i = 0;
                i < ended.states().size();
                i += Math.max(1, ended.states().size() / 5)) {
            StateReader in = again.newReader();
            in.open(ended.states().get(i), 0);
            again.restore(in);
            long position = ended.places().get(i).position();
            Rest rest = Rest.of(again, position);
            assertEquals(whole.steps.subList((int) position, whole.steps.size()), rest.steps, "from step " + position);
        }

        // however it came to the end
        RunAgain inOneGo = new RunAgain(setup, ended.steps());
        inOneGo.forward(ended.steps() / 2);
        byte[] middle = stateOf(inOneGo);
        inOneGo.forward(ended.steps() - ended.steps() / 2);
        assertArrayEquals(whole.state, stateOf(inOneGo));
        StateReader in = again.newReader();
        in.open(middle, 0);
        again.restore(in);
        assertArrayEquals(middle, stateOf(again));
        again.forward(ended.steps() - ended.steps() / 2);
        assertArrayEquals(whole.state, stateOf(again));
    }
}
