package dev.pokesim.emulator.datafile;

import java.math.BigDecimal;

/**
 * One constant as its file states it.
 *
 * @param name     kebab case, such as {@code retry-gap}
 * @param text     the value as written, such as {@code 0.4} or {@code off}
 * @param unit     the unit as written
 * @param evidence how the value is known
 * @param source   where it comes from, one line
 * @param base     the value in the base unit of {@code unit.dimension()}
 */
public record Constant(String name, String text, Unit unit, Evidence evidence, String source, BigDecimal base) {

    /**
     * The value in base units: picoseconds, hertz, a count, 0 or 1.
     *
     * @throws ArithmeticException if this is a ratio that is no whole number
     */
    public long whole() {
        return base.longValueExact();
    }

    /** The value in its own unit, without trailing zeros; for a word such as {@code off} the number it stands for. */
    public BigDecimal value() {
        BigDecimal value = unit.fromBase(base).stripTrailingZeros();
        return value.scale() < 0 ? value.setScale(0) : value;
    }

    /** Value and unit for people, such as {@code 12 ns}; counts and ratios without a unit. */
    public String valueWithUnit() {
        return switch (unit.dimension()) {
            case TIME, FREQUENCY -> text + " " + unit.symbol();
            case COUNT, RATIO, SWITCH -> text;
        };
    }
}
