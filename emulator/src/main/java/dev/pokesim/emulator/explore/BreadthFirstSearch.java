package dev.pokesim.emulator.explore;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Goes through all states that can be reached, nearest first, and stores each exactly once. The first wrong state that it meets
 * is one of the nearest, so the way there is a shortest one. The result does not depend on the number of workers: the frontier is
 * cut into the same pieces, and the pieces' successors are stored in the same order, whoever works on them.
 */
public final class BreadthFirstSearch {
    /** Parts of the store, by hash: each belongs to one worker while successors are stored. */
    static final int PARTS = 64;

    private static final int PART_BITS = 6;
    /** States that are expanded at one go by one worker. */
    private static final int PIECE = 1024;
    /** Pieces whose successors are kept before they are stored. */
    private static final int PIECES = 32;

    /** How a search ended. */
    public enum Outcome {
        /** Every reachable state was visited; none is wrong. */
        EXHAUSTED,
        /** A wrong state can be reached. */
        WRONG,
        /** None is wrong, but one can be reached from which no end can be reached any more; only if that is asked. */
        ENDLESS,
        /** It was stopped before that was known: by {@link Progress}, or because memory ran out. */
        STOPPED
    }

    /** Is told how far a search is, often, and may end it. */
    public interface Progress {
        /**
         * Called between two pieces of work.
         *
         * @return whether to go on
         */
        boolean reached(Extent extent);
    }

    /**
     * How much there is.
     *
     * @param states different ones reached
     * @param transitions taken between them, those that lead to a known state included
     * @param frontier states that were reached and not expanded yet
     * @param depth steps from the initial state to those expanded last
     * @param memoryBytes of the store
     */
    public record Extent(long states, long transitions, long frontier, int depth, long memoryBytes) {
        /** Of two searches, one after the other. */
        public Extent and(Extent next) {
            return new Extent(
                    states + next.states,
                    transitions + next.transitions,
                    frontier + next.frontier,
                    Math.max(depth, next.depth),
                    Math.max(memoryBytes, next.memoryBytes));
        }
    }

    /**
     * What a search found.
     *
     * @param wrong what is wrong; null unless the outcome is {@link Outcome#WRONG}
     * @param path the states from the initial to the wrong one, or to the first from which there is no end; empty unless there is one
     */
    public record Result(
            Outcome outcome, Extent extent, @Nullable Object wrong, List<byte[]> path) {}

    private final StateStore[] parts = new StateStore[PARTS];
    private final int[] levelStart = new int[PARTS];
    private final int[] levelEnd = new int[PARTS];
    private final Supplier<Expander> expanders;
    private final int workers;
    private final long memoryLimitBytes;
    private final Progress progress;
    private @Nullable WaysToEnd ways;
    /** For each level what {@link #levelEnd} was; only if ends are asked for. */
    private final List<int[]> levels = new ArrayList<>();

    private long transitions;
    private long expanded;
    private int depth = -1; // no level was expanded yet

    /**
     * @param expanders makes one for each worker
     * @param workers threads, at least 1
     * @param memoryLimitBytes what the store may take
     */
    public BreadthFirstSearch(Supplier<Expander> expanders, int workers, long memoryLimitBytes, Progress progress) {
        this.expanders = expanders;
        this.workers = workers;
        this.memoryLimitBytes = memoryLimitBytes;
        this.progress = progress;
        Arrays.setAll(parts, i -> new StateStore());
    }

    /** Asks as well whether an end can be reached from every state; see {@link Successors#end}. It takes 8 to 12 bytes a transition. */
    public BreadthFirstSearch askingForEnds() {
        ways = new WaysToEnd(PARTS);
        return this;
    }

    /** A state's number: its index in its part of the store, and the part. */
    private static int number(int part, int index) {
        return index << PART_BITS | part;
    }

    static int partOf(int number) {
        return number & PARTS - 1;
    }

    static int indexOf(int number) {
        return number >>> PART_BITS;
    }

    /** Searches from an initial state; once. */
    public Result run(byte[] initial) {
        long hash = StateStore.hash(initial, 0, initial.length);
        int part = Successors.part(hash);
        parts[part].add(initial, 0, initial.length, hash, part); // its own parent
        ExecutorService pool = workers > 1 ? Executors.newFixedThreadPool(workers) : null;
        try (Pool threads = new Pool(pool)) {
            return search(threads);
        }
    }

    /** Closes what may not be there. */
    private record Pool(@Nullable ExecutorService service) implements AutoCloseable {
        @Override
        public void close() {
            if (service != null) {
                service.shutdownNow();
            }
        }
    }

