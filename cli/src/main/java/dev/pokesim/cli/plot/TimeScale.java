package dev.pokesim.cli.plot;

/** The unit in which simulated times are readable. */
public enum TimeScale {
    NS("ns", 1e3),
    US("us", 1e6),
    MS("ms", 1e9),
    S("s", 1e12);

    private final String symbol;
    private final double ps;

    TimeScale(String symbol, double ps) {
        this.symbol = symbol;
        this.ps = ps;
    }

    /** The largest unit of which the time is at least ten. */
    public static TimeScale fitting(double longestPs) {
        return largestOf(10, longestPs);
    }

    private static TimeScale largestOf(int least, double timePs) {
        TimeScale largest = NS;
        for (TimeScale scale : values()) {
            if (timePs >= least * scale.ps) {
                largest = scale;
            }
        }
        return largest;
    }

    /** As it stands behind a number. */
    public String symbol() {
        return symbol;
    }

    /** Picoseconds in this unit. */
    public double of(long timePs) {
        return timePs / ps;
    }

    /** A time with three digits and its unit. */
    public static String text(double timePs) {
        TimeScale scale = largestOf(1, timePs);
        return Digits.grouped(Digits.significant(timePs / scale.ps, 3)) + " " + scale.symbol;
    }
}
