package dev.pokesim.cli.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class OptionConvertersTest {
    @Test
    void timesHaveAUnit() {
        DurationConverter converter = new DurationConverter();
        assertEquals(Duration.ofMillis(7), converter.convert("7ms"));
        assertEquals(Duration.ofSeconds(90), converter.convert("90s"));
        assertEquals(Duration.ofMinutes(5), converter.convert("05m"));
        assertEquals(Duration.ofHours(2), converter.convert("2h"));
    }

    @Test
    void amountsOfMemoryArePowersOf1024() {
        ByteSizeConverter converter = new ByteSizeConverter();
        assertEquals(3 * 1024L, converter.convert("3k"));
        assertEquals(512L << 20, converter.convert("512m"));
        assertEquals(999_999_999L << 30, converter.convert("999999999G"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "s", "5", "0s", "-1s", "1.5s", "5 s", "5d", "9999999999s", "5m5s"})
    void whatIsNoTimeIsRefused(String typed) {
        assertThrows(TypeConversionException.class, () -> new DurationConverter().convert(typed));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "g", "5", "0m", "-1g", "1.5g", "5 g", "5t", "9999999999k", "5mb"})
    void whatIsNoAmountOfMemoryIsRefused(String typed) {
        assertThrows(TypeConversionException.class, () -> new ByteSizeConverter().convert(typed));
    }
}
