package dev.pokesim.emulator.datafile;

import java.math.BigDecimal;
import java.util.Map;

/**
 * What a file must say about one constant.
 *
 * @param name      kebab case
 * @param dimension decides the units allowed
 * @param minimum   least value, in base units
 * @param maximum   greatest value, in base units
 * @param words     words that stand for a value in base units, such as {@code fifo} for 1
 */
public record ConstantSpec(
        String name, Dimension dimension, BigDecimal minimum, BigDecimal maximum, Map<String, Long> words) {

    /** One second in picoseconds: no step of a machine takes longer. */
    private static final long LONGEST_PS = 1_000_000_000_000L;

    public ConstantSpec {
        if (minimum.compareTo(maximum) > 0) {
            throw new IllegalArgumentException(name + ": minimum " + minimum + " above maximum " + maximum);
        }
        words = Map.copyOf(words);
    }

    /** A time from 0 to one second. */
    public static ConstantSpec time(String name) {
        return new ConstantSpec(name, Dimension.TIME, BigDecimal.ZERO, BigDecimal.valueOf(LONGEST_PS), Map.of());
    }

    /** A time from 1 ps to one second: it divides, or repeats for ever if it is 0. */
    public static ConstantSpec positiveTime(String name) {
        return new ConstantSpec(name, Dimension.TIME, BigDecimal.ONE, BigDecimal.valueOf(LONGEST_PS), Map.of());
    }

    /** A whole number of things. */
    public static ConstantSpec count(String name, long minimum, long maximum) {
        return new ConstantSpec(
                name, Dimension.COUNT, BigDecimal.valueOf(minimum), BigDecimal.valueOf(maximum), Map.of());
    }

    /** A number of things for which some values also have a name. */
    public ConstantSpec withWords(Map<String, Long> names) {
        return new ConstantSpec(name, dimension, minimum, maximum, names);
    }

    /** A number without dimension. */
    public static ConstantSpec ratio(String name, long minimum, long maximum) {
        return new ConstantSpec(
                name, Dimension.RATIO, BigDecimal.valueOf(minimum), BigDecimal.valueOf(maximum), Map.of());
    }

    /** The allowed values for messages: {@code 0 to 1 s}. */
    String range() {
        return dimension.inWords(minimum) + " to " + dimension.inWords(maximum);
    }

    /** 0.1 to 100 GHz. */
    public static ConstantSpec frequency(String name) {
        return new ConstantSpec(
                name,
                Dimension.FREQUENCY,
                BigDecimal.valueOf(100_000_000L),
                BigDecimal.valueOf(100_000_000_000L),
                Map.of());
    }

    /** on or off. */
    public static ConstantSpec onOff(String name) {
        return new ConstantSpec(name, Dimension.SWITCH, BigDecimal.ZERO, BigDecimal.ONE, Map.of("on", 1L, "off", 0L));
    }
}
