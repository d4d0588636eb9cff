package dev.pokesim.cli.console;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.HorizontalAlign;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A table of text: columns as wide as their longest cell, two blanks between them, no lines drawn, no blanks at the ends. */
public final class TextTable {
    /** Cells are never broken: a shell's user can make the window wider, a script cannot put a cell together again. */
    private static final int WIDEST_CELL = 10_000;

    private final List<Column> columns = new ArrayList<>();
    private final List<String[]> rows = new ArrayList<>();

    /** Adds a column of words, aligned left. */
    public TextTable words(String header) {
        return column(header, HorizontalAlign.LEFT);
    }

    /** Adds a column of numbers, aligned right. */
    public TextTable numbers(String header) {
        return column(header, HorizontalAlign.RIGHT);
    }

    private TextTable column(String header, HorizontalAlign alignment) {
        columns.add(new Column()
                .header(header)
                .headerAlign(alignment)
                .dataAlign(alignment)
                .maxWidth(WIDEST_CELL));
        return this;
    }

    /**
     * Adds a row.
     *
     * @throws IllegalArgumentException if there is not one cell per column
     */
    public TextTable row(Object... cells) {
        if (cells.length != columns.size()) {
            throw new IllegalArgumentException(cells.length + " cells for " + columns.size() + " columns");
        }
        rows.add(Arrays.stream(cells).map(String::valueOf).toArray(String[]::new));
        return this;
    }

    /** The table, the headers first, each line ended by a line feed. */
    @Override
    public String toString() {
        String table = AsciiTable.getTable(
                AsciiTable.NO_BORDERS, columns.toArray(new Column[0]), rows.toArray(new String[0][]));
        StringBuilder text = new StringBuilder();
        table.lines()
                .map(String::stripTrailing)
                // The library puts a blank on either side of a cell.
                .filter(line -> !line.isEmpty())
                .map(line -> line.substring(1))
                .forEach(line -> text.append(line).append('\n'));
        return text.toString();
    }
}
