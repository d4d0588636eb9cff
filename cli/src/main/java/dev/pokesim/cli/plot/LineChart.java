package dev.pokesim.cli.plot;

import dev.pokesim.cli.plot.Mark.Anchor;
import dev.pokesim.cli.plot.Mark.Point;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * Values over values: one line per series, told apart by colour, dashes and, if there are few values, marks.
 *
 * @param title one line above it
 * @param series in the order of the legend
 */
public record LineChart(String title, Axis x, Axis y, List<Series> series) {
    private static final double MARGIN_RIGHT = 20;
    private static final double SAMPLE = 34;
    /** More values stand too close for marks. */
    private static final int MOST_MARKED = 24;

    private static final double MARK = 5;

    public LineChart {
        series = List.copyOf(series);
    }

    /**
     * One line.
     *
     * @param name in the legend
     * @param stepped whether a value holds up to the next one's x; else they are joined by straight lines
     * @param values from left to right
     */
    public record Series(String name, boolean stepped, List<Value> values) {
        public Series {
            values = List.copyOf(values);
        }

        /** Values that are joined by straight lines. */
        public static Series of(String name, List<Value> values) {
            return new Series(name, false, values);
        }

        private boolean hasBand() {
            return values.stream().anyMatch(value -> value.low < value.high);
        }
    }

    /**
     * One value.
     *
     * @param low where the band around it starts, for example its 10th percentile
     * @param high where it ends
     */
    public record Value(double x, double y, double low, double high) {
        public Value {
            if (!(low <= y && y <= high)) {
                throw new IllegalArgumentException("the band from " + low + " to " + high + " does not hold " + y);
            }
        }

        /** One without a band. */
        public Value(double x, double y) {
            this(x, y, y, y);
        }
    }

    /** The chart as a drawing of this size. */
    public Drawing draw(int width, int height) {
        Canvas canvas = new Canvas();
        canvas.heading(8, Canvas.LINE_HEIGHT, title);
        double top = drawLegend(canvas, Canvas.LINE_HEIGHT + 10, width) + 12;
        double planeHeight = height - top - Plane.marginBelow();
        double left = Plane.marginLeft(y, planeHeight);
        Plane plane = new Plane(canvas, x, y, left, top, width - left - MARGIN_RIGHT, planeHeight);
        plane.drawAxes();
        for (int index = 0; index < series.size(); index++) {
            drawBand(plane, index);
        }
        for (int index = 0; index < series.size(); index++) {
            drawLine(plane, index);
        }
        return canvas.drawing(width, height, title);
    }

    /** Returns where it ends. */
    private double drawLegend(Canvas canvas, double top, int width) {
        double at = 12;
        double lineTop = top;
        for (int index = 0; index < series.size(); index++) {
            Series one = series.get(index);
            double needed = SAMPLE + 8 + Canvas.widthOf(one.name) + 18;
            if (at > 12 && at + needed > width) {
                at = 12;
                lineTop += Canvas.LINE_HEIGHT;
            }
            double middle = lineTop + Canvas.LINE_HEIGHT / 2;
            if (one.hasBand()) {
                canvas.area(
                        List.of(
                                new Point(at, middle - 7),
                                new Point(at + SAMPLE, middle - 7),
                                new Point(at + SAMPLE, middle + 7),
                                new Point(at, middle + 7)),
                        Ink.ofSeries(index),
                        0.22);
            }
            canvas.line(
                    List.of(new Point(at, middle), new Point(at + SAMPLE, middle)),
                    Ink.ofSeries(index),
                    2.5,
                    Dash.ofSeries(index),
                    Map.of());
            if (isMarked(one)) {
                drawMark(canvas, new Point(at + SAMPLE / 2, middle), index);
            }
            canvas.words(at + SAMPLE + 8, middle + Canvas.TEXT_SIZE * 0.35, one.name, Anchor.START, Ink.INK);
            at += needed;
        }
        return lineTop + Canvas.LINE_HEIGHT;
    }

    private static boolean isMarked(Series one) {
        return !one.stepped && one.values.size() <= MOST_MARKED;
    }

    private void drawBand(Plane plane, int index) {
        Series one = series.get(index);
        if (!one.hasBand()) {
            return;
        }
        List<Point> outline = new ArrayList<>(points(plane, one, Value::high));
        List<Point> lower = points(plane, one, Value::low);
        for (int i = lower.size() - 1; i >= 0; i--) {
            outline.add(lower.get(i));
        }
        plane.canvas().area(outline, Ink.ofSeries(index), 0.22);
    }

    private void drawLine(Plane plane, int index) {
        Series one = series.get(index);
        Map<String, String> data = new LinkedHashMap<>();
        data.put("series", one.name);
        data.put("x", list(one, Value::x));
        data.put("y", list(one, Value::y));
        if (one.hasBand()) {
            data.put("low", list(one, Value::low));
            data.put("high", list(one, Value::high));
        }
        plane.canvas().line(points(plane, one, Value::y), Ink.ofSeries(index), 2.5, Dash.ofSeries(index), data);
        if (isMarked(one)) {
            for (Value value : one.values) {
                drawMark(plane.canvas(), plane.at(value.x, value.y), index);
            }
        }
    }

    private static String list(Series one, ToDoubleFunction<Value> part) {
        return one.values.stream()
                .map(value -> Digits.significant(part.applyAsDouble(value), 6))
                .collect(Collectors.joining(" "));
    }

    private static List<Point> points(Plane plane, Series one, ToDoubleFunction<Value> part) {
        List<Point> points = new ArrayList<>();
        double before = 0;
        for (Value value : one.values) {
            double height = part.applyAsDouble(value);
            if (one.stepped && !points.isEmpty()) {
                points.add(plane.at(value.x, before));
            }
            points.add(plane.at(value.x, height));
            before = height;
        }
        return points;
    }

    /** Square, diamond, triangle, upside-down triangle, and again. */
    private static void drawMark(Canvas canvas, Point at, int index) {
        double x = at.x();
        double y = at.y();
        canvas.area(
                switch (index % 4) {
                    case 0 ->
                        List.of(
                                new Point(x - MARK, y - MARK),
                                new Point(x + MARK, y - MARK),
                                new Point(x + MARK, y + MARK),
                                new Point(x - MARK, y + MARK));
                    case 1 ->
                        List.of(
                                new Point(x - MARK - 2, y),
                                new Point(x, y - MARK - 2),
                                new Point(x + MARK + 2, y),
                                new Point(x, y + MARK + 2));
                    case 2 ->
                        List.of(
                                new Point(x, y - MARK - 2),
                                new Point(x + MARK + 2, y + MARK),
                                new Point(x - MARK - 2, y + MARK));
                    default ->
                        List.of(
                                new Point(x, y + MARK + 2),
                                new Point(x + MARK + 2, y - MARK),
                                new Point(x - MARK - 2, y - MARK));
                },
                Ink.ofSeries(index),
                1);
    }
}
