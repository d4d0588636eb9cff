package dev.pokesim.cli.plot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class HeatStripTest {
    /** A column a unit of time. */
    private record Table(double[][] values) implements HeatStrip.Heat {
        @Override
        public String label() {
            return "traps";
        }

        @Override
        public String rowsLabel() {
            return "cores";
        }

        @Override
        public List<String> ends() {
            return List.of("0", Integer.toString(values.length - 1));
        }

        @Override
        public int rows() {
            return values.length;
        }

        @Override
        public int columns() {
            return values[0].length;
        }

        @Override
        public double value(int row, int column) {
            return values[row][column];
        }

        @Override
        public String total() {
            return "all";
        }
    }

    private static Document draw(double[][] values) throws Exception {
        HeatStrip.Lane lane = new HeatStrip.Lane("text", 0, List.of(new HeatStrip.Span(1, 2, "write <int3>")));
        return SvgXml.parsed(Svg.file(
                new HeatStrip("t", new Axis("time, us", false, 0, values[0].length), List.of(lane), new Table(values))
                        .draw(Drawing.COLUMN, 480),
                ""));
    }

    /** How many cells have a shade. */
    private static int cells(Document svg, Ink shade) {
        int cells = 0;
        for (Element path : SvgXml.elements(svg, "path")) {
            if (path.getAttribute("stroke").equals(shade.css())) {
                Matcher run = Pattern.compile("h([0-9]+)").matcher(path.getAttribute("d"));
                while (run.find()) {
                    cells += Integer.parseInt(run.group(1));
                }
            }
        }
        return cells;
    }

    @Test
    void eachShadeIsTwiceTheOneBefore() throws Exception {
        Document svg = draw(new double[][] {{64, 33, 32, 17, 16, 9, 8, 5, 4, 3, 2, 0.1, 0}});
        int[] cells = {2, 2, 2, 2, 2, 2}; // the last holds 2 and everything below
        for (int shade = 0; shade < cells.length; shade++) {
            assertEquals(cells[shade], cells(svg, Ink.HEAT.get(shade)), "shade " + shade);
        }
    }

    @Test
    void everyCellIsDrawnOnceAndBlankOnesAreNot() throws Exception {
        double[][] values = new double[7][40];
        int busy = 0;
        for (int row = 0; row < values.length; row++) {
            for (int column = 0; column < values[0].length; column++) {
                values[row][column] = (row * 31 + column * 17) % 11 * (column % 3);
                busy += values[row][column] > 0 ? 1 : 0;
            }
        }
        Document svg = draw(values);
        int drawn = 0;
        for (Ink shade : Ink.HEAT) {
            drawn += cells(svg, shade);
        }
        assertEquals(busy, drawn);
        // the first stroke of a shade starts at its first cell
        Element path = SvgXml.only(svg, "path", "stroke", Ink.HEAT_6.css());
        Matcher start = Pattern.compile("M([0-9]+) ([0-9]+)").matcher(path.getAttribute("d"));
        assertTrue(start.find());
        assertTrue(values[Integer.parseInt(start.group(2))][Integer.parseInt(start.group(1))] > 10);
    }

    @Test
    void nothingAtAllIsSaidInWords() throws Exception {
        Document svg = draw(new double[3][5]);
        assertEquals(0, SvgXml.elements(svg, "path").size());
        assertTrue(SvgXml.elements(svg, "text").stream()
                .anyMatch(text -> text.getTextContent().equals("none")));
    }

    @Test
    void spansSayWhatTheyAre() throws Exception {
        List<String> tips = new ArrayList<>();
        for (Element box : SvgXml.elements(draw(new double[][] {{1, 2, 3}}), "rect")) {
            if (box.getElementsByTagName("title").getLength() > 0) {
                tips.add(box.getTextContent());
            }
        }
        assertEquals(List.of("write <int3>"), tips);
    }

    @Test
    void shadesGrowDarkerOnPaper() {
        List<Double> lightness = Ink.HEAT.stream()
                .map(Ink::rgb)
                .map(rgb -> 0.2126 * (rgb >> 16) + 0.7152 * (rgb >> 8 & 255) + 0.0722 * (rgb & 255))
                .toList();
        for (int i = 1; i < lightness.size(); i++) {
            assertTrue(lightness.get(i) < lightness.get(i - 1) - 10, lightness::toString);
        }
    }
}
