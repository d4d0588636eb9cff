package dev.pokesim.emulator.coherence;

import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;
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
    static final int SIZE_BITS = 6;
    static final int SIZE_BYTES = 1 << SIZE_BITS;
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
    /** A ring; its length is a power of two. */
    private int[] queue = new int[16];

    private int queueHead;
    private int queueCount;

    private long transfers;
    private @Nullable LineObserver observer;
    /** Who had it before the run. */
    private int warmCore = NOBODY;

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
        warmCore = core;
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
                larger[i] = queued(i);
            }
            queue = larger;
            queueHead = 0;
        }
        queue[queueHead + queueCount++ & queue.length - 1] = request;
    }

    private int queued(int index) {
        return queue[queueHead + index & queue.length - 1];
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
            queueHead = queueHead + 1 & queue.length - 1;
            queueCount--;
        } else {
            window[choice] = window[--windowCount];
        }
        return request;
    }

    /** Who has asked and waits, in the order of their requests as far as it is kept. */
    int[] waiting() {
        int[] all = Arrays.copyOf(window, waiters());
        for (int i = 0; i < queueCount; i++) {
            all[windowCount + i] = queued(i);
        }
        return all;
    }

    /** The core that may write it; {@link #NOBODY} if none may. */
    int owner() {
        return owner;
    }

    /** Cores that have a clean copy. */
    int[] sharers() {
        return owner == NOBODY ? sharers.stream().toArray() : new int[0];
    }

    // ---- snapshots

    /** Whether nothing has happened to it since the run began. */
    boolean isUntouched() {
        return transfers == 0
                && owner == warmCore
                && inFlight == InFlight.NOTHING
                && waiters() == 0
                && freeAtPs == 0
                && readsArriveByPs == 0;
    }

    /** Back to what it was before the run. */
    void reset() {
        owner = warmCore;
        source = warmCore;
        sharers.clear();
        freeAtPs = 0;
        inFlight = InFlight.NOTHING;
        inFlightRequest = 0;
        readsArriveByPs = 0;
        windowCount = 0;
        queueHead = 0;
        queueCount = 0;
        transfers = 0;
    }

    void save(StateWriter out) {
        out.word(owner);
        out.word(source);
        out.number(sharers.cardinality());
        sharers.stream().forEach(out::number);
        out.word(freeAtPs);
        out.number(inFlight.ordinal());
        out.number(inFlightRequest);
        out.word(readsArriveByPs);
        out.number(windowCount);
        out.number(queueCount);
        for (int request : waiting()) {
            out.number(request);
        }
        out.word(transfers);
    }

    /** Takes back what {@link #save} wrote. */
    void restore(StateReader in) {
        reset();
        owner = (int) in.word();
        source = (int) in.word();
        for (int rest = in.number(); rest > 0; rest--) {
            sharers.set(in.number());
        }
        freeAtPs = in.word();
        inFlight = InFlight.values()[in.number()];
        inFlightRequest = in.number();
        readsArriveByPs = in.word();
        int inWindow = in.number();
        int inQueue = in.number();
        for (int i = 0; i < inWindow; i++) {
            window[windowCount++] = in.number();
        }
        for (int i = 0; i < inQueue; i++) {
            enqueue(in.number());
        }
        transfers = in.word();
    }

    @Override
    public String toString() {
        return "line 0x" + Long.toHexString(number * SIZE_BYTES) + " owner " + owner + " sharers " + sharers
                + " waiting " + Arrays.toString(Arrays.copyOf(window, windowCount));
    }
}
