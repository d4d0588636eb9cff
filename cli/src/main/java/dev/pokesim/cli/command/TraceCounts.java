package dev.pokesim.cli.command;

import dev.pokesim.cli.console.Report;
import dev.pokesim.cli.console.TextTable;
import dev.pokesim.emulator.trace.TraceEvent;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * How many events of each name each core has.
 *
 * @param file as the user named it
 * @param cut whether the file ends before it was closed
 * @param events all together, by name
 * @param cores those with an event, in order
 */
record TraceCounts(String file, boolean cut, SortedMap<String, Long> events, List<OfCore> cores) implements Report {

    /** The counts of one core, by name; names without an event are missing. */
    record OfCore(int core, SortedMap<String, Long> events) {}

    /** Counts while events come. */
    static final class Counter {
        private final SortedMap<Integer, SortedMap<String, Long>> cores = new TreeMap<>();

        void add(TraceEvent event) {
            cores.computeIfAbsent(event.core(), core -> new TreeMap<>()).merge(event.name(), 1L, Long::sum);
        }

        TraceCounts counts(String file, boolean cut) {
            SortedMap<String, Long> all = new TreeMap<>();
            List<OfCore> rows = new ArrayList<>();
            cores.forEach((core, counts) -> {
                counts.forEach((name, count) -> all.merge(name, count, Long::sum));
                rows.add(new OfCore(core, counts));
            });
            return new TraceCounts(file, cut, all, rows);
        }
    }

    @Override
    public void printText(PrintWriter out) {
        SortedSet<String> names = new TreeSet<>(events.keySet());
        TextTable table = new TextTable().words("core").numbers("all");
        names.forEach(table::numbers);
        row(table, "all", events, names);
        for (OfCore core : cores) {
            row(table, Integer.toString(core.core), core.events, names);
        }
        out.print(table);
        if (cut) {
            out.println("The file is cut off: events may be missing at its end.");
        }
    }

    private static void row(TextTable table, String first, Map<String, Long> counts, SortedSet<String> names) {
        List<Object> cells = new ArrayList<>();
        cells.add(first);
        cells.add("%,d"
                .formatted(counts.values().stream().mapToLong(Long::longValue).sum()));
        names.forEach(name -> cells.add("%,d".formatted(counts.getOrDefault(name, 0L))));
        table.row(cells.toArray());
    }
}
