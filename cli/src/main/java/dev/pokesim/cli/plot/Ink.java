package dev.pokesim.cli.plot;

import java.util.List;
import java.util.Locale;

/**
 * A colour by what it is for, on paper and on a dark screen. Series are told apart by dashes and marks, too, and heat by lightness, so
 * that a print in black says the same.
 *
 * @see "Okabe, Ito: Color Universal Design (2008)" for the series
 */
public enum Ink {
    /** Behind everything. */
    PAPER("ffffff", "15181d"),
    /** Text and axes. */
    INK("1a1a1a", "e8e8e8"),
    /** Text of less weight. */
    MUTED("555555", "a8adb5"),
    /** Lines to read values at. */
    GRID("d9d9d9", "353b44"),
    SERIES_1("d55e00", "ff8c3a"),
    SERIES_2("0072b2", "56b4e9"),
    SERIES_3("009e73", "2fcf9f"),
    SERIES_4("aa4499", "e39bd0"),
    SERIES_5("8a6d00", "f0e442"),
    SERIES_6("333333", "dddddd"),
    /** A little; on paper more is darker, on a dark screen lighter. */
    HEAT_1("cfe11c", "414487"),
    HEAT_2("7ad151", "2a788e"),
    HEAT_3("22a884", "22a884"),
    HEAT_4("2a788e", "7ad151"),
    HEAT_5("414487", "bddf26"),
    /** The most. */
    HEAT_6("2d0a45", "fde725");

    /** From a little to the most. */
    public static final List<Ink> HEAT = List.of(HEAT_1, HEAT_2, HEAT_3, HEAT_4, HEAT_5, HEAT_6);

    private static final List<Ink> SERIES = List.of(SERIES_1, SERIES_2, SERIES_3, SERIES_4, SERIES_5, SERIES_6);

    private final String onPaper;
    private final String onDark;

    Ink(String onPaper, String onDark) {
        this.onPaper = onPaper;
        this.onDark = onDark;
    }

    /** That of a series by its index; after six they come again, with other dashes. */
    public static Ink ofSeries(int index) {
        return SERIES.get(index % SERIES.size());
    }

    /** Red, green and blue on paper. */
    int rgb() {
        return Integer.parseInt(onPaper, 16);
    }

    /** On paper, as CSS has it. */
    String css() {
        return "#" + onPaper;
    }

    /** Marks of an SVG that have this colour: {@code f-} before it for areas, {@code s-} for lines. */
    String cssClass() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The rules that turn drawings inside a page to the colours of a dark screen. */
    public static String darkCss() {
        StringBuilder css = new StringBuilder();
        for (Ink ink : values()) {
            css.append(".f-%s{fill:#%s}.s-%s{stroke:#%s}%n"
                    .formatted(ink.cssClass(), ink.onDark, ink.cssClass(), ink.onDark)
                    .replace(System.lineSeparator(), "\n"));
        }
        return css.toString();
    }
}
