package dev.pokesim.emulator.coherence;

import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Who holds one line of 64 bytes, and who waits for it. A request is a number: see {@link TimedMachine}.
 *
 * <p>The line's home serves one request at a time. Among the {@code window} requests that have waited longest it takes any with
 * the same probability; the others queue behind them in order of arrival.
 */
final class CacheLine {
    static final int SIZE_BYTES = 64;
    static final int NOBODY = -1;

    /** A transfer that keeps the home busy. */
    enum InFlight {
        NOTHING,
        /** A copy goes from the owner to a reader. */
        COPY,
        /** The line goes to a writer. */
        OWNERSHIP
    }

    private final long number;
    /** The core that may write; NOBODY if several may read or none has it. */
    private int owner = NOBODY;
    /** Cores that may read; unused while there is an owner. */
    private final BitSet sharers = new BitSet();
    /** Who got the line last: a transfer comes from there. NOBODY: from memory. */
    private int source = NOBODY;
    /** When the home can start the next transfer; with {@link #inFlight} not NOTHING, when that transfer starts. */
    private long freeAtPs;
    /** The transfer for which everybody else must wait. */
    private InFlight inFlight = InFlight.NOTHING;

    private int inFlightRequest;
    /** When the last of the reads served from a clean copy arrives. */
    private long readsArriveByPs;

    private final int[] window;
    private int windowCount;
    private int[] queue = new int[16];
    private int queueHead;
    private int queueCount;

    private long transfers;
    private @Nullable LineObserver observer;

    CacheLine(long number, int windowSize) {
        this.number = number;
        window = new int[windowSize];
    }

    /** Linear address / 64 of its first mapping that was used. */
    long number() {
        return number;
    }

    /** How often it moved to a core. */
    long transfers() {
        return transfers;
    }

    /** Who is told of requests and arrivals; null if nobody is. */
    @Nullable
    LineObserver observer() {
        return observer;
    }

    void setObserver(LineObserver told) {
        observer = told;
    }

    int source() {
        return source;
    }

    long freeAtPs() {
        return freeAtPs;
    }

    void setFreeAtPs(long time) {
        freeAtPs = time;
    }

    InFlight inFlight() {
        return inFlight;
    }

    /** Whether everybody waits for the transfer of this request. */
    boolean isInFlight(int request) {
        return inFlight != InFlight.NOTHING && inFlightRequest == request;
    }

    void setInFlight(InFlight transfer, int request) {
        inFlight = transfer;
        inFlightRequest = request;
    }

    long readsArriveByPs() {
        return readsArriveByPs;
    }

    void setReadsArriveByPs(long time) {
        readsArriveByPs = time;
    }

    /** Whether the core can write it now without asking: it keeps it until the next transfer starts. */
    boolean isOwnedBy(int core, long nowPs) {
        return owner == core && (inFlight == InFlight.NOTHING || nowPs < freeAtPs);
    }

    /** Whether the core can read it now without asking. */
    boolean isReadableBy(int core, long nowPs) {
        return (owner == core || owner == NOBODY && sharers.get(core))
                && (inFlight != InFlight.OWNERSHIP || nowPs < freeAtPs);
    }

    /** Whether one core may have written it: whoever gets it now gets what nobody else has. */
    boolean isModified() {
        return owner != NOBODY;
    }

    /** Whether it is clean in some cache: a read is served without anyone giving something up. */
    boolean isShared() {
        return owner == NOBODY && !sharers.isEmpty();
    }

    /** The first core from {@code from} on that has a clean copy; -1 if there is none. */
    int nextSharer(int from) {
        return sharers.nextSetBit(from);
    }

    /** A reader gets a copy; the owner, if any, keeps one. */
    void share(int core) {
        if (owner != NOBODY) {
            sharers.clear();
            sharers.set(owner);
            owner = NOBODY;
        }
        sharers.set(core);
        source = core;
        transfers++;
    }

    /** A writer gets the line; nobody else has it any more. */
    void own(int core) {
        sharers.clear();
        owner = core;
        source = core;
        transfers++;
    }

    /** Puts the line into a core's cache before a run: no transfer is counted. */
    void warm(int core) {
        owner = core;
        source = core;
        sharers.clear();
    }

    boolean hasWaiters() {
        return windowCount > 0;
    }

    /** How many requests wait. */
    int waiters() {
        return windowCount + queueCount;
    }

    void enqueue(int request) {
        if (windowCount < window.length) {
            window[windowCount++] = request;
            return;
        }
        if (queueCount == queue.length) {
            int[] larger = new int[queueCount * 2];
            for (int i = 0; i < queueCount; i++) {
                larger[i] = queue[(queueHead + i) % queueCount];
            }
            queue = larger;
            queueHead = 0;
        }
        queue[(queueHead + queueCount++) % queue.length] = request;
    }

    /** How many requests the home may choose from now. */
    int choices() {
        return windowCount;
    }

    /** Takes one of the {@link #choices()} out; the longest waiting request moves up. */
    int dequeue(int choice) {
        int request = window[choice];
        if (queueCount > 0) {
            window[choice] = queue[queueHead];
            queueHead = (queueHead + 1) % queue.length;
            queueCount--;
        } else {
            window[choice] = window[--windowCount];
        }
        return request;
    }

    @Override
    public String toString() {
        return "line 0x" + Long.toHexString(number * SIZE_BYTES) + " owner " + owner + " sharers " + sharers
                + " waiting " + Arrays.toString(Arrays.copyOf(window, windowCount));
    }
}
