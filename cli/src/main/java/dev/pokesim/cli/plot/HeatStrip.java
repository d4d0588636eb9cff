package dev.pokesim.cli.plot;

import dev.pokesim.cli.plot.Mark.Anchor;
import dev.pokesim.cli.plot.Mark.Run;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What many do over time: lanes of spans above, and a row per group below, whose cells are the darker the more happened in them. Each
 * of the six shades stands for twice as much as the one before it; a cell in which nothing happened is blank.
 *
 * @param time ends with the last column of the rows
 * @param lanes above the rows
 */
public record HeatStrip(String title, Axis time, List<Lane> lanes, Heat heat) {
    private static final double MARGIN_RIGHT = 20;
    private static final double LANE_BAR = 15;
    private static final double SHORTEST_SPAN = 1.5;
    private static final double SHADE_WIDTH = 44;

    public HeatStrip {
        lanes = List.copyOf(lanes);
    }

    /**
     * Spans of one kind.
     *
     * @param series which of the series' colours they have
     */
    public record Lane(String name, int series, List<Span> spans) {
        public Lane {
            spans = List.copyOf(spans);
        }
    }

    /**
     * Something that took time.
     *
     * @param tip what a pointer on it says
     */
    public record Span(double from, double to, String tip) {}

    /** How much happened where and when. */
    public interface Heat {
        /** What a value is, with its unit. */
        String label();

        /** What the rows are, from above: the text at the axis. */
        String rowsLabel();

        /** The name of the first row, and of the last. */
        List<String> ends();

        /** How many rows there are. */
        int rows();

        /** How many columns there are, each as wide as the others. */
        int columns();

        /** The value of a cell, 0 or more. */
        double value(int row, int column);

        /** All of it, in words, for programs that read the SVG. */
        String total();
    }

    /** The chart as a drawing of this size. */
    public Drawing draw(int width, int height) {
        Canvas canvas = new Canvas();
        canvas.heading(8, Canvas.LINE_HEIGHT, title);
        double lanesTop = Canvas.LINE_HEIGHT + 16;
        double top = lanesTop + lanes.size() * Canvas.LINE_HEIGHT + 6;
        double left = Plane.marginLeft(heat.ends());
        for (Lane lane : lanes) {
            left = Math.max(left, Canvas.widthOf(lane.name) + 12);
        }
        double legend = 2 * Canvas.LINE_HEIGHT + 26;
        double planeHeight = height - top - Plane.marginBelow() - legend;
        Axis rows = new Axis(heat.rowsLabel(), false, 0, heat.rows());
        Plane plane = new Plane(canvas, time, rows, left, top, width - left - MARGIN_RIGHT, planeHeight);
        drawLanes(plane, lanesTop);
        drawRows(plane);
        plane.drawAxisBelow();
        drawEnds(plane);
        drawShades(canvas, left, width - left, top + planeHeight + Plane.marginBelow() + 4);
        return canvas.drawing(width, height, title);
    }

    private void drawLanes(Plane plane, double lanesTop) {
        double top = lanesTop;
        for (Lane lane : lanes) {
            plane.canvas().words(plane.left() - 8, top + Canvas.TEXT_SIZE * 0.8, lane.name, Anchor.END, Ink.INK);
            plane.canvas().line(plane.left(), top + 8, plane.left() + plane.width(), top + 8, Ink.GRID, 1);
            for (Span span : lane.spans) {
                double from = plane.at(span.from, 0).x();
                double length = Math.max(SHORTEST_SPAN, plane.at(span.to, 0).x() - from);
                plane.canvas().box(from, top, length, LANE_BAR, Ink.ofSeries(lane.series), span.tip);
            }
            top += Canvas.LINE_HEIGHT;
        }
    }

    private double highest() {
        double highest = 0;
        for (int row = 0; row < heat.rows(); row++) {
            for (int column = 0; column < heat.columns(); column++) {
                highest = Math.max(highest, heat.value(row, column));
            }
        }
        return highest;
    }

