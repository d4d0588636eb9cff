package dev.pokesim.cli.step;

import dev.pokesim.emulator.travel.Step;
import dev.pokesim.emulator.travel.Timeline;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** The micro-ops before and after the present position. Those that nobody has come by lately are executed once more. */
final class History {
    /** How many are kept behind the present position. */
    private static final int KEPT = 512;

    private final Timeline timeline;
    private final TreeMap<Long, Entry> known = new TreeMap<>();

    /**
     * A micro-op.
     *
     * @param position after it
     */
    record Entry(long position, Step step) {}

    History(Timeline timeline) {
        this.timeline = timeline;
    }

    /**
     * The micro-ops around the present position, oldest first: the one that led here is the last of the past ones.
     *
     * @param past how many before and with that, {@code next} how many after; fewer at the ends of the run
     */
    List<Entry> around(int past, int next) {
        long here = timeline.position();
        long first = Math.max(1, here - Math.min(past, KEPT) + 1);
        long last = Math.min(timeline.length(), here + Math.min(next, KEPT));
        if (first > last) {
            return List.of();
        }
        long missing = first;
        while (missing <= last && known.containsKey(missing)) {
            missing++;
        }
        if (missing <= last) {
            timeline.goTo(missing);
            note();
            while (timeline.position() < last && timeline.forward()) {
                note();
            }
            timeline.goTo(here);
        }
        known.headMap(first - KEPT).clear();
        known.tailMap(last + KEPT).clear();
        return new ArrayList<>(known.subMap(first, true, last, true).values());
    }

    private void note() {
        Step step = timeline.last();
        if (step != null) {
            known.put(timeline.position(), new Entry(timeline.position(), step));
        }
    }
}
