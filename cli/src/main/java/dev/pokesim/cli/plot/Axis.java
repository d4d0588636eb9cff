package dev.pokesim.cli.plot;

import java.util.ArrayList;
import java.util.List;

/**
 * What stands along one side of a chart.
 *
 * @param label what is measured, with its unit: "cores", "time, us"
 * @param logarithmic whether equal ways are equal factors
 * @param from where it starts; above 0 if it is logarithmic
 * @param to where it ends, after {@code from}
 */
public record Axis(String label, boolean logarithmic, double from, double to) {
    public Axis {
        if (!(from < to) || Double.isInfinite(from) || Double.isInfinite(to) || logarithmic && from <= 0) {
            throw new IllegalArgumentException("no axis goes from " + from + " to " + to);
        }
    }

    /**
     * A mark on an axis.
     *
     * @param text empty if it has none
     */
    record Tick(double value, String text) {}

    /** Equal ways are equal differences. From 0 to a little above the highest value. */
    public static Axis upTo(String label, double highest) {
        return new Axis(label, false, 0, highest > 0 ? highest * 1.04 : 1);
    }

    /** Equal ways are equal factors; from the lowest to the highest value, both above 0. */
    public static Axis logarithmic(String label, double lowest, double highest) {
        return new Axis(label, true, lowest / 1.1, highest * 1.1);
    }

    /** Where a value is, 0 at the start and 1 at the end; what is beyond an end is there. */
    double position(double value) {
        double at = logarithmic
                ? (value <= 0 ? 0 : StrictMath.log(value / from) / StrictMath.log(to / from))
                : (value - from) / (to - from);
        return Math.max(0, Math.min(1, at));
    }

    /**
     * Round values along it, in order.
     *
     * @param most how many there may be about
     */
    List<Tick> ticks(int most) {
        return logarithmic ? logarithmicTicks(most) : linearTicks(most);
    }

    private List<Tick> linearTicks(int most) {
        double step = roundStep((to - from) / Math.max(1, most));
        int decimals = (int) Math.max(0, -StrictMath.floor(StrictMath.log10(step) + 1e-9));
        List<Tick> ticks = new ArrayList<>();
        for (long i = (long) StrictMath.ceil(from / step - 1e-9); i * step <= to; i++) {
            ticks.add(new Tick(i * step, Digits.grouped(Digits.decimals(i * step, decimals))));
        }
        return ticks;
    }

    /** The smallest of 1, 2 and 5 times a power of ten that is not below. */
    private static double roundStep(double least) {
        double power = StrictMath.pow(10, StrictMath.floor(StrictMath.log10(least)));
        for (int factor : new int[] {1, 2, 5}) {
            if (factor * power >= least * (1 - 1e-9)) {
                return factor * power;
            }
        }
        return 10 * power;
    }

    private List<Tick> logarithmicTicks(int most) {
        int first = (int) StrictMath.floor(StrictMath.log10(from));
        int last = (int) StrictMath.ceil(StrictMath.log10(to));
        double decades = StrictMath.log10(to / from);
        int every = Math.max(1, (int) Math.ceil(decades / most));
        List<Tick> ticks = new ArrayList<>();
        for (int exponent = first; exponent <= last; exponent++) {
            for (int factor : decades <= most / 3.0 ? new int[] {1, 2, 5} : new int[] {1}) {
                double value = factor * StrictMath.pow(10, exponent);
                if (value >= from && value <= to) {
                    boolean named = Math.floorMod(exponent, every) == 0;
                    ticks.add(new Tick(value, named ? Digits.grouped(Digits.significant(value, 2)) : ""));
                }
            }
        }
        return ticks;
    }
}
