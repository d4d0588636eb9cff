package dev.pokesim.cli.plot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AxisTest {
    private static List<String> texts(Axis axis, int most) {
        return axis.ticks(most).stream().map(Axis.Tick::text).toList();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    0    | 480     | 5 | 0 100 200 300 400
                    0    | 0.5     | 5 | 0 0.1 0.2 0.3 0.4 0.5
                    0    | 2253746 | 4 | 0 1,000,000 2,000,000
                    0    | 1       | 3 | 0 0.5 1
                    -3   | 3       | 3 | -2 0 2
                    0.02 | 0.03    | 5 | 0.02 0.022 0.024 0.026 0.028 0.03
                    """)
    void linearTicksAreRound(double from, double to, int most, String texts) {
        assertEquals(List.of(texts.split(" ")), texts(new Axis("x", false, from, to), most));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    1     | 1000   | 6 | 1 10 100 1,000
                    7     | 480    | 7 | 10 20 50 100 200
                    0.01  | 100000 | 4 | 0.01 1 100 10,000
                    """)
    void logarithmicTicksAreDecadesOrTheirParts(double from, double to, int most, String texts) {
        List<String> named = texts(new Axis("x", true, from, to), most).stream()
                .filter(text -> !text.isEmpty())
                .toList();
        assertEquals(List.of(texts.split(" ")), named);
    }

    @Test
    void equalFactorsAreEqualWaysOnALogarithmicAxis() {
        Axis axis = new Axis("x", true, 1, 10_000);
        assertEquals(0.25, axis.position(10), 1e-12);
        assertEquals(0.75, axis.position(1_000), 1e-12);
        assertEquals(0, axis.position(0));
        assertEquals(1, axis.position(1e9));
    }

    @Test
    void everyTickIsOnTheAxisWhateverItsRange() {
        for (double from = 1e-3; from < 1e6; from *= 3.7) {
            for (double factor = 1.001; factor < 1e6; factor *= 5.3) {
                for (boolean logarithmic : new boolean[] {false, true}) {
                    Axis axis = new Axis("x", logarithmic, from, from * factor);
                    List<Axis.Tick> ticks = axis.ticks(5);
                    assertTrue(ticks.size() <= 20, axis::toString);
                    for (Axis.Tick tick : ticks) {
                        assertTrue(
                                tick.value() >= from * 0.999 && tick.value() <= from * factor * 1.001, axis::toString);
                    }
                }
            }
        }
    }

    @Test
    void anAxisThatGoesNowhereIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Axis("x", false, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new Axis("x", true, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> new Axis("x", false, 0, Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> new Axis("x", false, 0, Double.POSITIVE_INFINITY));
    }
}
