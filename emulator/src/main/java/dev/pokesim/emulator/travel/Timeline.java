package dev.pokesim.emulator.travel;

import dev.pokesim.emulator.machine.Machine;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A run that can be walked both ways. Position 0 is its start, position n the state after n steps; a step is a micro-op of one core,
 * with what nobody can come between.
 *
 * <p>Going back is going to a snapshot and executing again from there. Snapshots lie close together behind the present and further
 * apart behind that, so that one step back costs a few steps, and a jump at most the distance between two of the run's own snapshots.
 */
public final class Timeline {
    /** Snapshots on the way to a position lie this many steps before it, and powers of it. */
    private static final int NEAREST = 16;

    private static final int FACTOR_BITS = 2;
    /** What all snapshots in memory may take together. */
    private static final long MAX_BYTES = 96L << 20;
    /** On the way to a moment the clock is looked at so often, in steps. */
    private static final int TIME_STRIDE = 1 << 11;
    /** How far apart snapshots lie on the way to a moment, in steps. */
    private static final int TIME_SNAPSHOT_STEPS = 1 << 16;
    /** How many steps a search does between two looks at whether it should stop. */
    private static final int PATIENCE = 4096;

    /**
     * Where a snapshot of the run's own lies.
     *
     * @param position more than 0
     * @param timePs the run's time there, see {@link Timeline#timePs}
     */
    public record Landmark(long position, long timePs) {}

    /** The run's own snapshots: kept elsewhere and fetched when one is needed. */
    public interface Landmarks {
        /** All of them, in ascending order. */
        List<Landmark> places();

        /** The state at the place of an index. */
        byte[] state(int index);

        /** What to throw when a run cannot go on from one of them: then it is no state of that run. */
        RuntimeException unfit(RuntimeException cause);
    }

    /** No snapshots of the run's own. */
    public static final Landmarks NONE = new Landmarks() {
        @Override
        public List<Landmark> places() {
            return List.of();
        }

        @Override
        public byte[] state(int index) {
            throw new IndexOutOfBoundsException(index);
        }

        @Override
        public RuntimeException unfit(RuntimeException cause) {
            return cause;
        }
    };

    /** What is looked for: asked after each step, the state is the one after it. */
    @FunctionalInterface
    public interface Wanted {
        boolean isIt(Timeline here, Step step);
    }

    private final Rerun run;
    private final Landmarks landmarks;
    private final List<Landmark> places;
    private final StateWriter writer;
    private final StateReader reader;
    private final TreeMap<Long, byte[]> snapshots = new TreeMap<>();
    private long snapshotBytes;
    private long position;
    private @Nullable Step last;
    /** Whether it ever went on from a landmark. */
    private boolean usesLandmarks;
    /** Whether a step failed half way: the run stands nowhere. */
    private boolean lost;

    /**
     * At the start.
     *
     * @param run is in its initial state
     */
    public Timeline(Rerun run, Landmarks landmarks) {
        this.run = run;
        this.landmarks = landmarks;
        places = landmarks.places();
        writer = run.newWriter();
        reader = run.newReader();
        remember();
    }

    /** How many steps the run has: the last position. */
    public long length() {
        return run.length();
    }

    /** Where it is, 0 to {@link #length()}. */
    public long position() {
        return position;
    }

    /** The time of the state, in picoseconds from the start; 0 if the run has none. */
    public long timePs() {
        return run.timePs();
    }

    /** The machine in the state of the position; to be read only. */
    public Machine machine() {
        return run.machine();
    }

    /** All routines of the machine, always in the same order. */
    public List<Routine> routines() {
        return run.routines();
    }

    /** What the step that led to the position did; null at the start. */
    public @Nullable Step last() {
        if (last == null && position > 0) {
            goTo(position);
        }
        return last;
    }

    /**
     * One step on.
     *
     * @return false at the end, where there is none
     */
    public boolean forward() {
        if (position == length()) {
            return false;
        }
        advance(1);
        last = run.last();
        return true;
    }

    /**
     * One step back.
     *
     * @return false at the start, where there is none
     */
    public boolean back() {
        if (position == 0) {
            return false;
        }
        goTo(position - 1);
        return true;
    }

    /**
     * To any position.
     *
     * @throws IllegalArgumentException if it is not between 0 and {@link #length()}
     */
    public void goTo(long target) {
        if (target < 0 || target > length()) {
            throw new IllegalArgumentException("position " + target + " is not between 0 and " + length());
        }
        if (target == 0) {
            restoreFrom(0);
            last = null;
            return;
        }
        // the step that leads there is done once more, so that it is known
        long from = nearestSnapshot(target - 1);
        if (lost || position >= target || from > position) {
            restoreFrom(from);
        }
        while (position < target - 1) {
            advance(nextPause(target - 1) - position);
            if (target - position >= NEAREST) {
                remember();
            }
        }
        forward();
    }

