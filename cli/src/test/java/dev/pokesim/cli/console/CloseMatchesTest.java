package dev.pokesim.cli.console;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class CloseMatchesTest {
    private static final List<String> NAMES = List.of("stats_key", "trace_keys", "legacy_key", "verify_key");

    @Test
    void typingErrorsAreForgiven() {
        assertEquals(List.of("stats_key"), CloseMatches.of("stat_key", NAMES));
        assertEquals(List.of("stats_key"), CloseMatches.of("stast_key", NAMES));
        assertEquals(List.of("legacy_key"), CloseMatches.of("LEGASY_KEY", NAMES));
    }

    @Test
    void partOfANameIsEnough() {
        assertEquals(List.of("trace_keys"), CloseMatches.of("trace", NAMES));
    }

    @Test
    void atMostThreeTheClosestFirst() {
        assertEquals(List.of("legacy_key", "stats_key", "trace_keys"), CloseMatches.of("key", NAMES));
        assertEquals(List.of("ab", "aa", "xb"), CloseMatches.of("ab", List.of("xb", "yy", "aa", "ab", "zz")));
    }

    @Test
    void nothingCloseIsNothing() {
        assertEquals(List.of(), CloseMatches.of("quota", NAMES));
        assertEquals("", CloseMatches.question("quota", NAMES));
        assertEquals("; did you mean aa or ab?", CloseMatches.question("a", List.of("ab", "aa")));
    }
}
