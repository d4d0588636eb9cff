package dev.pokesim.cli.plot;

import dev.pokesim.cli.plot.Mark.Anchor;
import dev.pokesim.cli.plot.Mark.Point;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One value a row, with its range and with what it is compared with.
 *
 * @param valueName what the values are, for the legend
 * @param referenceName what they are compared with
 */
public record RangeChart(String title, Axis x, String valueName, String referenceName, List<Row> rows) {
    private static final double ROW = 40;
    private static final double MARGIN_RIGHT = 24;
    private static final double MARK = 7;

    public RangeChart {
        rows = List.copyOf(rows);
    }

    /**
     * A row.
     *
     * @param reference null if there is nothing to compare with
     */
    public record Row(
            String name,
            double low,
            double value,
            double high,
            @Nullable Double reference) {}

    /** The chart as a drawing of this width, as high as its rows need. */
    public Drawing draw(int width) {
        Canvas canvas = new Canvas();
        canvas.heading(8, Canvas.LINE_HEIGHT, title);
        double legend = Canvas.LINE_HEIGHT + 24;
        drawValue(canvas, new Point(24, legend), 0);
        canvas.words(40, legend + 6, valueName, Anchor.START, Ink.INK);
        if (rows.stream().anyMatch(row -> row.reference != null)) {
            double at = 40 + Canvas.widthOf(valueName) + 34;
            drawReference(canvas, new Point(at, legend));
            canvas.words(at + 16, legend + 6, referenceName, Anchor.START, Ink.INK);
        }
        double top = legend + 20;
        double left =
                rows.stream().mapToDouble(row -> Canvas.widthOf(row.name)).max().orElse(0) + 24;
        Axis y = new Axis("", false, 0, rows.size());
        Plane plane = new Plane(canvas, x, y, left, top, width - left - MARGIN_RIGHT, rows.size() * ROW);
        plane.drawGridBelow();
        for (int index = 0; index < rows.size(); index++) {
            drawRow(plane, index);
        }
        return canvas.drawing(width, (int) Math.ceil(top + rows.size() * ROW + Plane.marginBelow()), title);
    }

    private void drawRow(Plane plane, int index) {
        Row row = rows.get(index);
        double middle = plane.top() + (index + 0.5) * ROW;
        Canvas canvas = plane.canvas();
        canvas.words(plane.left() - 12, middle + Canvas.TEXT_SIZE * 0.35, row.name, Anchor.END, Ink.INK);
        Map<String, String> data = new LinkedHashMap<>();
        data.put("row", row.name);
        data.put("low", Digits.significant(row.low, 6));
        data.put("value", Digits.significant(row.value, 6));
        data.put("high", Digits.significant(row.high, 6));
        if (row.reference != null) {
            data.put("reference", Digits.significant(row.reference, 6));
        }
        Point low = new Point(plane.at(row.low, 0).x(), middle);
        Point high = new Point(plane.at(row.high, 0).x(), middle);
        canvas.line(List.of(low, high), Ink.ofSeries(index), 4, Dash.WHOLE, data);
        if (row.reference != null) {
            drawReference(canvas, new Point(plane.at(row.reference, 0).x(), middle));
        }
        drawValue(canvas, new Point(plane.at(row.value, 0).x(), middle), index);
    }

    private static void drawValue(Canvas canvas, Point at, int index) {
        canvas.box(at.x() - MARK + 1, at.y() - MARK + 1, 2 * MARK - 2, 2 * MARK - 2, Ink.ofSeries(index), "");
    }

    private static void drawReference(Canvas canvas, Point at) {
        double size = MARK + 4;
        canvas.line(
                List.of(
                        new Point(at.x() - size, at.y()),
                        new Point(at.x(), at.y() - size),
                        new Point(at.x() + size, at.y()),
                        new Point(at.x(), at.y() + size),
                        new Point(at.x() - size, at.y())),
                Ink.INK,
                2,
                Dash.WHOLE,
                Map.of());
    }
}
