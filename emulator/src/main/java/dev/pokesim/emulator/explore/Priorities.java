package dev.pokesim.emulator.explore;

import dev.pokesim.emulator.core.SeededRandom;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/** A random priority for each actor or event, given when it is first asked for. */
final class Priorities {
    private final SeededRandom random;
    /** NaN: none yet. */
    private double[] values = {};

    Priorities(SeededRandom random) {
        this.random = random;
    }

    /** Between 0 and 1, unless it was set. */
    double of(int number) {
        if (number >= values.length) {
            int before = values.length;
            values = Arrays.copyOf(values, Math.max(16, 2 * number + 2));
            Arrays.fill(values, before, values.length, Double.NaN);
        }
        if (Double.isNaN(values[number])) {
            values[number] = random.nextDouble();
        }
        return values[number];
    }

    void set(int number, double value) {
        of(number);
        values[number] = value;
    }

    /** Gives another random priority. */
    void renew(int number) {
        set(number, random.nextDouble());
    }

    /**
     * The candidate with the highest priority, one of them at random if several have it.
     *
     * @param number what the priority is given to, by candidate
     */
    int highest(int count, IntUnaryOperator number) {
        double best = Double.NEGATIVE_INFINITY;
        int picked = 0;
        int equal = 0;
        for (int i = 0; i < count; i++) {
            double priority = of(number.applyAsInt(i));
            if (priority > best) {
                best = priority;
                picked = i;
                equal = 1;
            } else if (priority == best && random.nextInt(++equal) == 0) {
                picked = i;
            }
        }
        return picked;
    }
}