    /**
     * To the first position whose time is not before a moment; to the end if there is none.
     *
     * @param atPs in picoseconds from the start of the run
     */
    public void goToTime(long atPs) {
        int passed = landmarksUntil(place -> place.timePs < atPs);
        restoreFrom(passed == 0 ? 0 : places.get(passed - 1).position);
        long saved = position;
        long before = position; // the last position that is known to be before the moment
        while (timePs() < atPs && position < length()) {
            before = position;
            if (before - saved >= TIME_SNAPSHOT_STEPS) {
                remember();
                saved = before;
            }
            advance(Math.min(TIME_STRIDE, length() - before));
        }
        if (before < position) {
            restoreFrom(saved);
            if (saved < before) {
                advance(before - saved);
                remember();
            }
        }
        while (timePs() < atPs && forward()) {
            // one by one from here
        }
    }

    /** The next position towards a target at which a snapshot is worth while. */
    private long nextPause(long target) {
        long distance = target - position;
        if (distance <= NEAREST) {
            return target;
        }
        long before = NEAREST;
        while (before << FACTOR_BITS < distance) {
            before <<= FACTOR_BITS;
        }
        return target - before;
    }

    /**
     * Goes on to the next position after a step that is wanted.
     *
     * @param limit where to stop at the latest, at least the present position
     * @param stop asked now and then: whether to give up
     * @return whether one was found; if not, it stands at the limit, or where it was told to stop
     */
    public boolean searchForward(Wanted wanted, long limit, BooleanSupplier stop) {
        remember(); // who does not find anything wants to come back
        long end = Math.min(limit, length());
        while (position < end) {
            forward();
            if (wanted.isIt(this, known())) {
                return true;
            }
            if (position % PATIENCE == 0 && stop.getAsBoolean()) {
                return false;
            }
        }
        return false;
    }

    /** As {@link #searchForward(Wanted, long, BooleanSupplier)}, up to the end. */
    public boolean searchForward(Wanted wanted) {
        return searchForward(wanted, length(), () -> false);
    }

    /**
     * Goes back to the nearest earlier position after a step that is wanted.
     *
     * @param stop asked now and then: whether to give up
     * @return whether one was found; if not, it stands at the start, or where it was when it was told to stop
     */
    public boolean searchBack(Wanted wanted, BooleanSupplier stop) {
        remember(); // who does not find anything wants to come back
        long here = position;
        long end = position - 1; // the last position that can be it
        while (end > 0) {
            long from = nearestSnapshot(end - 1);
            restoreFrom(from);
            long found = -1;
            while (position < end) {
                forward();
                if (wanted.isIt(this, known())) {
                    found = position;
                }
                if (position % PATIENCE == 0 && stop.getAsBoolean()) {
                    goTo(here);
                    return false;
                }
            }
            if (found >= 0) {
                goTo(found);
                return true;
            }
            end = from;
        }
        goTo(0);
        return false;
    }

    /** As {@link #searchBack(Wanted, BooleanSupplier)}, without giving up. */
    public boolean searchBack(Wanted wanted) {
        return searchBack(wanted, () -> false);
    }

    private Step known() {
        Step step = last;
        if (step == null) {
            throw new IllegalStateException("no step was done");
        }
        return step;
    }

    // ---- snapshots

    private void advance(long count) {
        try {
            run.forward(count);
        } catch (RuntimeException impossible) {
            lost = true;
            throw usesLandmarks ? landmarks.unfit(impossible) : impossible;
        }
        position += count;
        last = null;
    }

    /** The position of the last snapshot that is not behind a position. */
    private long nearestSnapshot(long at) {
        long nearest = Objects.requireNonNull(snapshots.floorKey(at)); // 0 is always there
        int passed = landmarksUntil(place -> place.position <= at);
        return passed == 0 ? nearest : Math.max(nearest, places.get(passed - 1).position);
    }

    /** How many landmarks come before the first for which something does not hold, as it does not for all behind that one. */
    private int landmarksUntil(Predicate<Landmark> holds) {
        int low = 0;
        int high = places.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (holds.test(places.get(middle))) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private void restoreFrom(long at) {
        byte[] state = snapshots.get(at);
        last = null;
        lost = true;
        if (state != null) {
            reader.open(state, 0);
            run.restore(reader);
        } else {
            usesLandmarks = true;
            int index = landmarksUntil(place -> place.position < at);
            reader.open(landmarks.state(index), 0);
            try {
                run.restore(reader);
            } catch (RuntimeException impossible) {
                throw landmarks.unfit(impossible);
            }
            long expectedPs = places.get(index).timePs;
            if (run.timePs() != expectedPs) {
                throw landmarks.unfit(new IllegalStateException(
                        "a state of " + run.timePs() + " ps that is said to be of " + expectedPs));
            }
        }
        position = at;
        lost = false;
    }

    private void remember() {
        if (snapshots.containsKey(position)) {
            return;
        }
        writer.clear();
        run.save(writer);
        byte[] state = writer.toArray();
        snapshots.put(position, state);
        snapshotBytes += state.length;
        while (snapshotBytes > MAX_BYTES && snapshots.size() > 2) {
            forgetFarthest();
        }
    }

    /** What lies farthest from here is needed last; the start is always kept. */
    private void forgetFarthest() {
        long first = Objects.requireNonNull(snapshots.higherKey(0L));
        long end = snapshots.lastKey();
        byte[] state = snapshots.remove(position - first > end - position ? first : end);
        snapshotBytes -= state == null ? 0 : state.length;
    }
}
