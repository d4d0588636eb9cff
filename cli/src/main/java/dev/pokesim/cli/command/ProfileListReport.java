package dev.pokesim.cli.command;

import dev.pokesim.cli.console.Report;
import dev.pokesim.cli.console.TextTable;
import java.io.PrintWriter;
import java.util.List;

/**
 * The embedded profiles and scenarios; the first of each is the default.
 *
 * @param profiles  machine profiles
 * @param scenarios workloads
 */
record ProfileListReport(List<Entry> profiles, List<Entry> scenarios) implements Report {

    /** One of them. */
    record Entry(String name, String description) {}

    @Override
    public void printText(PrintWriter out) {
        TextTable table = new TextTable().words("kind").words("name").words("description");
        addRows(table, "profile", profiles);
        addRows(table, "scenario", scenarios);
        out.print(table);
    }

    private static void addRows(TextTable table, String kind, List<Entry> entries) {
        for (Entry entry : entries) {
            String note = entry == entries.get(0) ? " (default)" : "";
            table.row(kind, entry.name() + note, entry.description());
        }
    }
}
