package dev.pokesim.patcher.run;

import dev.pokesim.emulator.coherence.TimedMachine;
import dev.pokesim.emulator.isa.Decoded;
import dev.pokesim.emulator.machine.GuestCrash;
import dev.pokesim.emulator.machine.Machine;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.machine.Snapshots;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.microop.Fetch;
import dev.pokesim.emulator.microop.MicroOp;
import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;
import dev.pokesim.emulator.trace.TraceEvent;
import dev.pokesim.emulator.travel.Rerun;
import dev.pokesim.emulator.travel.Step;
import dev.pokesim.emulator.travel.Timeline;
import dev.pokesim.patcher.check.Violation;
import dev.pokesim.patcher.kernel.KernelBug;
import dev.pokesim.patcher.kernel.KernelLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A run in simulated time that is done again: the same machine, workload and random numbers, without figures and oracles. How far it
 * went is known beforehand.
 */
public final class RunAgain implements Rerun {
    private final TimedRun run;
    private final TimedMachine timed;
    private final Snapshots snapshots;
    private final RunEvents events;
    private final List<TraceEvent> happened = new ArrayList<>();
    private final long length;
    private boolean isListening;

    /**
     * At the start.
     *
     * @param length how many steps the run had
     */
    public RunAgain(RunSetup setup, long length) {
        this.length = length;
        run = new TimedRun(setup);
        timed = run.timed();
        events = new RunEvents(setup.target().places(), TraceLevel.MEMORY, this::happened);
        run.start(List.of(events), core -> {});
        snapshots = run.rememberInitial();
    }

    private void happened(TraceEvent event) {
        if (isListening) {
            happened.add(event);
        }
    }

    /** What decides how the run goes, as a number: runs with the same one do the same. */
    public String digest() {
        return run.digest();
    }

    /**
     * How a run ends about which nothing more is known than its setup.
     *
     * @param steps how many it has
     * @param violation null if nothing is wrong
     * @param places of the states
     */
    public record Ended(
            long steps, @Nullable Violation violation, List<Timeline.Landmark> places, List<byte[]> states) {}

    /**
     * Runs a setup to its end, with all oracles.
     *
     * @param everySteps how many steps lie between two of the states that are kept
     */
    public static Ended toTheEnd(RunSetup setup, long everySteps) {
        List<Timeline.Landmark> places = new ArrayList<>();
        List<byte[]> states = new ArrayList<>();
        long[] steps = {0};
        PatchRun.StateSink sink = new PatchRun.StateSink() {
            @Override
            public void state(long done, long timePs, StateWriter state) {
                places.add(new Timeline.Landmark(done, timePs));
                states.add(state.toArray());
            }

            @Override
            public void end(long done, long timePs) {
                steps[0] = done;
            }
        };
        RunEvents events = new RunEvents(setup.target().places(), TraceLevel.SUMMARY, event -> {});
        RunReport report = PatchRun.of(setup).record(events, sink, everySteps).run((simulatedPs, step) -> true);
        return new Ended(steps[0], report.violation(), places, states);
    }

    /** What listens to it. */
    public RunEvents events() {
        return events;
    }

    /** Its clocks, cache lines and events. */
    public TimedMachine timed() {
        return timed;
    }

    /** Where its machine keeps the patcher's and the handlers' data. */
    public KernelLayout layout() {
        return run.layout();
    }

    @Override
    public Machine machine() {
        return run.machine();
    }

    @Override
    public List<Routine> routines() {
        return snapshots.routines();
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public long timePs() {
        return timed.nowPs();
    }

    @Override
    public void forward(long count) {
        long last = timed.steps() + count;
        isListening = false;
        timed.noteSteps(false);
        if (count > 1) {
            runTo(last - 1);
        }
        happened.clear();
        isListening = true;
        timed.noteSteps(true);
        runTo(last);
    }

    private void runTo(long step) {
        TimedMachine.End end = TimedMachine.End.REACHED;
        try {
            end = timed.runTo(step);
        } catch (GuestCrash | KernelBug ended) {
            if (step != length) {
                throw new IllegalStateException("the run ended before its end", ended);
            }
        }
        if (end != TimedMachine.End.REACHED) {
            throw new IllegalStateException("nothing can happen after step " + timed.steps() + " of " + length);
        }
    }

    @Override
    public Step last() {
        MicroOp did = timed.stepMicroOp();
        Decoded fetched = did == Fetch.FETCH ? machine().lastFetched() : null;
        long rip = machine().core(timed.stepCore()).rip();
        boolean isEntry = timed.stepKind() == TimedMachine.StepKind.ENTRY;
        Supplier<String> text = () -> did == null
                ? isEntry ? "enters a handler" : "drain"
                : did != Fetch.FETCH
                        ? did.toString()
                        : fetched == null
                                ? "fetch " + Address.text(rip)
                                : "fetch " + Address.text(fetched.address()) + ": " + fetched.bytes() + " "
                                        + fetched.name();
        Step.Load load =
                timed.stepLoadBytes() == 0 ? null : new Step.Load(timed.stepLoadAddress(), timed.stepLoadBytes());
        Step.Kind kind = switch (timed.stepKind()) {
            case MICRO_OP -> did == Fetch.FETCH ? Step.Kind.FETCH : Step.Kind.MICRO_OP;
            case ENTRY -> Step.Kind.ENTRY;
            case DRAIN -> Step.Kind.DRAIN;
        };
        return new Step(timed.stepCore(), kind, text, 0, happened, load);
    }

    @Override
    public StateWriter newWriter() {
        return snapshots.newWriter();
    }

    @Override
    public StateReader newReader() {
        return snapshots.newReader();
    }

    @Override
    public void save(StateWriter out) {
        events.save(out);
        run.save(snapshots, out);
    }

    @Override
    public void restore(StateReader in) {
        events.restore(in);
        run.restore(snapshots, in);
    }
}
