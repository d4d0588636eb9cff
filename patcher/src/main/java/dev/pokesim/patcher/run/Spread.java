package dev.pokesim.patcher.run;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * One figure over several runs.
 *
 * @param median of an even number of runs the lower middle one
 * @param p10 a tenth of the runs is not above it
 * @param p90 nine tenths of the runs are not above it
 */
public record Spread(double median, double p10, double p90) {
    /**
     * Nearest rank, so that every figure is one that some run had.
     *
     * @param runs at least one
     */
    public static <T> Spread of(Collection<T> runs, ToDoubleFunction<T> figure) {
        List<Double> sorted = runs.stream()
                .map(figure::applyAsDouble)
                .sorted(Comparator.naturalOrder())
                .toList();
        return new Spread(rank(sorted, 0.5), rank(sorted, 0.1), rank(sorted, 0.9));
    }

    private static double rank(List<Double> sorted, double share) {
        return sorted.get(Math.max(0, (int) Math.ceil(share * sorted.size()) - 1));
    }
}
