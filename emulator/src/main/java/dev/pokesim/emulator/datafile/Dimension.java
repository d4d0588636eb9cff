package dev.pokesim.emulator.datafile;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.stream.Collectors;

/** What a constant measures; its values are held in the base unit. */
public enum Dimension {
    /** Base unit picosecond. */
    TIME,
    /** Base unit hertz. */
    FREQUENCY,
    /** A whole number of things. */
    COUNT,
    /** A decimal number. */
    RATIO,
    /** 0 is off, 1 is on. */
    SWITCH;

    private static final BigDecimal PS_PER_SECOND = BigDecimal.valueOf(1_000_000_000_000L);
    private static final BigDecimal HZ_PER_GHZ = BigDecimal.valueOf(1_000_000_000L);

    /** True if only whole base units exist: nothing is finer than a picosecond. */
    boolean isWhole() {
        return this != RATIO;
    }

    /** A value in base units as people write it: {@code 1 ps}, {@code 1 s}, {@code 2.5 GHz}. */
    String inWords(BigDecimal base) {
        return switch (this) {
            case TIME ->
                base.compareTo(PS_PER_SECOND) < 0
                        ? base.toPlainString() + " ps"
                        : base.divide(PS_PER_SECOND).toPlainString() + " s";
            case FREQUENCY ->
                base.compareTo(HZ_PER_GHZ.movePointLeft(2)) < 0
                        ? base.toPlainString() + " Hz"
                        : base.divide(HZ_PER_GHZ).toPlainString() + " GHz";
            case COUNT, RATIO, SWITCH -> base.toPlainString();
        };
    }

    /** The units a file may use, for messages: {@code ps, ns, us}. */
    String unitsAllowed() {
        return Arrays.stream(Unit.values())
                .filter(u -> u.dimension() == this)
                .map(Unit::symbol)
                .collect(Collectors.joining(", "));
    }
}
