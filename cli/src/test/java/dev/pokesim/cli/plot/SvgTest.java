package dev.pokesim.cli.plot;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Document;

class SvgTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "-0.001, 0",
        "1, 1",
        "1.5, 1.5",
        "1.25, 1.25",
        "1.05, 1.05",
        "-2.5, -2.5",
        "-0.07, -0.07",
        "99.999, 100"
    })
    void numbersAreShort(double number, String text) {
        assertEquals(text, Svg.number(number));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    0.1      | 3 | 0.1
                    1234567  | 3 | 1230000
                    0.00012  | 6 | 0.00012
                    99.96    | 3 | 100
                    -0.5     | 1 | -0.5
                    0        | 6 | 0
                    """)
    void digitsHaveNoExponent(double number, int digits, String text) {
        assertEquals(text, Digits.significant(number, digits));
    }

    @Test
    void thousandsAreGrouped() {
        assertEquals("1,234,567.25", Digits.grouped("1234567.25"));
        assertEquals("-123", Digits.grouped("-123"));
        assertEquals("-1,234", Digits.grouped("-1234"));
        assertEquals("0.00012", Digits.grouped("0.00012"));
    }

    @Test
    void whateverTheTextSaysTheFileIsWellFormedAndSaysIt() throws Exception {
        String nasty = "a<b>&\"c\"'d'\u0001\uFFFF\uD800 \uD83D\uDE00 ]]> --";
        Canvas canvas = new Canvas();
        canvas.heading(1, 2, nasty);
        canvas.box(0, 0, 1, 1, Ink.INK, nasty);
        Document svg = SvgXml.parsed(Svg.file(canvas.drawing(10, 10, nasty), nasty));
        String readable = "a<b>&\"c\"'d'??? \uD83D\uDE00 ]]> --";
        assertEquals(readable, SvgXml.elements(svg, "text").get(0).getTextContent());
        assertEquals(readable, SvgXml.elements(svg, "desc").get(0).getTextContent());
        assertEquals(readable, SvgXml.elements(svg, "title").get(0).getTextContent());
    }

    @Test
    void drawingsBesideAndBelowEachOtherKeepWhatTheyShow() {
        Canvas canvas = new Canvas();
        canvas.box(1, 2, 3, 4, Ink.INK, "");
        Drawing one = canvas.drawing(100, 50, "one");
        Drawing both = Drawing.stacked("both", List.of(one, Drawing.beside("pair", List.of(one, one))));
        assertEquals(200, both.width());
        assertEquals(100, both.height());
        assertEquals(
                List.of(
                        new Mark.Box(1, 2, 3, 4, Ink.INK, ""),
                        new Mark.Box(1, 52, 3, 4, Ink.INK, ""),
                        new Mark.Box(101, 52, 3, 4, Ink.INK, "")),
                both.marks());
    }

    @Test
    void timesHaveAUnitInWhichTheyAreReadable() {
        assertEquals("4.1 us", TimeScale.text(4_100_000));
        assertEquals("2.25 s", TimeScale.text(2_253_746_600_000.0));
        assertEquals("637 us", TimeScale.text(637_123_000));
        assertEquals("0 ns", TimeScale.text(0));
        assertEquals(TimeScale.US, TimeScale.fitting(635e6));
        assertEquals(TimeScale.MS, TimeScale.fitting(2.25e12));
    }
}
