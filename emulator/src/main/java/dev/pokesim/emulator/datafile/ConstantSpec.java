package dev.pokesim.emulator.datafile;

import java.math.BigDecimal;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;

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

    private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,18}(\\.[0-9]{1,12})?");

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

    /**
     * A value as a file spells it, in base units.
     *
     * @param text digits such as {@code 12} or {@code 0.4}, or one of {@link #words}
     * @throws IllegalArgumentException saying what is wrong and what to do
     */
    public BigDecimal parse(String text, Unit unit) {
        Long named = words.get(text);
        if (named != null) {
            return BigDecimal.valueOf(named);
        }
        if (dimension == Dimension.SWITCH || !NUMBER.matcher(text).matches()) {
            throw new IllegalArgumentException("'" + YamlFields.abbreviated(text) + "' is not understood; write "
                    + (dimension == Dimension.SWITCH
                            ? ""
                            : "a number such as 12 or 0.4" + (words.isEmpty() ? "" : ", or "))
                    + String.join(" or ", new TreeSet<>(words.keySet())));
        }
        BigDecimal base = unit.toBase(new BigDecimal(text));
        if (base.compareTo(minimum) < 0 || base.compareTo(maximum) > 0) {
            throw new IllegalArgumentException(text + " " + unit.symbol() + " is out of range; write a value from "
                    + dimension.inWords(minimum) + " to " + dimension.inWords(maximum));
        }
        if (dimension.isWhole() && base.stripTrailingZeros().scale() > 0) {
            throw new IllegalArgumentException(
                    text + " " + unit.symbol() + " is finer than " + dimension.inWords(BigDecimal.ONE) + "; round it");
        }
        return base;
    }

    /**
     * A constant with another value in the same unit, marked as an assumption.
     *
     * @param source who says so
     * @throws IllegalArgumentException saying what is wrong with {@code text} and what to do
     */
    public Constant changed(Constant constant, String text, String source) {
        return new Constant(name, text, constant.unit(), Evidence.ASSUMPTION, source, parse(text, constant.unit()));
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
