package dev.pokesim.cli.events;

import java.math.BigDecimal;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A moment of a run as it is typed and read. */
public final class SimulatedTime {
    private static final Pattern TIME = Pattern.compile("([0-9]{1,9}(?:\\.[0-9]{1,6})?)(ns|us|ms|s)");
    private static final BigDecimal LONGEST = BigDecimal.valueOf(Long.MAX_VALUE);
    private static final long PS_PER_US = 1_000_000;

    private SimulatedTime() {}

    /**
     * Reads a number and its unit, such as {@code 1.5ms}: ns, us, ms or s, up to six decimals.
     *
     * @return picoseconds; empty if it is no such thing
     */
    public static OptionalLong picoseconds(String typed) {
        Matcher matcher = TIME.matcher(typed);
        if (!matcher.matches()) {
            return OptionalLong.empty();
        }
        int digits = switch (matcher.group(2)) {
            case "ns" -> 3;
            case "us" -> 6;
            case "ms" -> 9;
            default -> 12;
        };
        BigDecimal time = new BigDecimal(matcher.group(1)).movePointRight(digits);
        return OptionalLong.of(time.compareTo(LONGEST) < 0 ? time.longValue() : Long.MAX_VALUE);
    }

    /** In microseconds with all six decimals, such as {@code 12.500000 us}. */
    public static String text(long timePs) {
        String part = Long.toString(timePs % PS_PER_US);
        return timePs / PS_PER_US + "." + "0".repeat(6 - part.length()) + part + " us";
    }
}
