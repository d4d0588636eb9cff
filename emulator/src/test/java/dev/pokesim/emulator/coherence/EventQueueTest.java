package dev.pokesim.emulator.coherence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.core.SeededRandom;
import java.util.Comparator;
import java.util.PriorityQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventQueueTest {
    private record Event(long time, long ticket) {}

    private static final Comparator<Event> ORDER =
            Comparator.comparingLong(Event::time).thenComparingLong(Event::ticket);

    @ParameterizedTest
    @ValueSource(ints = {3, 100, 1_000_000})
    void eventsComeOutByTimeThenTicketHoweverTheyWentIn(int times) {
        SeededRandom random = new SeededRandom(times);
        EventQueue queue = new EventQueue();
        PriorityQueue<Event> reference = new PriorityQueue<>(ORDER);
        for (int round = 0; round < 50_000; round++) {
            if (reference.isEmpty() || random.nextInt(100) < (round < 25_000 ? 60 : 40)) {
                Event event = new Event(random.nextInt(times), random.nextLong() >>> 1);
                queue.add(event.time(), event.ticket());
                reference.add(event);
            } else {
                removeBoth(queue, reference);
            }
        }
        while (!reference.isEmpty()) {
            removeBoth(queue, reference);
        }
        assertTrue(queue.isEmpty());
    }

    private static void removeBoth(EventQueue queue, PriorityQueue<Event> reference) {
        assertEquals(reference.remove(), new Event(queue.firstTime(), queue.firstTicket()));
        queue.removeFirst();
        assertEquals(reference.isEmpty(), queue.isEmpty());
    }

    @Test
    void equalEventsAllComeOut() {
        EventQueue queue = new EventQueue();
        for (int i = 0; i < 5000; i++) {
            queue.add(7, 9);
        }
        for (int i = 0; i < 5000; i++) {
            assertEquals(7, queue.firstTime());
            queue.removeFirst();
        }
        assertTrue(queue.isEmpty());
    }
}
