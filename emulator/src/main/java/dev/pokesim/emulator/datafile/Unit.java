package dev.pokesim.emulator.datafile;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Optional;

/** A unit as data files spell it. */
public enum Unit {
    PICOSECONDS("ps", Dimension.TIME, 1),
    NANOSECONDS("ns", Dimension.TIME, 1_000),
    MICROSECONDS("us", Dimension.TIME, 1_000_000),
    GIGAHERTZ("GHz", Dimension.FREQUENCY, 1_000_000_000),
    /** A whole number of things. */
    COUNT("count", Dimension.COUNT, 1),
    /** A number without dimension. */
    RATIO("ratio", Dimension.RATIO, 1),
    /** on or off. */
    SWITCH("switch", Dimension.SWITCH, 1);

    private final String symbol;
    private final Dimension dimension;
    private final BigDecimal factor;

    Unit(String symbol, Dimension dimension, long factor) {
        this.symbol = symbol;
        this.dimension = dimension;
        this.factor = BigDecimal.valueOf(factor);
    }

    /** The spelling in a file. */
    public String symbol() {
        return symbol;
    }

    /** What it measures. */
    public Dimension dimension() {
        return dimension;
    }

    /** A value of this unit in the base unit of its dimension. */
    BigDecimal toBase(BigDecimal value) {
        return value.multiply(factor);
    }

    /** A value in the base unit of this unit's dimension in this unit; exact, factors are powers of ten. */
    BigDecimal fromBase(BigDecimal base) {
        return base.divide(factor);
    }

    /** The unit spelled like this; empty if there is none. */
    public static Optional<Unit> ofSymbol(String symbol) {
        return Arrays.stream(values()).filter(u -> u.symbol.equals(symbol)).findFirst();
    }
}
