package dev.pokesim.cli.command;

import dev.pokesim.cli.events.SimulatedTime;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A stretch of simulated time.
 *
 * @param fromPs first moment, in picoseconds
 * @param toPs last moment
 */
record TimeWindow(long fromPs, long toPs) {
    /** All of a run. */
    static final TimeWindow ALL = new TimeWindow(0, Long.MAX_VALUE);

    /** As it is typed: {@code 12us..1.5ms}; either side may be missing. */
    static final class Converter implements ITypeConverter<TimeWindow> {
        @Override
        public TimeWindow convert(String typed) {
            String[] sides = typed.split("\\.\\.", -1);
            if (sides.length != 2 || typed.equals("..")) {
                throw wrong(typed);
            }
            long from = sides[0].isEmpty() ? ALL.fromPs : picoseconds(typed, sides[0]);
            long to = sides[1].isEmpty() ? ALL.toPs : picoseconds(typed, sides[1]);
            if (from > to) {
                throw new TypeConversionException("'" + typed + "' ends before it begins");
            }
            return new TimeWindow(from, to);
        }

        private static long picoseconds(String typed, String side) {
            return SimulatedTime.picoseconds(side).orElseThrow(() -> wrong(typed));
        }

        private static TypeConversionException wrong(String typed) {
            return new TypeConversionException(
                    "'" + typed + "' is not a stretch of time, such as 12us..1.5ms, 800ns.. or ..2ms");
        }
    }
}
