package dev.pokesim.cli.plot;

import dev.pokesim.cli.plot.Mark.Point;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Writes drawings as SVG: the same bytes on every JDK, machine and locale. Each mark names its {@link Ink} as a class, too, so that a
 * page can turn it dark with {@link Ink#darkCss()}.
 */
public final class Svg implements Mark.Painter {
    /** No font is asked for that must be there. */
    private static final String FONTS = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif";

    private final StringBuilder svg = new StringBuilder();

    private Svg() {}

    /**
     * A file of its own.
     *
     * @param description what it was made from; characters that XML has not are replaced
     */
    public static String file(Drawing drawing, String description) {
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + element(drawing, description) + "\n";
    }

    /** An element for a page in HTML. */
    public static String element(Drawing drawing, String description) {
        Svg writer = new Svg();
        writer.write(drawing, description);
        return writer.svg.toString();
    }

    private void write(Drawing drawing, String description) {
        svg.append("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ")
                .append(drawing.width())
                .append(' ')
                .append(drawing.height())
                .append("\" width=\"")
                .append(drawing.width())
                .append("\" height=\"")
                .append(drawing.height())
                .append("\" role=\"img\" font-family=\"")
                .append(FONTS)
                .append("\" font-size=\"")
                .append(number(Canvas.TEXT_SIZE))
                .append("\">\n<title>")
                .append(escaped(drawing.title()))
                .append("</title>\n");
        if (!description.isEmpty()) {
            svg.append("<desc>").append(escaped(description)).append("</desc>\n");
        }
        box(new Mark.Box(0, 0, drawing.width(), drawing.height(), Ink.PAPER, ""));
        drawing.marks().forEach(mark -> mark.on(this));
        svg.append("</svg>");
    }

    @Override
    public void box(Mark.Box box) {
        svg.append("<rect x=\"")
                .append(number(box.x()))
                .append("\" y=\"")
                .append(number(box.y()))
                .append("\" width=\"")
                .append(number(box.width()))
                .append("\" height=\"")
                .append(number(box.height()))
                .append('"')
                .append(fill(box.ink()));
        if (box.tip().isEmpty()) {
            svg.append("/>\n");
        } else {
            svg.append("><title>").append(escaped(box.tip())).append("</title></rect>\n");
        }
    }

    @Override
    public void line(Mark.Line line) {
        svg.append("<polyline points=\"").append(points(line.points())).append("\" fill=\"none\"");
        svg.append(stroke(line.ink()))
                .append(" stroke-width=\"")
                .append(number(line.width()))
                .append('"');
        if (line.dash() != Dash.WHOLE) {
            svg.append(" stroke-dasharray=\"");
            svg.append(String.join(
                            " ",
                            line.dash().lengths().stream().map(String::valueOf).toList()))
                    .append('"');
        }
        svg.append(data(line.data())).append("/>\n");
    }

    @Override
    public void area(Mark.Area area) {
        svg.append("<polygon points=\"")
                .append(points(area.points()))
                .append('"')
                .append(fill(area.ink()));
        if (area.opacity() < 1) {
            svg.append(" fill-opacity=\"").append(number(area.opacity())).append('"');
        }
        svg.append("/>\n");
    }

    @Override
    public void words(Mark.Words words) {
        String x = number(words.x());
        String y = number(words.y());
        svg.append("<text x=\"").append(x).append("\" y=\"").append(y).append('"');
        if (words.anchor() != Mark.Anchor.START) {
            svg.append(" text-anchor=\"")
                    .append(words.anchor().name().toLowerCase(Locale.ROOT))
                    .append('"');
        }
        if (words.bold()) {
            svg.append(" font-weight=\"bold\"");
        }
        if (words.upright()) {
            svg.append(" transform=\"rotate(-90 ")
                    .append(x)
                    .append(' ')
                    .append(y)
                    .append(")\"");
        }
        svg.append(fill(words.ink())).append('>').append(escaped(words.text())).append("</text>\n");
    }

    /** One path of strokes through the middles of the rows, in a plane in which a cell is 1 by 1. */
    @Override
    public void cells(Mark.Cells cells) {
        svg.append("<path fill=\"none\"")
                .append(stroke(cells.ink()))
                .append(" shape-rendering=\"crispEdges\" transform=\"translate(")
                .append(number(cells.x()))
                .append(' ')
                .append(number(cells.y() + cells.height() / 2))
                .append(") scale(")
                .append(Digits.significant(cells.width(), 7))
                .append(' ')
                .append(Digits.significant(cells.height(), 7))
                .append(")\"")
                .append(data(cells.data()))
                .append(" d=\"");
        int row = -1;
        int at = 0;
        for (Mark.Run run : cells.runs()) {
            if (run.row() == row) {
                svg.append('m').append(run.column() - at).append(" 0");
            } else {
                row = run.row();
                svg.append('M').append(run.column()).append(' ').append(row);
            }
            svg.append('h').append(run.length());
            at = run.column() + run.length();
        }
        svg.append("\"/>\n");
    }

    private static String points(List<Point> points) {
        StringBuilder list = new StringBuilder();
        for (Point point : points) {
            if (list.length() > 0) {
                list.append(' ');
            }
            list.append(number(point.x())).append(',').append(number(point.y()));
        }
        return list.toString();
    }

    private static String fill(Ink ink) {
        return " fill=\"" + ink.css() + "\" class=\"f-" + ink.cssClass() + "\"";
    }

    private static String stroke(Ink ink) {
        return " stroke=\"" + ink.css() + "\" class=\"s-" + ink.cssClass() + "\"";
    }

    private static String data(Map<String, String> data) {
        StringBuilder attributes = new StringBuilder();
        data.forEach((name, value) -> attributes
                .append(" data-")
                .append(name)
                .append("=\"")
                .append(escaped(value))
                .append('"'));
        return attributes.toString();
    }

    private static long hundredths(double value) {
        return Math.round(value * 100);
    }

    /** With at most two digits behind the point. */
    static String number(double value) {
        long hundredths = hundredths(value);
        String sign = hundredths < 0 ? "-" : "";
        long whole = Math.abs(hundredths) / 100;
        long rest = Math.abs(hundredths) % 100;
        if (rest == 0) {
            return sign + whole;
        }
        return sign + whole + (rest % 10 == 0 ? "." + rest / 10 : rest < 10 ? ".0" + rest : "." + rest);
    }

    /** As text or a value in quotes, in XML and HTML. */
    public static String escaped(String text) {
        StringBuilder escaped = new StringBuilder();
        text.codePoints().forEach(c -> {
            switch (c) {
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '&' -> escaped.append("&amp;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.appendCodePoint(isInXml(c) ? c : '?');
            }
        });
        return escaped.toString();
    }

    /** Source: Extensible Markup Language (XML) 1.0, "Characters". */
    private static boolean isInXml(int c) {
        return c == '\t' || c == '\n' || c >= 0x20 && c <= 0xd7ff || c >= 0xe000 && c <= 0xfffd || c >= 0x10000;
    }
}
