package dev.pokesim.cli.command;

import dev.pokesim.cli.console.Report;
import dev.pokesim.cli.console.TextTable;
import dev.pokesim.emulator.datafile.Constant;
import dev.pokesim.emulator.datafile.Evidence;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Every constant of one profile or input of one scenario.
 *
 * @param kind        {@code profile} or {@code scenario}
 * @param name        embedded name, or file name without its ending
 * @param description one line
 * @param constants   in the order of the sections
 */
record ProfileReport(String kind, String name, String description, List<Entry> constants) implements Report {

    /**
     * One constant.
     *
     * @param name     kebab case
     * @param value    in {@code unit}; 1 and 0 stand for on and off
     * @param text     the value as the file has it
     * @param unit     ps, ns, us, GHz, count, ratio or switch
     * @param evidence M, K, P or A
     * @param source   where the value comes from
     */
    record Entry(String name, BigDecimal value, String text, String unit, String evidence, String source) {}

    static ProfileReport of(String kind, String name, String description, List<Constant> constants) {
        return new ProfileReport(
                kind,
                name,
                description,
                constants.stream()
                        .map(c -> new Entry(
                                c.name(),
                                c.value(),
                                c.text(),
                                c.unit().symbol(),
                                c.evidence().letter(),
                                c.source()))
                        .toList());
    }

    @Override
    public void printText(PrintWriter out) {
        out.println(kind + " " + name + ": " + description);
        out.println();
        TextTable table = new TextTable()
                .words("constant")
                .numbers("value")
                .words("unit")
                .words("evidence")
                .words("source");
        constants.forEach(c -> table.row(c.name(), c.text(), c.unit(), c.evidence(), c.source()));
        out.println(table);
        out.println("evidence: "
                + Arrays.stream(Evidence.values())
                        .map(e -> e.letter() + " " + e.meaning())
                        .collect(Collectors.joining(", ")));
    }
}
