package dev.pokesim.cli.plot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.cli.plot.LineChart.Series;
import dev.pokesim.cli.plot.LineChart.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class LineChartTest {
    private static final List<Value> GROWING =
            List.of(new Value(1, 2, 1, 4), new Value(10, 20, 10, 40), new Value(100, 200, 100, 400));

    private static Document draw(Axis x, Axis y, Series... series) throws Exception {
        return SvgXml.parsed(
                Svg.file(new LineChart("a title", x, y, List.of(series)).draw(Drawing.COLUMN, 400), "how it was made"));
    }

    private static List<double[]> points(Element line) {
        return Arrays.stream(line.getAttribute("points").split(" "))
                .map(pair -> Arrays.stream(pair.split(","))
                        .mapToDouble(Double::parseDouble)
                        .toArray())
                .toList();
    }

    @Test
    void theValuesAreInTheSvgAsNumbersAndTheNameInTheLegend() throws Exception {
        Document svg = draw(
                Axis.logarithmic("cores", 1, 100), Axis.logarithmic("us", 1, 400), Series.of("latch & list", GROWING));
        Element line = SvgXml.only(svg, "polyline", "data-series", "latch & list");
        assertEquals("1 10 100", line.getAttribute("data-x"));
        assertEquals("2 20 200", line.getAttribute("data-y"));
        assertEquals("1 10 100", line.getAttribute("data-low"));
        assertEquals("4 40 400", line.getAttribute("data-high"));
        assertTrue(SvgXml.elements(svg, "text").stream()
                .anyMatch(text -> text.getTextContent().equals("latch & list")));
    }

    @Test
    void onLogarithmicAxesAPowerLawIsAStraightLine() throws Exception {
        Document svg =
                draw(Axis.logarithmic("cores", 1, 100), Axis.logarithmic("us", 1, 400), Series.of("linear", GROWING));
        List<double[]> at = points(SvgXml.only(svg, "polyline", "data-series", "linear"));
        assertEquals(at.get(1)[0] - at.get(0)[0], at.get(2)[0] - at.get(1)[0], 0.02);
        assertEquals(at.get(1)[1] - at.get(0)[1], at.get(2)[1] - at.get(1)[1], 0.02);
        assertTrue(at.get(0)[1] > at.get(2)[1], "more is not above");
    }

    @Test
    void onLinearAxesValuesAreWhereTheTicksSay() throws Exception {
        Document svg = draw(
                new Axis("x", false, 0, 10),
                new Axis("y", false, 0, 100),
                Series.of("one", List.of(new Value(0, 0), new Value(5, 50), new Value(10, 100))));
        List<double[]> at = points(SvgXml.only(svg, "polyline", "data-series", "one"));
        double tick = SvgXml.elements(svg, "text").stream()
                .filter(text -> text.getTextContent().equals("6"))
                .mapToDouble(text -> Double.parseDouble(text.getAttribute("x")))
                .findFirst()
                .orElseThrow();
        assertEquals(at.get(0)[0] + 0.6 * (at.get(2)[0] - at.get(0)[0]), tick, 0.02);
        assertEquals((at.get(0)[1] + at.get(2)[1]) / 2, at.get(1)[1], 0.02);
    }

    @Test
    void theLineGoesThroughTheValuesWhateverTheBand() throws Exception {
        List<Value> plain =
                GROWING.stream().map(value -> new Value(value.x(), value.y())).toList();
        Axis x = Axis.logarithmic("cores", 1, 100);
        Axis y = Axis.logarithmic("us", 1, 400);
        assertEquals(
                SvgXml.only(draw(x, y, Series.of("one", plain)), "polyline", "data-series", "one")
                        .getAttribute("points"),
                SvgXml.only(draw(x, y, Series.of("one", GROWING)), "polyline", "data-series", "one")
                        .getAttribute("points"));
    }

    @Test
    void steppedValuesHoldUpToTheNextOne() throws Exception {
        Document svg = draw(
                new Axis("x", false, 0, 10),
                new Axis("y", false, 0, 100),
                new Series("steps", true, List.of(new Value(0, 10), new Value(5, 60))));
        List<double[]> at = points(SvgXml.only(svg, "polyline", "data-series", "steps"));
        assertEquals(3, at.size());
        assertEquals(at.get(0)[1], at.get(1)[1]);
        assertEquals(at.get(1)[0], at.get(2)[0]);
    }

    @Test
    void thirtySeriesDifferWithoutColourOrWithIt() throws Exception {
        List<Series> series = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            series.add(Series.of("s" + i, List.of(new Value(0, i), new Value(1, i))));
        }
        Document svg = SvgXml.parsed(Svg.file(
                new LineChart("t", new Axis("x", false, 0, 1), new Axis("y", false, 0, 30), series)
                        .draw(Drawing.COLUMN, 900),
                ""));
        Set<String> looks = new HashSet<>();
        Set<String> neighbours = new HashSet<>();
        for (int i = 0; i < 30; i++) {
            Element line = SvgXml.only(svg, "polyline", "data-series", "s" + i);
            looks.add(line.getAttribute("stroke") + line.getAttribute("stroke-dasharray"));
            if (i < 5) {
                neighbours.add(line.getAttribute("stroke-dasharray"));
            }
        }
        assertEquals(30, looks.size());
        assertEquals(5, neighbours.size());
    }

    @Test
    void aBandThatDoesNotHoldItsValueIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Value(1, 5, 6, 7));
        assertThrows(IllegalArgumentException.class, () -> new Value(1, Double.NaN));
    }
}
