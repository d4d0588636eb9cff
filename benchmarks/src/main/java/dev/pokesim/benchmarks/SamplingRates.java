package dev.pokesim.benchmarks;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.explore.SamplingResult;
import dev.pokesim.emulator.explore.SamplingSearch;
import dev.pokesim.patcher.kernel.PerCpuRefs;
import dev.pokesim.patcher.protocol.PatchProtocol;
import dev.pokesim.patcher.protocol.PatchProtocols;
import dev.pokesim.patcher.run.PatchModel;
import dev.pokesim.patcher.run.PatchTarget;
import dev.pokesim.patcher.site.GeneratedText;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * How often each scheduler of the portfolio finds each broken protocol: a table, not a time. Arguments: cores, sites, runs per
 * seed, seeds.
 */
final class SamplingRates {
    private static final int MAX_STEPS = 1_000_000;
    private static final int PASSES = 2;

    private SamplingRates() {}

    /** Prints the table. */
    public static void main(String[] args) {
        int cores = Integer.parseInt(args[0]);
        int sites = Integer.parseInt(args[1]);
        int runs = Integer.parseInt(args[2]);
        int seeds = Integer.parseInt(args[3]);
        PatchTarget target = PatchTarget.of(new GeneratedText(sites, 1));
        for (PatchProtocol protocol : PatchProtocols.ALL) {
            if (protocol.isSafe()) {
                continue;
            }
            PatchModel model = new PatchModel(target, protocol, new PerCpuRefs(), FetchMode.WINDOW, cores, PASSES, 0);
            Map<String, int[]> rates = new TreeMap<>();
            int longest = 0;
            long start = System.nanoTime();
            for (int seed = 1; seed <= seeds; seed++) {
                SamplingResult result = new SamplingSearch(model, seed, runs, MAX_STEPS)
                        .untilFound(runs)
                        .run();
                longest = Math.max(longest, result.longestRun());
                for (SamplingResult.Rate rate : result.rates()) {
                    int[] sum = rates.computeIfAbsent(rate.scheduler(), name -> new int[2]);
                    sum[0] += rate.runs();
                    sum[1] += rate.found();
                }
            }
            StringBuilder line = new StringBuilder("%-26s".formatted(protocol.name()));
            rates.forEach((name, rate) ->
                    line.append(" %s %5.1f %%".formatted(name, 100.0 * rate[1] / Math.max(1, rate[0]))));
            double seconds = (System.nanoTime() - start) / 1e9;
            line.append(
                    String.format(Locale.ROOT, "  longest %d  %.0f runs/s", longest, (double) runs * seeds / seconds));
            System.out.println(line);
        }
    }
}
