package dev.pokesim.emulator.memory;

import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * The linear address space that all cores share, and the physical frames behind it. One frame may be mapped at several
 * addresses, as a kernel maps text a second time to write it. Sparse: an address nobody mapped is a #PF.
 */
public final class AddressSpace {
    /** log2 of the slots of a {@link Lookup}: four pages for each of 2048 cores. */
    private static final int CACHED_PAGES_BITS = 13;

    private static final long NO_PAGE = 0x8000_0000_0000_0000L >>> 1;

    private record Mapping(Frame frame, Set<Access> allowed) {}

    private final Map<Long, Mapping> pages =
            new HashMap<>(); // only looked up, never iterated: its order matters nowhere
    private final TextHistory history = new TextHistory();
    private boolean recordingText;
    /** By number. */
    private final List<Frame> frames = new ArrayList<>();

    /** Since {@link #rememberInitial}; by number. */
    private final SortedSet<Frame> changed = new TreeSet<>(Comparator.comparing(Frame::number));

    private int mappingVersion;

    /** A direct-mapped cache of mappings for one kind of access: a page number per slot, NO_PAGE for none. */
    private static final class Lookup {
        final long[] tags = new long[1 << CACHED_PAGES_BITS];
        final @Nullable Frame[] frames = new Frame[1 << CACHED_PAGES_BITS];

        Lookup() {
            Arrays.fill(tags, NO_PAGE);
        }

        /** The page asked for last, in front of all others. */
        long lastPage = NO_PAGE;

        @Nullable
        Frame lastFrame;

        void forget(long page) {
            lastPage = NO_PAGE;
            if (tags[slot(page)] == page) {
                tags[slot(page)] = NO_PAGE;
            }
        }
    }

    private final Lookup loads = new Lookup();
    private final Lookup stores = new Lookup();
    private final Lookup fetches = new Lookup();

    /** From now on stores into executable frames are recorded, so that fetches may be stale. */
    public void recordTextWrites() {
        recordingText = true;
    }

    /** The recorded stores into text; empty unless {@link #recordTextWrites()} was called. */
    public TextHistory history() {
        return history;
    }

    /**
     * Maps zeroed frames over all pages that the {@code sizeBytes} bytes from {@code start} touch; pages already mapped keep
     * their bytes and gain the permissions.
     */
    public void map(long start, long sizeBytes, Access first, Access... more) {
        Set<Access> allowed = EnumSet.of(first, more);
        long last = start + Math.max(sizeBytes, 1) - 1 >>> 12;
        for (long page = start >>> 12; ; page++) {
            Mapping old = pages.get(page);
            if (old == null) {
                Frame frame = new Frame(frames.size());
                frames.add(frame);
                pages.put(page, new Mapping(frame, allowed));
            } else {
                Set<Access> union = EnumSet.copyOf(old.allowed);
                union.addAll(allowed);
                pages.put(page, new Mapping(old.frame, union));
            }
            if (allowed.contains(Access.EXECUTE)) {
                frameAt(page).holdsText = true;
            }
            frameAt(page).isWritable |= allowed.contains(Access.WRITE);
            forget(page);
            if (page == last) {
                return;
            }
        }
    }

    /** Maps the page at {@code alias} to the frame that {@code existing} has; both addresses then name the same bytes. */
    public void alias(long alias, long existing, Access first, Access... more) {
        Mapping mapping = pages.get(existing >>> 12);
        if (mapping == null) {
            throw GuestFault.pageFault(existing, Access.READ, false);
        }
        Set<Access> allowed = EnumSet.of(first, more);
        mapping.frame.holdsText |= allowed.contains(Access.EXECUTE);
        mapping.frame.isWritable |= allowed.contains(Access.WRITE);
        mapping.frame.isAliased = true;
        pages.put(alias >>> 12, new Mapping(mapping.frame, allowed));
        forget(alias >>> 12);
    }

    private Frame frameAt(long page) {
        return Objects.requireNonNull(pages.get(page)).frame;
    }

    private void forget(long page) {
        mappingVersion++;
        loads.forget(page);
        stores.forget(page);
        fetches.forget(page);
    }

    private static int slot(long page) {
        return (int) (page * 0x9e3779b97f4a7c15L >>> 64 - CACHED_PAGES_BITS); // Fibonacci hashing: strides spread
    }

    /** Changes whenever a page is mapped: what was found out about mappings before may be out of date. */
    public int mappingVersion() {
        return mappingVersion;
    }

    /** Whether a page is mapped at {@code address}. */
    public boolean isMapped(long address) {
        long page = address >>> 12;
        return loads.tags[slot(page)] == page || pages.containsKey(page);
    }

    /** Whether a page is mapped at {@code address} that allows {@code access}. */
    public boolean allows(long address, Access access) {
        if (access == Access.READ && loads.tags[slot(address >>> 12)] == address >>> 12) {
            return true;
        }
        Mapping mapping = pages.get(address >>> 12);
        return mapping != null && mapping.allowed.contains(access);
    }

    /**
     * The frame behind {@code address}.
     *
     * @throws GuestFault with #PF if there is none or it does not allow {@code access}
     */
    public Frame frame(long address, Access access) {
        Mapping mapping = pages.get(address >>> 12);
        if (mapping == null || !mapping.allowed.contains(access)) {
            throw GuestFault.pageFault(address, access, mapping != null);
        }
        return mapping.frame;
    }

