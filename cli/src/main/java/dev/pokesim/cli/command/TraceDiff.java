package dev.pokesim.cli.command;

import dev.pokesim.cli.console.ExitCode;
import dev.pokesim.cli.console.Report;
import dev.pokesim.cli.events.EventLine;
import dev.pokesim.emulator.trace.TraceEvent;
import dev.pokesim.emulator.trace.TraceReader;
import java.io.PrintWriter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Where two traces part.
 *
 * @param first one of them, and how it goes on
 * @param second the other
 * @param same whether all events are equal
 * @param equalEvents how many are, from the start
 * @param headers what the headers say differently, by key: what the first has, and the second
 * @param before the last events that are equal
 */
record TraceDiff(
        Side first,
        Side second,
        boolean same,
        long equalEvents,
        SortedMap<String, List<String>> headers,
        List<String> before)
        implements Report {
    private static final int CONTEXT = 3;
    private static final int AFTER = 5;
    private static final String MISSING = "(not said)";

    /**
     * One trace.
     *
     * @param file as the user named it
     * @param after the events from the first that differs on, as lines; empty if it ends there
     */
    record Side(String file, List<String> after) {}

    /** A trace and what of it counts. */
    record Compared(String file, TraceReader reader, TraceReader.Cursor cursor, Predicate<TraceEvent> wanted) {
        @Nullable
        TraceEvent next() {
            TraceEvent event = cursor.next();
            while (event != null && !wanted.test(event)) {
                event = cursor.next();
            }
            return event;
        }
    }

    /**
     * Compares two traces.
     *
     * @param ignoreTime whether it does not matter when something was
     */
    static TraceDiff of(Compared first, Compared second, boolean ignoreTime) {
        EventLine line = new EventLine(first.reader.header()::place);
        EventLine otherLine = new EventLine(second.reader.header()::place);
        Deque<String> before = new ArrayDeque<>();
        long equal = 0;
        TraceEvent of = first.next();
        TraceEvent other = second.next();
        while (of != null
                && other != null
                && (of.equals(other) || ignoreTime && line.untimed(of).equals(otherLine.untimed(other)))) {
            if (before.size() == CONTEXT) {
                before.removeFirst();
            }
            before.addLast(line.of(of));
            equal++;
            of = first.next();
            other = second.next();
        }
        return new TraceDiff(
                new Side(first.file, after(first, of)),
                new Side(second.file, after(second, other)),
                of == null && other == null,
                equal,
                headers(first.reader, second.reader),
                List.copyOf(before));
    }

    private static List<String> after(Compared trace, @Nullable TraceEvent from) {
        EventLine line = new EventLine(trace.reader.header()::place);
        List<String> lines = new ArrayList<>();
        for (TraceEvent event = from; event != null && lines.size() < AFTER; event = trace.next()) {
            lines.add(line.of(event));
        }
        return lines;
    }

    private static SortedMap<String, List<String>> headers(TraceReader first, TraceReader second) {
        Map<String, String> of = facts(first);
        Map<String, String> other = facts(second);
        SortedMap<String, List<String>> differences = new TreeMap<>();
        of.forEach((key, value) -> {
            if (!Objects.equals(value, other.get(key))) {
                differences.put(key, List.of(value, other.getOrDefault(key, MISSING)));
            }
        });
        other.forEach((key, value) -> {
            if (!of.containsKey(key)) {
                differences.put(key, List.of(MISSING, value));
            }
        });
        return differences;
    }

    private static Map<String, String> facts(TraceReader reader) {
        Map<String, String> facts = new TreeMap<>(reader.header().metadata());
        facts.put("cores", Integer.toString(reader.header().cores()));
        return facts;
    }

    @Override
    public ExitCode exitCode() {
        return same ? ExitCode.FINE : ExitCode.VIOLATED;
    }

    @Override
    public void printText(PrintWriter out) {
        out.println("--- " + first.file);
        out.println("+++ " + second.file);
        headers.forEach((key, values) -> {
            out.println(("-# " + key + ": " + values.get(0)).replaceAll("\\p{Cntrl}", "?"));
            out.println(("+# " + key + ": " + values.get(1)).replaceAll("\\p{Cntrl}", "?"));
        });
        if (same) {
            out.println("All %,d events are the same.".formatted(equalEvents));
            return;
        }
        out.println("@@ after %,d equal events @@".formatted(equalEvents));
        before.forEach(event -> out.println("  " + event));
        print(out, "- ", first);
        print(out, "+ ", second);
    }

    private static void print(PrintWriter out, String sign, Side side) {
        side.after.forEach(event -> out.println(sign + event));
        if (side.after.isEmpty()) {
            out.println(sign + "(no more events)");
        }
    }
}
