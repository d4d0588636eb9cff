package dev.pokesim.patcher.run;

import dev.pokesim.emulator.coherence.TimedMachine;
import dev.pokesim.emulator.machine.GuestCrash;
import dev.pokesim.emulator.machine.Snapshots;
import dev.pokesim.emulator.state.StateWriter;
import dev.pokesim.patcher.check.Oracles;
import dev.pokesim.patcher.check.Violation;
import dev.pokesim.patcher.kernel.KernelBug;
import dev.pokesim.patcher.kernel.KernelCosts;
import dev.pokesim.patcher.kernel.KernelLayout;
import dev.pokesim.patcher.kernel.PatchListener;
import dev.pokesim.patcher.proof.RunLink;
import dev.pokesim.patcher.site.LoadedImage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One patching run in simulated time: core 0 patches while the others work. */
public final class PatchRun {
    private static final int PATCHER = PatchMachine.PATCHER;

    /** A run with more states than this has them further and further apart. */
    private static final int LONG_RUN_STATES = 128;

    /** Is told how far a run is, and may end it. */
    public interface Progress {
        /**
         * @return whether to go on
         */
        boolean reached(long simulatedPs, String step);
    }

    /** Keeps states of a run, so that it can be done again from there. */
    interface StateSink {
        /**
         * @param steps how many have been done
         * @param state as {@link RunAgain} restores it; valid during the call
         */
        void state(long steps, long timePs, StateWriter state);

        /** The run is over. */
        void end(long steps, long timePs);
    }

    private final RunSetup setup;
    private final TimedRun run;
    private final KernelLayout layout;
    private final TimedMachine timed;
    private final RunListeners listeners;
    private final List<PatchListener> attached = new ArrayList<>();
    private final RunWatch watch;
    private @Nullable RunEvents recorded;
    private @Nullable StateSink states;
    private long stateSteps;

    private PatchRun(RunSetup setup) {
        this.setup = setup;
        run = new TimedRun(setup);
        layout = run.layout();
        timed = run.timed();
        listeners = new RunListeners(
                run.host(),
                setup.target(),
                setup.protocol(),
                setup.refs(),
                setup.fetchMode(),
                KernelCosts.of(setup.profile()));
        watch = new RunWatch(setup, run.machine(), timed, listeners.figures(), listeners.waits());
    }

    /** Runs one to its end. */
    public static RunReport execute(RunSetup setup, Progress progress) {
        return of(setup).run(progress);
    }

    /** What is watched in every run, one statement each. */
    public static List<String> properties() {
        List<String> properties = new ArrayList<>(Oracles.properties());
        properties.add(RunLink.PROPERTY);
        return properties;
    }

    /** One that has not begun. */
    public static PatchRun of(RunSetup setup) {
        return new PatchRun(setup);
    }

    /** Lets somebody else listen, too; before the run begins. */
    public PatchRun attach(PatchListener listener) {
        attached.add(listener);
        return this;
    }

    /** Lets a timeline record it; before the run begins. */
    public PatchRun observe(RunTimeline timeline) {
        for (long counter : setup.refs().counters(layout)) {
            timed.observeLine(counter, timeline);
        }
        return attach(timeline);
    }

    /** Records it; before it begins. */
    public PatchRun record(RunTrace trace) {
        return record(trace.events(), trace, RunTrace.STATE_STEPS);
    }

    /**
     * Lets somebody listen, and keep its states.
     *
     * @param everySteps how many steps lie between two of them, or a 128th of what the run has done if that is more
     */
    PatchRun record(RunEvents events, StateSink sink, long everySteps) {
        recorded = events;
        states = sink;
        stateSteps = everySteps;
        return attach(events);
    }

    /**
     * The image as memory holds it now, keys included: what the next run can patch.
     *
     * @throws IllegalStateException if the run was stopped where a site holds neither of its texts
     */
    public LoadedImage image() {
        LoadedImage before = setup.target().image();
        return before.withBytes(address -> (byte) run.machine().memory().read(address, 1));
    }

    /** Runs it to its end, once. */
    public RunReport run(Progress progress) {
        run.start(listeners.all(attached, watch::violated), core -> {
            listeners.patcherDone(core);
            watch.patcherDone();
        });
        RunEvents events = recorded;
        StateSink sink = states;
        try {
            watch.run(progress, events == null || sink == null ? timed::run : () -> runSaving(events, sink));
        } catch (KernelBug bug) {
            crashed(bug);
        } catch (GuestCrash crash) {
            // an oracle that saw torn bytes has spoken; where nothing is patched it is the input that asks for too much
            if (!watch.isViolated()) {
                throw crash;
            }
        }
        if (sink != null) {
            sink.end(timed.steps(), timed.nowPs());
        }
        return watch.report(run.workload(), listeners.log(), refsLineTransfers());
    }

    private void crashed(KernelBug bug) {
        watch.violated(
                new Violation(Oracles.BUG, Oracles.NO_BUG, PATCHER, timed.nowPs(), String.valueOf(bug.getMessage())));
    }

    /** As {@link TimedMachine#run}, and the state is saved now and then. */
    private boolean runSaving(RunEvents events, StateSink sink) {
        Snapshots snapshots = run.rememberInitial();
        StateWriter writer = snapshots.newWriter();
        while (true) {
            long pause = Math.max(stateSteps, timed.steps() / LONG_RUN_STATES);
            TimedMachine.End end = timed.runTo(timed.steps() + pause);
            if (end != TimedMachine.End.REACHED) {
                return end == TimedMachine.End.STOPPED;
            }
            writer.clear();
            events.save(writer);
            run.save(snapshots, writer);
            sink.state(timed.steps(), timed.nowPs(), writer);
        }
    }

    private long refsLineTransfers() {
        long sum = 0;
        for (long counter : setup.refs().counters(layout)) {
            sum += timed.transfers(counter);
        }
        return sum;
    }
}
