package dev.pokesim.bpf.workload;

import dev.pokesim.bpf.form.AsyncForm;
import dev.pokesim.bpf.primitive.KernelMemory;
import dev.pokesim.emulator.coherence.MachineProfile;
import dev.pokesim.patcher.run.PatchingCore;
import dev.pokesim.patcher.run.PatchingCore.Setup;
import org.jspecify.annotations.Nullable;

/**
 * What decides a run in time.
 *
 * @param cores 1 to {@value #MAX_CORES}, without those for grace periods and works
 * @param timers 1 to {@value KernelMemory#SLOTS}
 * @param nmiPeriodCycles mean time between two NMIs of a core in cycles of the time-stamp counter
 * @param durationPs how long
 * @param workGapPs mean time between two programs of a task
 * @param irqsOffPs for how long a task turns interrupts off before each program
 * @param failuresPerMillion how many allocations fail
 * @param patching what core {@value PatchingCore#ID} does instead of a task's work; null if it works as the others
 */
public record RunSetup(
        AsyncForm form,
        TimerWorkload workload,
        MachineProfile profile,
        int cores,
        int timers,
        long nmiPeriodCycles,
        long durationPs,
        long workGapPs,
        long irqsOffPs,
        int failuresPerMillion,
        long seed,
        @Nullable Setup patching) {
    public static final int MAX_CORES = 510;

    /** One in which text stays as it is. */
    public RunSetup(
            AsyncForm form,
            TimerWorkload workload,
            MachineProfile profile,
            int cores,
            int timers,
            long nmiPeriodCycles,
            long durationPs,
            long workGapPs,
            long irqsOffPs,
            int failuresPerMillion,
            long seed) {
        this(
                form,
                workload,
                profile,
                cores,
                timers,
                nmiPeriodCycles,
                durationPs,
                workGapPs,
                irqsOffPs,
                failuresPerMillion,
                seed,
                null);
    }

    public RunSetup {
        require(cores >= 1 && cores <= MAX_CORES, cores + " cores: not between 1 and " + MAX_CORES);
        require(
                timers >= 1 && timers <= KernelMemory.SLOTS,
                timers + " timers: not between 1 and " + KernelMemory.SLOTS);
        require(patching == null || cores >= 2, "one core, which patches: none is left to work");
        int roles = workload.tasks().size();
        require(
                patching == null || cores > roles,
                cores + " cores: " + workload.name() + " wants " + roles + " besides the one that patches");
        require(nmiPeriodCycles >= 1, "an NMI every " + nmiPeriodCycles + " cycles: not at least 1");
        require(durationPs >= 1, "no time to run");
        require(workGapPs >= 0 && irqsOffPs >= 0, "a time below 0");
        require(
                failuresPerMillion >= 0 && failuresPerMillion <= 1_000_000,
                failuresPerMillion + " failures of a million: not between 0 and 1000000");
    }

    /** The same with so many timers. */
    public RunSetup withTimers(int other) {
        return new RunSetup(
                form,
                workload,
                profile,
                cores,
                other,
                nmiPeriodCycles,
                durationPs,
                workGapPs,
                irqsOffPs,
                failuresPerMillion,
                seed,
                patching);
    }

    /** The same with interrupts off for so long. */
    public RunSetup withIrqsOff(long otherPs) {
        return new RunSetup(
                form,
                workload,
                profile,
                cores,
                timers,
                nmiPeriodCycles,
                durationPs,
                workGapPs,
                otherPs,
                failuresPerMillion,
                seed,
                patching);
    }

    /** The same while core {@value PatchingCore#ID} patches text through which every program begins. */
    public RunSetup withPatching(Setup what) {
        return new RunSetup(
                form,
                workload,
                profile,
                cores,
                timers,
                nmiPeriodCycles,
                durationPs,
                workGapPs,
                irqsOffPs,
                failuresPerMillion,
                seed,
                what);
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    /** {@link #nmiPeriodCycles} in picoseconds. */
    long nmiPeriodPs() {
        return StrictMath.round(nmiPeriodCycles * (1e12 / profile.tscHertz()));
    }
}