    /** The shade of a value, from 0; -1 for nothing. */
    private static int shade(double value, double highest) {
        if (value <= 0) {
            return -1;
        }
        int shade = Ink.HEAT.size() - 1;
        for (double from = highest / 2; shade > 0 && value <= from; from /= 2) {
            shade--;
        }
        return shade;
    }

    private void drawRows(Plane plane) {
        double highest = highest();
        List<List<Run>> runs = new ArrayList<>();
        Ink.HEAT.forEach(ink -> runs.add(new ArrayList<>()));
        for (int row = 0; row < heat.rows(); row++) {
            int column = 0;
            while (column < heat.columns()) {
                int shade = shade(heat.value(row, column), highest);
                int end = column + 1;
                while (end < heat.columns() && shade(heat.value(row, end), highest) == shade) {
                    end++;
                }
                if (shade >= 0) {
                    runs.get(shade).add(new Run(row, column, end - column));
                }
                column = end;
            }
        }
        for (int shade = 0; shade < runs.size(); shade++) {
            if (!runs.get(shade).isEmpty()) {
                plane.canvas()
                        .cells(new Mark.Cells(
                                plane.left(),
                                plane.top(),
                                plane.width() / heat.columns(),
                                plane.height() / heat.rows(),
                                Ink.HEAT.get(shade),
                                runs.get(shade),
                                Map.of("above", Digits.significant(bound(shade, highest), 3))));
            }
        }
        Map<String, String> data = new LinkedHashMap<>();
        data.put("heat", heat.label());
        data.put("highest", Digits.significant(highest, 6));
        data.put("total", heat.total());
        double x = plane.left();
        plane.canvas()
                .line(
                        List.of(new Mark.Point(x, plane.top()), new Mark.Point(x, plane.top() + plane.height())),
                        Ink.INK,
                        1.5,
                        Dash.WHOLE,
                        data);
    }

    /** Above which a shade starts. */
    private static double bound(int shade, double highest) {
        return shade == 0 ? 0 : highest / (1 << Ink.HEAT.size() - shade);
    }

    private void drawEnds(Plane plane) {
        double x = plane.left() - 8;
        double bottom = plane.top() + plane.height();
        plane.canvas()
                .words(x, plane.top() + Canvas.TEXT_SIZE * 0.75, heat.ends().get(0), Anchor.END, Ink.INK);
        if (heat.rows() > 1) {
            plane.canvas().words(x, bottom, heat.ends().get(1), Anchor.END, Ink.INK);
        }
        plane.canvas().upright(Canvas.TEXT_SIZE, plane.top() + plane.height() / 2, heat.rowsLabel(), Ink.INK);
    }

    private void drawShades(Canvas canvas, double left, double room, double top) {
        double shadeWidth = Math.min(SHADE_WIDTH, (room - MARGIN_RIGHT) / Ink.HEAT.size());
        double highest = highest();
        canvas.words(left, top + Canvas.TEXT_SIZE, heat.label(), Anchor.START, Ink.INK);
        if (highest == 0) {
            canvas.words(left, top + Canvas.TEXT_SIZE + Canvas.LINE_HEIGHT, "none", Anchor.START, Ink.INK);
            return;
        }
        double y = top + Canvas.LINE_HEIGHT + 2;
        for (int shade = 0; shade < Ink.HEAT.size(); shade++) {
            canvas.box(left + shade * shadeWidth, y, shadeWidth, 14, Ink.HEAT.get(shade), "");
        }
        for (int shade = 0; shade <= Ink.HEAT.size(); shade += 2) {
            double value = shade == Ink.HEAT.size() ? highest : bound(shade, highest);
            double x = left + shade * shadeWidth;
            canvas.line(x, y, x, y + 18, Ink.INK, 1);
            canvas.words(x, y + 18 + Canvas.TEXT_SIZE * 0.8, Digits.significant(value, 2), Anchor.MIDDLE, Ink.INK);
        }
    }
}
