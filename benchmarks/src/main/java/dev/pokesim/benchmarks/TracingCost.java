package dev.pokesim.benchmarks;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.patcher.kernel.KernelCosts;
import dev.pokesim.patcher.kernel.Refs;
import dev.pokesim.patcher.kernel.RefsSchemes;
import dev.pokesim.patcher.protocol.TextPokeBatch;
import dev.pokesim.patcher.run.PatchRun;
import dev.pokesim.patcher.run.PatchTarget;
import dev.pokesim.patcher.run.RunSetup;
import dev.pokesim.patcher.run.RunTrace;
import dev.pokesim.patcher.run.TraceLevel;
import dev.pokesim.patcher.scenario.Scenario;
import dev.pokesim.patcher.scenario.ScenarioReader;
import dev.pokesim.patcher.site.GeneratedText;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What recording a run costs, at each level: the processor time of a run with it as a multiple of that of a run without, in one process, taking
 * turns. Arguments: cores, sites, way to count references, rounds. {@code none} stands twice: how much the two differ is what the
 * machine's noise makes of nothing.
 */
final class TracingCost {
    private static final @Nullable TraceLevel[] TURNS = {
        null, null, TraceLevel.SUMMARY, TraceLevel.PROTOCOL, TraceLevel.INSTRUCTIONS, TraceLevel.MEMORY
    };

    private TracingCost() {}

    /** Prints a line for each level. */
    public static void main(String[] args) throws IOException {
        RunSetup setup = setup(Integer.parseInt(args[0]), Integer.parseInt(args[1]), refs(args[2]));
        int rounds = Integer.parseInt(args[3]);
        long[] fastestNs = new long[TURNS.length];
        Arrays.fill(fastestNs, Long.MAX_VALUE);
        long[] bytes = new long[TURNS.length];
        Path file = Files.createTempFile("poke-sim", ".trace");
        try {
            for (int round = 0; round < rounds; round++) {
                for (int turn = 0; turn < TURNS.length; turn++) {
                    fastestNs[turn] = Math.min(fastestNs[turn], run(setup, TURNS[turn], file));
                    bytes[turn] = TURNS[turn] == null ? 0 : Files.size(file);
                }
            }
        } finally {
            Files.delete(file);
        }
        for (int turn = 0; turn < TURNS.length; turn++) {
            TraceLevel level = TURNS[turn];
            System.out.println(String.format(
                    Locale.ROOT,
                    "%-12s %7.2f s  %5.3f  %,13d bytes",
                    level == null ? "none" : level.optionName(),
                    fastestNs[turn] / 1e9,
                    (double) fastestNs[turn] / fastestNs[0],
                    bytes[turn]));
        }
    }

    private static Refs refs(String name) {
        return RefsSchemes.ALL.stream()
                .filter(refs -> refs.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static RunSetup setup(int cores, int sites, Refs refs) {
        Scenario scenario = ScenarioReader.read("busy-server");
        return new RunSetup(
                PatchTarget.of(new GeneratedText(sites, 1)),
                cores,
                new TextPokeBatch(),
                refs,
                KernelCosts.profileReader().read("milan"),
                scenario,
                scenario.hotSitesOf(sites),
                FetchMode.WINDOW,
                1);
    }

    /** Nanoseconds of this thread; everything happens on it. */
    private static long run(RunSetup setup, @Nullable TraceLevel level, Path file) throws IOException {
        long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        if (level == null) {
            PatchRun.execute(setup, (simulatedPs, step) -> true);
        } else {
            try (RunTrace trace = new RunTrace(setup, level, "poke-sim run", "", Files.newOutputStream(file))) {
                trace.finish(PatchRun.of(setup).record(trace).run((simulatedPs, step) -> true));
            }
        }
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start;
    }
}
