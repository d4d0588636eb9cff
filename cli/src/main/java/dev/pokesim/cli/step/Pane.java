package dev.pokesim.cli.step;

import java.util.List;

/** A part of the screen: a heading and lines below it. */
interface Pane {
    /** What it shows. */
    Line heading(Stepper stepper, boolean colour);

    /**
     * How many lines below its heading it should have at least.
     *
     * @param width in columns
     */
    int needs(Stepper stepper, int width);

    /**
     * How many lines it could fill, at least as many as it {@link #needs}.
     *
     * @param width in columns
     */
    int wants(Stepper stepper, int width);

    /** Whether every line more is of use, rather than only all that it {@link #wants}. */
    boolean isElastic();

    /**
     * Its lines.
     *
     * @param rows how many are shown at most
     */
    List<Line> lines(Stepper stepper, int width, int rows, boolean colour);
}