    private Frame cached(Lookup lookup, long address, Access access) {
        long page = address >>> 12;
        Frame last = lookup.lastFrame;
        if (lookup.lastPage == page && last != null) {
            return last;
        }
        int slot = slot(page);
        Frame frame = lookup.frames[slot];
        if (lookup.tags[slot] != page || frame == null) {
            frame = frame(address, access);
            lookup.tags[slot] = page;
            lookup.frames[slot] = frame;
        }
        lookup.lastPage = page;
        lookup.lastFrame = frame;
        return frame;
    }

    /** As {@link #frame} for a load, faster. */
    public Frame frameForLoad(long address) {
        return cached(loads, address, Access.READ);
    }

    /** As {@link #frame} for a store, faster. */
    public Frame frameForStore(long address) {
        return cached(stores, address, Access.WRITE);
    }

    /** As {@link #frame} for an instruction fetch, faster. */
    public Frame frameForFetch(long address) {
        return cached(fetches, address, Access.EXECUTE);
    }

    /**
     * Reads memory itself, past every store buffer.
     *
     * @param sizeBytes 1 to 8; may cross a page
     * @return the value, little-endian, zero-extended
     * @throws GuestFault with #PF
     */
    public long read(long address, int sizeBytes) {
        int offset = (int) address & Frame.SIZE_BYTES - 1;
        Frame frame = frameForLoad(address);
        if (offset + sizeBytes <= Frame.SIZE_BYTES) {
            return frame.read(offset, sizeBytes);
        }
        long value = 0;
        for (int i = 0; i < sizeBytes; i++) {
            long at = address + i;
            value |= (long) frameForLoad(at).byteAt((int) at & Frame.SIZE_BYTES - 1) << 8 * i;
        }
        return value;
    }

    /**
     * Writes memory itself, at once and for all cores.
     *
     * @param sizeBytes 1 to 8; may cross a page
     * @param core who writes; a core's own fetches see its own stores at once
     * @throws GuestFault with #PF; nothing is written then
     */
    public void write(long address, int sizeBytes, long value, int core) {
        int offset = (int) address & Frame.SIZE_BYTES - 1;
        Frame frame = frameForStore(address);
        if (offset + sizeBytes <= Frame.SIZE_BYTES) {
            write(frame, offset, sizeBytes, value, core, address);
            return;
        }
        frameForStore(address + sizeBytes - 1);
        boolean recorded = false;
        for (int i = 0; i < sizeBytes; i++) {
            long at = address + i;
            Frame part = frameForStore(at);
            int partOffset = (int) at & Frame.SIZE_BYTES - 1;
            if (recordingText && part.holdsText) {
                history.record(part, partOffset, 1, value >>> 8 * i, core, at);
                recorded = true;
            }
            part.write(partOffset, 1, value >>> 8 * i);
        }
        if (recorded) {
            history.endStore();
        }
    }

    /**
     * As {@link #write(long, int, long, int)}, for who has looked up the frame for the store already.
     *
     * @param address where the store goes to in linear memory; all of it lies inside {@code frame}
     */
    public void write(Frame frame, int offset, int sizeBytes, long value, int core, long address) {
        if (recordingText && frame.holdsText) {
            history.record(frame, offset, sizeBytes, value, core, address);
            history.endStore();
        }
        frame.write(offset, sizeBytes, value);
    }

    /**
     * Copies bytes in before a run; recorded nowhere.
     *
     * @throws GuestFault with #PF if a page is not mapped
     */
    public void load(long address, byte[] bytes) {
        Frame frame = null;
        for (int i = 0; i < bytes.length; i++) {
            long at = address + i;
            int offset = (int) at & Frame.SIZE_BYTES - 1;
            if (frame == null || offset == 0) {
                Mapping mapping = pages.get(at >>> 12);
                if (mapping == null) {
                    throw GuestFault.pageFault(at, Access.WRITE, false);
                }
                frame = mapping.frame;
            }
            frame.write(offset, 1, bytes[i]);
        }
    }

    /** How many frames are mapped somewhere. */
    public int frameCount() {
        return frames.size();
    }

    /** A frame by its number, from 0. */
    public Frame frame(int number) {
        return frames.get(number);
    }

    // ---- snapshots

    /** What memory holds now is what {@link #save} compares with. Pages are not mapped any more after this. */
    public void rememberInitial() {
        changed.clear();
        frames.forEach(frame -> frame.rememberInitial(changed));
    }

    /** The regions of 16 MiB in which something is mapped, for a {@link StateWriter}; in ascending unsigned order. */
    public long[] regions() {
        return pages.keySet().stream()
                .flatMapToLong(page -> LongStream.of(page >>> 12)) // a page number has 52 bits
                .distinct()
                .sorted()
                .toArray();
    }

    /**
     * Appends the bytes that changed and the recorded stores that somebody may still fetch around.
     *
     * @param fromMoment what was recorded before this moment matters to nobody
     */
    public void save(StateWriter out, int fromMoment) {
        int last = -1;
        for (Frame frame : changed) {
            last = frame.save(out, last);
        }
        out.number(0);
        history.save(out, fromMoment);
    }

    /** Takes back what {@link #save} wrote; its moment is 0 now. */
    public void restore(StateReader in) {
        history.clear(this);
        changed.forEach(Frame::reset);
        int place = -1;
        for (int distance = in.number(); distance != 0; distance = in.number()) {
            place += distance;
            frames.get(place >> Frame.QUADWORDS_BITS).restore(place & (1 << Frame.QUADWORDS_BITS) - 1, in.word());
        }
        history.restore(in, this);
    }
}
