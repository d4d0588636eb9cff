package dev.pokesim.patcher.run;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.isa.Decoded;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.patcher.kernel.PatchListener;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import dev.pokesim.patcher.site.LoadedImage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Remembers the last events that matter, so that a violation can be told as a story. */
final class EventLog implements PatchListener {
    private static final int CAPACITY = 4096;
    /** How many of them a report shows. */
    private static final int SHOWN = 24;

    private static final int LONGEST_SITE = 6;

    private enum Kind {
        FETCH,
        RESUME,
        UNCLAIMED,
        POKE,
        STEP,
        BATCH_START,
        BATCH_END,
        SERIALISE
    }

    private final LoadedImage image;
    private final Kind[] kinds = new Kind[CAPACITY];
    private final long[] times = new long[CAPACITY];
    private final int[] cores = new int[CAPACITY];
    private final long[] addresses = new long[CAPACITY];
    private final @Nullable Object[] details = new Object[CAPACITY];
    private long count;

    EventLog(LoadedImage image) {
        this.image = image;
    }

    private void add(Core core, Kind kind, long address, @Nullable Object detail) {
        int slot = (int) (count++ % CAPACITY);
        kinds[slot] = kind;
        times[slot] = core.timePs();
        cores[slot] = core.id();
        addresses[slot] = address;
        details[slot] = detail;
    }

    @Override
    public void fetchedSite(Core core, Decoded instruction, TextPokeLoc site) {
        add(core, Kind.FETCH, instruction.address(), instruction);
    }

    @Override
    public void handled(Core core, long site, boolean claimed, long resumeAt) {
        add(core, claimed ? Kind.RESUME : Kind.UNCLAIMED, claimed ? resumeAt : site, null);
    }

    @Override
    public void poked(Core patcher, long address, int sizeBytes) {
        add(patcher, Kind.POKE, address, sizeBytes);
    }

    @Override
    public void stepStarted(Core patcher, String step) {
        add(patcher, Kind.STEP, 0, step);
    }

    @Override
    public void batchStarted(Core patcher, int entries) {
        add(patcher, Kind.BATCH_START, 0, entries);
    }

    @Override
    public void batchFinished(Core patcher) {
        add(patcher, Kind.BATCH_END, 0, null);
    }

    @Override
    public void serialised(Core core) {
        add(core, Kind.SERIALISE, 0, null);
    }

    /**
     * The last events of a core, and what the patcher did meanwhile to the place where the core was last, oldest first.
     *
     * @param core whose events are shown besides the patcher's
     */
    List<String> last(int core) {
        List<String> lines = new ArrayList<>();
        long place = lastFetch(core);
        for (long i = count - 1; i >= Math.max(0, count - CAPACITY) && lines.size() < SHOWN; i--) {
            int slot = (int) (i % CAPACITY);
            boolean isPatchers =
                    switch (kinds[slot]) {
                        case STEP, BATCH_START, BATCH_END -> true;
                        case POKE -> place == 0 || Math.abs(addresses[slot] - place) < LONGEST_SITE;
                        case FETCH, RESUME, UNCLAIMED, SERIALISE -> false;
                    };
            if (cores[slot] == core && kinds[slot] != Kind.POKE || isPatchers) {
                lines.add(0, line(slot));
            }
        }
        return lines;
    }

    private long lastFetch(int core) {
        for (long i = count - 1; i >= Math.max(0, count - CAPACITY); i--) {
            int slot = (int) (i % CAPACITY);
            if (kinds[slot] == Kind.FETCH && cores[slot] == core) {
                return addresses[slot];
            }
        }
        return 0;
    }

    private String line(int slot) {
        String what =
                switch (kinds[slot]) {
                    case FETCH -> "fetches " + details[slot] + " (" + ((Decoded) detail(slot)).bytes() + ") at " + place(slot);
                    case RESUME -> "handler: go on at " + place(slot);
                    case UNCLAIMED -> "handler: nobody's INT3 at " + place(slot);
                    case POKE -> "wrote " + details[slot] + " byte(s) at " + place(slot);
                    case STEP -> "step: " + details[slot];
                    case BATCH_START -> "batch of " + details[slot] + " starts";
                    case BATCH_END -> "batch done";
                    case SERIALISE -> "serialises";
                };
        return "%14.3f us  core %-4d %s".formatted(times[slot] / 1e6, cores[slot], what);
    }

    private Object detail(int slot) {
        Object detail = details[slot];
        return detail == null ? "" : detail;
    }

    private String place(int slot) {
        return Address.text(addresses[slot]) + " " + image.symbolAt(addresses[slot]);
    }
}
