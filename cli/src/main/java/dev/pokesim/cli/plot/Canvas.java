package dev.pokesim.cli.plot;

import dev.pokesim.cli.plot.Mark.Anchor;
import dev.pokesim.cli.plot.Mark.Point;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Takes marks, from the back to the front, and becomes a {@link Drawing}. */
final class Canvas {
    /** Of every word: at 80 mm for a width of 640, 6.4 points. */
    static final double TEXT_SIZE = 18;
    /** From one line of text to the next. */
    static final double LINE_HEIGHT = 24;
    /** Of a letter, on average, in parts of its size: that of DejaVu Sans, which is wider than what most screens have. */
    private static final double LETTER_WIDTH = 0.6;

    private final List<Mark> marks = new ArrayList<>();

    /** How wide words are at most, whatever the font. */
    static double widthOf(String words) {
        return words.length() * TEXT_SIZE * LETTER_WIDTH;
    }

    void box(double x, double y, double width, double height, Ink ink, String tip) {
        marks.add(new Mark.Box(x, y, width, height, ink, tip));
    }

    void line(double fromX, double fromY, double toX, double toY, Ink ink, double width) {
        line(List.of(new Point(fromX, fromY), new Point(toX, toY)), ink, width, Dash.WHOLE, Map.of());
    }

    void line(List<Point> points, Ink ink, double width, Dash dash, Map<String, String> data) {
        marks.add(new Mark.Line(List.copyOf(points), ink, width, dash, data));
    }

    void area(List<Point> points, Ink ink, double opacity) {
        marks.add(new Mark.Area(List.copyOf(points), ink, opacity));
    }

    void cells(Mark.Cells cells) {
        marks.add(cells);
    }

    void words(double x, double y, String text, Anchor anchor, Ink ink) {
        marks.add(new Mark.Words(x, y, text, anchor, false, false, ink));
    }

    /** Words that name what is below them. */
    void heading(double x, double y, String text) {
        marks.add(new Mark.Words(x, y, text, Anchor.START, true, false, Ink.INK));
    }

    /** Words that are read from below, centred at a place. */
    void upright(double x, double y, String text, Ink ink) {
        marks.add(new Mark.Words(x, y, text, Anchor.MIDDLE, false, true, ink));
    }

    /** Puts a drawing onto this one. */
    void add(Drawing drawing, double dx, double dy) {
        drawing.marks().forEach(mark -> marks.add(mark.moved(dx, dy)));
    }

    /** What was drawn, on paper of this size. */
    Drawing drawing(int width, int height, String title) {
        return new Drawing(width, height, title, marks);
    }
}
