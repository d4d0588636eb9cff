package dev.pokesim.emulator.coherence;

import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;
import java.util.Arrays;

/**
 * What happens when: a binary heap of times and tickets, and in front of it a place for one event that is earlier than all of
 * them: a line on its way to the next core is often added and taken with nothing between. Events at the same time come out in the order of their tickets, so
 * the order never depends on how they were put in.
 */
final class EventQueue {
    private long[] times = new long[1024];
    private long[] tickets = new long[1024];
    private int size;

    private boolean hasFront;
    private long frontTime;
    private long frontTicket;

    boolean isEmpty() {
        return size == 0 && !hasFront;
    }

    /** Time of the first event. The queue must not be empty. */
    long firstTime() {
        return hasFront ? frontTime : times[0];
    }

    /** Ticket of the first event. The queue must not be empty. */
    long firstTicket() {
        return hasFront ? frontTicket : tickets[0];
    }

    void add(long time, long ticket) {
        if (hasFront) {
            if (isEarlier(frontTime, frontTicket, time, ticket)) {
                push(time, ticket);
            } else {
                push(frontTime, frontTicket);
                frontTime = time;
                frontTicket = ticket;
            }
        } else if (size == 0 || isEarlier(time, ticket, times[0], tickets[0])) {
            hasFront = true;
            frontTime = time;
            frontTicket = ticket;
        } else {
            push(time, ticket);
        }
    }

    private static boolean isEarlier(long time, long ticket, long thanTime, long thanTicket) {
        return time < thanTime || time == thanTime && ticket < thanTicket;
    }

    private void push(long time, long ticket) {
        if (size == times.length) {
            times = Arrays.copyOf(times, size * 2);
            tickets = Arrays.copyOf(tickets, size * 2);
        }
        int at = size++;
        while (at > 0) {
            int parent = at - 1 >>> 1;
            if (times[parent] < time || times[parent] == time && tickets[parent] <= ticket) {
                break;
            }
            times[at] = times[parent];
            tickets[at] = tickets[parent];
            at = parent;
        }
        times[at] = time;
        tickets[at] = ticket;
    }

    void removeFirst() {
        if (hasFront) {
            hasFront = false;
        } else {
            pop();
        }
    }

    private void pop() {
        int last = --size;
        long time = times[last];
        long ticket = tickets[last];
        int at = 0;
        while (true) {
            int child = 2 * at + 1;
            if (child >= last) {
                break;
            }
            int right = child + 1;
            if (right < last
                    && (times[right] < times[child]
                            || times[right] == times[child] && tickets[right] < tickets[child])) {
                child = right;
            }
            if (time < times[child] || time == times[child] && ticket <= tickets[child]) {
                break;
            }
            times[at] = times[child];
            tickets[at] = tickets[child];
            at = child;
        }
        times[at] = time;
        tickets[at] = ticket;
    }

    /**
     * Appends all events as they lie.
     *
     * @param nowPs what times are relative to
     */
    void save(StateWriter out, long nowPs) {
        out.number(size);
        for (int i = 0; i < size; i++) {
            out.word(times[i] - nowPs);
            out.word(tickets[i]);
        }
        out.number(hasFront ? 1 : 0);
        if (hasFront) {
            out.word(frontTime - nowPs);
            out.word(frontTicket);
        }
    }

    /** Takes back what {@link #save} wrote. */
    void restore(StateReader in, long nowPs) {
        int count = in.number();
        size = 0;
        for (int i = 0; i < count; i++) {
            long time = nowPs + in.word();
            push(time, in.word()); // a heap in its own order stays as it is
        }
        hasFront = in.number() == 1;
        if (hasFront) {
            frontTime = nowPs + in.word();
            frontTicket = in.word();
        }
    }
}
