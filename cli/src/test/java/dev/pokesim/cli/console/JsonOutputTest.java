package dev.pokesim.cli.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonOutputTest {
    @Test
    void versionComesFirstAndFieldsInTheOrderOfTheRecord() {
        record Result(
                int zebra, List<String> apple, @Nullable String middle) {}
        assertEquals("""
                {
                  "version": 1,
                  "zebra": 7,
                  "apple": [
                    "a<b>&'c'",
                    "\u00e4"
                  ],
                  "middle": null
                }""", JsonOutput.write(new Result(7, List.of("a<b>&'c'", "\u00e4"), null)));
    }

    record Figure(double d) {}

    /** The last three are numbers that {@code Double.toString} writes in one way on JDK 17 and in another on JDK 25. */
    @ParameterizedTest
    @CsvSource({
        "0.1, 0.1",
        "324, 324",
        "480.50, 480.5",
        "-0.0, 0",
        "1e22, 1E+22",
        "1234567890123456, 1234567890123456",
        "0.30000000000000004, 0.30000000000000004",
        "2e-44, 2E-44",
        "1.0e23, 1E+23",
        "8.41e21, 8.41E+21",
        "5.684341886080802E-14, 5.6843418860808015E-14"
    })
    void numbersHaveFewDigitsAndNoTrailingZeros(double number, String digits) {
        assertEquals("{\n  \"version\": 1,\n  \"d\": " + digits + "\n}", JsonOutput.write(new Figure(number)));
    }

    @Test
    void everyNumberReadsBackAsItself() {
        Random random = new Random(41);
        for (int i = 0; i < 20_000; i++) {
            double number = Double.longBitsToDouble(random.nextLong());
            if (Double.isFinite(number)) {
                String json = JsonOutput.write(new Figure(number));
                String digits = json.substring(json.lastIndexOf(' ') + 1, json.length() - 2);
                assertEquals(number, Double.parseDouble(digits), "of bits " + Double.doubleToRawLongBits(number));
            }
        }
    }

    @Test
    void whatIsNotANumberIsRefused() {
        for (double number : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
            Exception refusal =
                    assertThrows(IllegalArgumentException.class, () -> JsonOutput.write(new Figure(number)));
            assertTrue(String.valueOf(refusal.getMessage()).contains("has no JSON form"), refusal.toString());
        }
    }

    @Test
    void aListAloneIsRefusedBecauseItHasNoRoomForAVersion() {
        assertThrows(IllegalArgumentException.class, () -> JsonOutput.write(List.of(1)));
    }
}
