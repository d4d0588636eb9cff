package dev.pokesim.cli.command;

import dev.pokesim.patcher.guest.GuestKernel;
import dev.pokesim.patcher.guest.KernelMutation;
import dev.pokesim.patcher.run.GuestRun;
import dev.pokesim.patcher.run.LatencyDistribution;
import dev.pokesim.patcher.run.PatchRun;
import dev.pokesim.patcher.run.RunReport;
import dev.pokesim.patcher.run.RunSetup;
import dev.pokesim.patcher.run.RunTimeline;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The replicas of one setup, the first of which is recorded over time if pictures are wanted. */
final class RecordedRuns {
    private final List<RunSetup> setups;
    private final @Nullable RunTimeline timeline;

    /**
     * @param setups at least one
     */
    RecordedRuns(List<RunSetup> setups, boolean wanted) {
        this.setups = setups;
        timeline = wanted ? new RunTimeline(setups.get(0).cores()) : null;
    }

    /** All of them. */
    List<RunSetup> setups() {
        return setups;
    }

    /** One of them, not begun; recorded if it is the first. */
    PatchRun start(RunSetup setup) {
        PatchRun run = PatchRun.of(setup);
        return timeline != null && setup == setups.get(0) ? run.observe(timeline) : run;
    }

    /** As {@link #start(RunSetup)}, for a kernel that patches itself. */
    GuestRun start(GuestKernel kernel, KernelMutation mutation, RunSetup setup) {
        GuestRun run = GuestRun.of(kernel, mutation, setup);
        return timeline != null && setup == setups.get(0) ? run.observe(timeline) : run;
    }

    /**
     * What there is to draw; only if pictures were wanted.
     *
     * @param reports of all of them, in their order
     */
    RunPicture picture(RunResult result, List<RunReport> reports) {
        RunTimeline recorded = Objects.requireNonNull(timeline);
        recorded.finish(reports.get(0));
        LatencyDistribution latencies = reports.stream()
                .map(RunReport::handlerLatencies)
                .reduce(LatencyDistribution.EMPTY, LatencyDistribution::plus);
        return new RunPicture(result, recorded, latencies);
    }
}
