package dev.pokesim.cli.plot;

import dev.pokesim.cli.plot.Mark.Anchor;
import dev.pokesim.cli.plot.Mark.Point;
import java.util.List;

/** The part of a chart between its axes. */
record Plane(Canvas canvas, Axis x, Axis y, double left, double top, double width, double height) {
    private static final double TICK = 6;
    /** What a labelled tick of the y axis needs at least. */
    private static final double ROOM_BESIDE = 44;
    /** What stands between the labels of the x axis at least. */
    private static final double GAP_BELOW = 12;
    /** Three digits. */
    private static final double SHORT_TEXTS = Canvas.widthOf("000");

    /** What the y axis needs on the left of the plane: its label, read from below, and its ticks. */
    static double marginLeft(Axis y, double height) {
        return marginLeft(ticksBeside(y, height).stream().map(Axis.Tick::text).toList());
    }

    /** As {@link #marginLeft(Axis, double)}; the same for all short texts, so that charts below each other have one axis of time. */
    static double marginLeft(List<String> texts) {
        double widest = texts.stream().mapToDouble(Canvas::widthOf).max().orElse(0);
        return Canvas.LINE_HEIGHT + Math.max(widest, SHORT_TEXTS) + TICK + 4;
    }

    /** What the x axis needs below the plane. */
    static double marginBelow() {
        return TICK + 2 * Canvas.LINE_HEIGHT + 8;
    }

    private static List<Axis.Tick> ticksBeside(Axis y, double height) {
        return y.ticks((int) Math.max(2, height / ROOM_BESIDE));
    }

    /** Where a value is. */
    Point at(double xValue, double yValue) {
        return new Point(left + x.position(xValue) * width, top + (1 - y.position(yValue)) * height);
    }

    /** Draws both axes and lines to read values at. */
    void drawAxes() {
        for (Axis.Tick tick : ticksBeside(y, height)) {
            double at = top + (1 - y.position(tick.value())) * height;
            canvas.line(left, at, left + width, at, Ink.GRID, 1);
            canvas.line(left - TICK, at, left, at, Ink.INK, 1);
            canvas.words(left - TICK - 3, at + Canvas.TEXT_SIZE * 0.35, tick.text(), Anchor.END, Ink.INK);
        }
        drawTicksBelow(true);
        canvas.line(left, top, left, top + height, Ink.INK, 1.5);
        canvas.upright(left - marginLeft(y, height) + Canvas.TEXT_SIZE, top + height / 2, y.label(), Ink.INK);
    }

    /** Draws the x axis only. */
    void drawAxisBelow() {
        drawTicksBelow(false);
    }

    /** Draws the x axis and lines to read its values at. */
    void drawGridBelow() {
        drawTicksBelow(true);
    }

    /** As many as there is room for. */
    private List<Axis.Tick> ticksBelow() {
        for (int most = (int) (width / 40); most > 2; most--) {
            List<Axis.Tick> ticks = x.ticks(most);
            double widest = ticks.stream()
                    .mapToDouble(tick -> Canvas.widthOf(tick.text()))
                    .max()
                    .orElse(0);
            double nearest = Double.MAX_VALUE;
            double before = Double.NEGATIVE_INFINITY;
            for (Axis.Tick tick : ticks) {
                double at = x.position(tick.value()) * width;
                if (!tick.text().isEmpty()) {
                    nearest = Math.min(nearest, at - before);
                    before = at;
                }
            }
            if (nearest >= widest + GAP_BELOW) {
                return ticks;
            }
        }
        return x.ticks(2);
    }

    private void drawTicksBelow(boolean grid) {
        double bottom = top + height;
        double endOfLast = Double.NEGATIVE_INFINITY;
        for (Axis.Tick tick : ticksBelow()) {
            double at = left + x.position(tick.value()) * width;
            if (grid) {
                canvas.line(at, top, at, bottom, Ink.GRID, 1);
            }
            double half = Canvas.widthOf(tick.text()) / 2;
            boolean fits = !tick.text().isEmpty() && at - half > endOfLast + 6 && at + half <= left + width + 20;
            canvas.line(at, bottom, at, bottom + (fits ? TICK : TICK / 2), Ink.INK, 1);
            if (fits) {
                canvas.words(at, bottom + TICK + Canvas.TEXT_SIZE, tick.text(), Anchor.MIDDLE, Ink.INK);
                endOfLast = at + half;
            }
        }
        canvas.line(left, bottom, left + width, bottom, Ink.INK, 1.5);
        canvas.words(
                left + width / 2,
                bottom + TICK + Canvas.TEXT_SIZE + Canvas.LINE_HEIGHT,
                x.label(),
                Anchor.MIDDLE,
                Ink.INK);
    }
}