    private Result search(Pool pool) {
        List<Worker> forWorkers = new ArrayList<>();
        List<Successors> forPieces = new ArrayList<>();
        for (int i = 0; i < workers; i++) {
            forWorkers.add(new Worker(expanders.get(), new byte[StateStore.MAX_STATE_BYTES]));
        }
        for (int i = 0; i < PIECES; i++) {
            forPieces.add(new Successors(PARTS));
        }
        while (nextLevel()) {
            depth++;
            List<int[]> pieces = pieces();
            for (int first = 0; first < pieces.size(); first += PIECES) {
                List<int[]> some = pieces.subList(first, Math.min(first + PIECES, pieces.size()));
                work(pool.service, some, forWorkers, forPieces);
                for (int i = 0; i < some.size(); i++) {
                    Successors successors = forPieces.get(i);
                    transitions += successors.transitions();
                    if (ways != null) {
                        successors.ends().forEach(ways::addEnd);
                    }
                    expanded += some.get(i)[2] - some.get(i)[1];
                    Object wrong = successors.wrong();
                    if (wrong != null) {
                        return new Result(Outcome.WRONG, extent(), wrong, path(successors.wrongState()));
                    }
                }
                store(pool.service, forPieces.subList(0, some.size()));
                Extent extent = extent();
                if (!progress.reached(extent) || extent.memoryBytes > memoryLimitBytes) {
                    return new Result(Outcome.STOPPED, extent, null, List.of());
                }
            }
        }
        return ways == null ? new Result(Outcome.EXHAUSTED, extent(), null, List.of()) : endless(ways);
    }

    /** The first state from which no end can be reached, or that there is none. */
    private Result endless(WaysToEnd back) {
        BitSet[] reaching = back.reachingEnd(
                Arrays.stream(parts).mapToInt(StateStore::count).toArray());
        int[] start = new int[PARTS];
        for (int[] end : levels) {
            for (int part = 0; part < PARTS; part++) {
                int first = reaching[part].nextClearBit(start[part]);
                if (first < end[part]) {
                    return new Result(Outcome.ENDLESS, extent(), null, path(number(part, first)));
                }
            }
            start = end;
        }
        return new Result(Outcome.EXHAUSTED, extent(), null, List.of());
    }

    /** The states that were reached first by the last level. */
    private boolean nextLevel() {
        boolean any = false;
        for (int part = 0; part < PARTS; part++) {
            levelStart[part] = levelEnd[part];
            levelEnd[part] = parts[part].count();
            any |= levelStart[part] != levelEnd[part];
        }
        if (ways != null) {
            levels.add(levelEnd.clone());
        }
        return any;
    }

    /** The level, cut: part, first index, index behind the last. */
    private List<int[]> pieces() {
        List<int[]> pieces = new ArrayList<>();
        for (int part = 0; part < PARTS; part++) {
            for (int from = levelStart[part]; from < levelEnd[part]; from += PIECE) {
                pieces.add(new int[] {part, from, Math.min(from + PIECE, levelEnd[part])});
            }
        }
        return pieces;
    }

    private void work(
            @Nullable ExecutorService pool, List<int[]> pieces, List<Worker> forWorkers, List<Successors> forPieces) {
        boolean isWorthIt =
                pieces.stream().mapToInt(piece -> piece[2] - piece[1]).sum() >= PIECE;
        if (pool == null || !isWorthIt) {
            for (int i = 0; i < pieces.size(); i++) {
                expand(pieces.get(i), forWorkers.get(0), forPieces.get(i));
            }
            return;
        }
        inParallel(pool, worker -> {
            for (int i = worker; i < pieces.size(); i += workers) {
                expand(pieces.get(i), forWorkers.get(worker), forPieces.get(i));
            }
        });
    }

    /** What a worker has for itself. */
    private record Worker(Expander expander, byte[] state) {}

    private void expand(int[] piece, Worker worker, Successors successors) {
        successors.clear();
        StateStore part = parts[piece[0]];
        for (int index = piece[1]; index < piece[2]; index++) {
            int sizeBytes = part.copy(index, worker.state);
            successors.begin(number(piece[0], index));
            worker.expander.expand(worker.state, sizeBytes, successors);
        }
    }

    private void store(@Nullable ExecutorService pool, List<Successors> pieces) {
        long count = pieces.stream().mapToLong(Successors::transitions).sum();
        if (pool == null || count < PIECE) {
            for (int part = 0; part < PARTS; part++) {
                store(part, pieces);
            }
            return;
        }
        inParallel(pool, worker -> {
            for (int part = worker; part < PARTS; part += workers) {
                store(part, pieces);
            }
        });
    }

    private void store(int part, List<Successors> pieces) {
        for (Successors piece : pieces) {
            piece.moveTo(parts[part], part, ways);
        }
    }

    /** Work of one of the workers, 0-based. */
    private interface Share {
        void of(int worker);
    }

    private void inParallel(ExecutorService pool, Share share) {
        List<Future<?>> all = new ArrayList<>();
        for (int worker = 0; worker < workers; worker++) {
            int mine = worker;
            all.add(pool.submit(() -> share.of(mine)));
        }
        try {
            for (Future<?> one : all) {
                one.get();
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException runtime ? runtime : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private Extent extent() {
        long states = 0;
        long memory = 0;
        for (StateStore part : parts) {
            states += part.count();
            memory += part.sizeBytes();
        }
        return new Extent(
                states, transitions, states - expanded, depth, memory + (ways == null ? 0 : ways.sizeBytes()));
    }

    private List<byte[]> path(int last) {
        List<byte[]> path = new ArrayList<>();
        byte[] state = new byte[StateStore.MAX_STATE_BYTES];
        int at = last;
        while (true) {
            StateStore part = parts[partOf(at)];
            int index = indexOf(at);
            int sizeBytes = part.copy(index, state);
            path.add(Arrays.copyOf(state, sizeBytes));
            int parent = part.parent(index);
            if (parent == at) { // only the initial state is its own parent
                Collections.reverse(path);
                return path;
            }
            at = parent;
        }
    }
}
