package dev.pokesim.patcher.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.datafile.Constant;
import dev.pokesim.emulator.datafile.Evidence;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PublishedFiguresTest {
    private final PublishedFigures figures = PublishedFigures.embedded();

    @Test
    void batchesAreThoseOfTheReport() {
        assertEquals(480, figures.threads());
        assertEquals("324 us", figures.batchLatency("global", 2).orElseThrow().valueWithUnit());
        assertEquals(
                2_655_300_000_000L,
                figures.batchLatency("global", 164).orElseThrow().whole());
        assertEquals(
                519_000_000, figures.batchLatency("percpu", 2).orElseThrow().whole());
        assertEquals(
                702_000_000, figures.batchLatency("percpu", 164).orElseThrow().whole());
        assertTrue(figures.batchLatency("global", 3).isEmpty());
        assertTrue(figures.source().contains("Eric Dumazet, 24 March 2025"));
    }

    /** The report rounds; the raw counters that a figure's source quotes must agree with it. */
    @ParameterizedTest
    @ValueSource(strings = {"program-run-before", "program-run-after"})
    void meanRunFollowsFromTheCountersItQuotes(String name) {
        Constant run = figures.figure(name).orElseThrow();
        Matcher counters =
                Pattern.compile("run_time_ns ([0-9]+) over run_cnt ([0-9]+)").matcher(run.source());
        assertTrue(counters.find());
        double meanNs = Double.parseDouble(counters.group(1)) / Double.parseDouble(counters.group(2));
        assertEquals(Math.floor(meanNs) * 1000, run.whole());
    }

    @Test
    void everyFigureIsMeasured() {
        assertTrue(figures.figures().stream().allMatch(f -> f.evidence() == Evidence.MEASURED));
    }
}
