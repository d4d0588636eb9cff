package dev.pokesim.cli.plot;

import java.util.List;

/** How a line is interrupted: the lengths of strokes and gaps; none for a whole line. */
enum Dash {
    WHOLE(),
    DASHED(9, 5),
    DOTTED(2, 4),
    DASH_DOT(9, 4, 2, 4),
    LONG(16, 6);

    private final List<Integer> lengths;

    Dash(Integer... lengths) {
        this.lengths = List.of(lengths);
    }

    /** That of a series by its index. Colours come again after six, dashes after five: thirty series are all different. */
    static Dash ofSeries(int index) {
        return values()[index % values().length];
    }

    List<Integer> lengths() {
        return lengths;
    }
}
