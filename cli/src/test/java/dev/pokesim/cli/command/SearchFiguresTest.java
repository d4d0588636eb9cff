package dev.pokesim.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.explore.BreadthFirstSearch.Extent;
import org.junit.jupiter.api.Test;

/** What a waiting person is told of a search, and how honest its estimate is. */
class SearchFiguresTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void figuresComeOnceASecondAndTheFirstOnesAfterASecond() {
        SearchFigures figures = new SearchFigures(1 << 30);
        assertNull(figures.at(5 * SECOND, new Extent(1000, 2000, 400, 3, 1 << 20), ""));
        assertNull(figures.at(5 * SECOND + SECOND / 2, new Extent(2000, 4000, 500, 4, 1 << 20), ""));
        String latest = figures.at(7 * SECOND, new Extent(41_000, 90_000, 4_400, 9, 256 << 20), "patcher 30 %, ");
        assertNotNull(latest);
        // 600 states were expanded at the first look, 36,600 two seconds later: 18,000 a second, and 4,400 are left
        assertEquals("20k/s, >= 1 s left, patcher 30 %, depth 9, frontier 4400, 256 MiB, 25 % of the limit", latest);
        assertNull(figures.at(7 * SECOND + 1, new Extent(41_000, 90_000, 4_400, 9, 256 << 20), ""));
    }

    @Test
    void estimateIsABoundFromBelowAndUnknownWhereNothingMoves() {
        assertEquals("unknown time", SearchFigures.left(1000, 0));
        assertEquals(">= 4 s", SearchFigures.left(1000, 300));
        assertEquals(">= 0 s", SearchFigures.left(0, 300));
        assertEquals(">= 2 min", SearchFigures.left(50_000, 333));
        assertTrue(SearchFigures.left(Long.MAX_VALUE / 2, 1e6).endsWith(" h"));
    }
}
