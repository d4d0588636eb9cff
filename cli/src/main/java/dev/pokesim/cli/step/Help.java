package dev.pokesim.cli.step;

import java.util.ArrayList;
import java.util.List;

/** What the help shows, page by page. */
final class Help {
    /** How many pages there are. */
    static final int PAGES = 2;

    private static final int KEY_COLUMNS = 18;

    private static final List<String> MARKS = List.of(
            ">  the core or instruction that is looked at     *  acted last, or has changed",
            "~  a byte that the core has seen and memory does not hold any more",
            "?  a byte of which the core may still see an older value",
            "+  in the log: what comes next                    !! what is wrong");

    private Help() {}

    /**
     * A page; no line is wider than 80 columns.
     *
     * @param number from 1
     */
    static List<String> page(int number) {
        List<String> lines = new ArrayList<>();
        if (number == 1) {
            lines.add("Keys. Capitals go backwards. q leaves this help, ? shows conditions and marks.");
            for (Keys.Row row : Keys.ROWS) {
                lines.add("  " + row.keys()
                        + " ".repeat(Math.max(2, KEY_COLUMNS - row.keys().length())) + row.what());
            }
            return lines;
        }
        lines.add("Conditions, for c and C; n and N look for the same again.");
        Condition.TERMS.forEach(term -> lines.add("  " + term));
        lines.add("Marks");
        MARKS.forEach(mark -> lines.add("  " + mark));
        return lines;
    }
}
