package dev.pokesim.emulator.coherence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.core.SeededRandom;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CacheLineTest {
    @Test
    void aWindowOfOneServesInOrderOfArrival() {
        CacheLine line = new CacheLine(0, 1);
        SeededRandom random = new SeededRandom(1);
        int arrived = 0;
        int served = 0;
        while (served < 1000) {
            if (arrived < 1000 && random.nextInt(5) < 3) {
                line.enqueue(arrived++);
            } else if (line.hasWaiters()) {
                assertEquals(1, line.choices());
                assertEquals(served++, line.dequeue(0));
            }
            assertEquals(arrived - served, line.waiters());
        }
        assertFalse(line.hasWaiters());
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 8, 64})
    void aWindowServesEachOfTheOldestEquallyOftenAndNoOther(int window) {
        CacheLine line = new CacheLine(0, window);
        SeededRandom random = new SeededRandom(window);
        List<Integer> waiting = new ArrayList<>(); // by age
        int[] servedByAge = new int[window];
        int rounds = 20_000;
        int next = 0;
        for (; next < 3 * window; next++) {
            line.enqueue(next);
            waiting.add(next);
        }
        for (int round = 0; round < rounds; round++) {
            assertEquals(window, line.choices());
            int served = line.dequeue(random.nextInt(line.choices()));
            int age = waiting.indexOf(served);
            assertTrue(age < window, "request with " + age + " older ones");
            servedByAge[age]++;
            waiting.remove(age);
            line.enqueue(next);
            waiting.add(next++);
        }
        double mean = (double) rounds / window;
        for (int age = 0; age < window; age++) {
            assertEquals(mean, servedByAge[age], 5 * Math.sqrt(mean), "age " + age);
        }
        while (!waiting.isEmpty()) {
            waiting.remove((Integer) line.dequeue(random.nextInt(line.choices())));
        }
        assertEquals(0, line.waiters());
    }

    @Test
    void aReaderMakesTheOwnerASharerAndAWriterTakesTheLineFromAll() {
        CacheLine line = new CacheLine(0, 1);
        assertFalse(line.isReadableBy(1, 0));
        line.own(1);
        assertTrue(line.isOwnedBy(1, 0));
        assertFalse(line.isShared());
        line.share(2);
        assertTrue(line.isShared());
        assertFalse(line.isOwnedBy(1, 0));
        assertTrue(line.isReadableBy(1, 0));
        assertTrue(line.isReadableBy(2, 0));
        assertFalse(line.isReadableBy(3, 0));
        line.own(3);
        assertFalse(line.isReadableBy(1, 0));
        assertFalse(line.isReadableBy(2, 0));
        assertEquals(3, line.transfers());
        assertEquals(3, line.source());
    }

    @Test
    void theHolderKeepsTheLineUntilTheNextTransferStarts() {
        CacheLine line = new CacheLine(0, 1);
        line.own(1);
        line.setInFlight(CacheLine.InFlight.OWNERSHIP, 4);
        line.setFreeAtPs(100);
        assertTrue(line.isOwnedBy(1, 99));
        assertTrue(line.isReadableBy(1, 99));
        assertFalse(line.isOwnedBy(1, 100));
        assertFalse(line.isReadableBy(1, 100));
        line.setInFlight(CacheLine.InFlight.COPY, 4);
        assertFalse(line.isOwnedBy(1, 100));
        assertTrue(line.isReadableBy(1, 100), "a copy leaves it readable");
    }
}
