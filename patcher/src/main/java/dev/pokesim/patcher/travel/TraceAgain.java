package dev.pokesim.patcher.travel;

import dev.pokesim.emulator.datafile.InvalidDataFile;
import dev.pokesim.emulator.trace.TraceEvent;
import dev.pokesim.emulator.trace.TraceReader;
import dev.pokesim.emulator.travel.Timeline;
import dev.pokesim.patcher.check.Violation;
import dev.pokesim.patcher.run.RunAgain;
import dev.pokesim.patcher.run.RunSetup;
import dev.pokesim.patcher.run.RunTrace;
import dev.pokesim.patcher.schedule.RunOrigin;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** A recorded run that is done again, from the states that stand in its trace. */
final class TraceAgain {
    /** Without states in the trace the run is done once, and one is kept so often. */
    private static final long STATE_STEPS = 1 << 20;

    private TraceAgain() {}

    /**
     * That of a trace.
     *
     * @param name of the file, for messages
     * @param trace stays open
     * @throws InvalidDataFile if it does not say how to do its run again, or that would be another run
     */
    static PatchRerun of(String name, TraceReader trace) {
        return of(name, trace.header().metadata().get(RunTrace.AGAIN), trace);
    }

    /** The same, if the trace said something else about how to do its run again. */
    static PatchRerun of(String name, @Nullable String again, TraceReader trace) {
        SortedMap<String, String> facts = new TreeMap<>(trace.header().metadata());
        facts.remove(RunTrace.AGAIN);
        if (again == null) {
            throw new InvalidDataFile(
                    name,
                    0,
                    RunTrace.AGAIN,
                    "the trace does not say how to do its run again: it is of a kernel's own code (run --guest), or of an older poke-sim; "
                            + "poke-sim trace prints it");
        }
        RunOrigin.Recorded recorded = RunOrigin.read(name, RunTrace.AGAIN, again);
        RunSetup setup = recorded.setup();
        facts.put("cores", Integer.toString(setup.cores()));
        List<TraceReader.Snapshot> snapshots = trace.snapshots();
        boolean isWhole =
                !snapshots.isEmpty() && snapshots.get(snapshots.size() - 1).isEnd();
        if (isWhole) {
            List<Timeline.Landmark> places = snapshots.stream()
                    .filter(snapshot -> !snapshot.isEnd())
                    .map(snapshot -> new Timeline.Landmark(snapshot.steps(), snapshot.timePs()))
                    .toList();
            long length = snapshots.get(snapshots.size() - 1).steps();
            return of(name, recorded, facts, length, violation(trace), new Kept(name, places, trace::state));
        }
        RunAgain.Ended ended = RunAgain.toTheEnd(setup, STATE_STEPS);
        Violation found = ended.violation();
        return of(
                name,
                recorded,
                facts,
                ended.steps(),
                found == null ? null : found.oracle() + ": " + found.what(),
                new Kept(name, ended.places(), ended.states()::get));
    }

    private static PatchRerun of(
            String name,
            RunOrigin.Recorded recorded,
            SortedMap<String, String> facts,
            long length,
            @Nullable String violation,
            Timeline.Landmarks landmarks) {
        RunSetup setup = recorded.setup();
        RunAgain run = new RunAgain(setup, length);
        if (!run.digest().equals(recorded.digest())) {
            throw new InvalidDataFile(
                    name,
                    0,
                    RunTrace.AGAIN,
                    "the run cannot be done again: with this version of poke-sim, or with what the files that it names hold"
                            + " now, it would be another one; record it again");
        }
        return new PatchRerun(
                run,
                landmarks,
                facts,
                setup.target(),
                RunTrace.data(setup.refs(), run.layout()),
                LongStream.of(setup.refs().counters(run.layout())).boxed().toList(),
                setup.fetchMode(),
                run.events(),
                run.timed(),
                violation);
    }

    /** The last event says what was wrong, if anything was. */
    private static @Nullable String violation(TraceReader trace) {
        List<String> found = new ArrayList<>();
        trace.readLast(event -> {
            if (event instanceof TraceEvent.Mark mark && mark.name().equals("violation")) {
                found.add(mark.text());
            }
            return true;
        });
        return found.isEmpty() ? null : found.get(0);
    }

    /** States as landmarks. */
    private record Kept(String name, List<Timeline.Landmark> places, IntFunction<byte[]> states)
            implements Timeline.Landmarks {
        @Override
        public byte[] state(int index) {
            return states.apply(index);
        }

        @Override
        public RuntimeException unfit(RuntimeException cause) {
            return new InvalidDataFile(
                    name,
                    0,
                    "",
                    "its states are none of the run that it says it is of (" + cause + "); record it again");
        }
    }
}
