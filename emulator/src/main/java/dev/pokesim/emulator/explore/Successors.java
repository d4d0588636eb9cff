package dev.pokesim.emulator.explore;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Takes what follows a state. */
public final class Successors {
    /** Takes nothing; for a field that has no value yet. */
    public static final Successors NONE = new Successors(0);

    private static final int HEADER = 2; // hash, parent and size

    /* One of these per part of the store: the bytes of the states, and hash and parent and size of each. */
    private final byte[][] bytes;
    private final long[][] headers;
    private final int[] byteCounts;
    private final int[] stateCounts;
    private int parent;
    private long transitions;
    private @Nullable Object wrong;
    private int wrongParent;
    private final List<Integer> ends = new ArrayList<>();

    Successors(int parts) {
        bytes = new byte[parts][64];
        headers = new long[parts][8 * HEADER];
        byteCounts = new int[parts];
        stateCounts = new int[parts];
    }

    /** One successor, written from the start of an array. */
    public void add(byte[] state, int sizeBytes) {
        if (sizeBytes > StateStore.MAX_STATE_BYTES) {
            throw new IllegalArgumentException("a state of " + sizeBytes + " bytes");
        }
        transitions++;
        long hash = StateStore.hash(state, 0, sizeBytes);
        int part = part(hash);
        int at = byteCounts[part];
        if (at + sizeBytes > bytes[part].length) {
            bytes[part] = Arrays.copyOf(bytes[part], Math.max(at + sizeBytes, 2 * at));
        }
        System.arraycopy(state, 0, bytes[part], at, sizeBytes);
        byteCounts[part] = at + sizeBytes;
        int header = stateCounts[part]++ * HEADER;
        if (header == headers[part].length) {
            headers[part] = Arrays.copyOf(headers[part], 2 * header);
        }
        headers[part][header] = hash;
        headers[part][header + 1] = (long) parent << 32 | sizeBytes;
    }

    /** One transition that leads back to the state itself. */
    public void addLoop() {
        transitions++;
    }

    /** The state must not be reachable. Only the first such state counts. */
    public void wrong(Object what) {
        if (wrong == null) {
            wrong = what;
            wrongParent = parent;
        }
    }

    /** In the state everything is done that has to be. */
    public void end() {
        ends.add(parent);
    }

    static int part(long hash) {
        return (int) (hash >>> 32) & BreadthFirstSearch.PARTS - 1;
    }

    void begin(int newParent) {
        parent = newParent;
    }

    void clear() {
        Arrays.fill(byteCounts, 0);
        Arrays.fill(stateCounts, 0);
        transitions = 0;
        wrong = null;
        ends.clear();
    }

    /** The numbers of the states that are ends. */
    List<Integer> ends() {
        return ends;
    }

    long transitions() {
        return transitions;
    }

    @Nullable
    Object wrong() {
        return wrong;
    }

    int wrongState() {
        return wrongParent;
    }

    /**
     * Moves everything for one part of the store there.
     *
     * @param ways where each transition is noted; null for nowhere
     */
    void moveTo(StateStore store, int part, @Nullable WaysToEnd ways) {
        int at = 0;
        for (int i = 0; i < stateCounts[part]; i++) {
            long meta = headers[part][i * HEADER + 1];
            int sizeBytes = (int) meta;
            int from = (int) (meta >>> 32);
            store.add(bytes[part], at, sizeBytes, headers[part][i * HEADER], from);
            if (ways != null) {
                ways.add(from, part, store.last());
            }
            at += sizeBytes;
        }
    }
}
