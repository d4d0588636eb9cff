package dev.pokesim.emulator.trace;

import dev.pokesim.emulator.datafile.InvalidDataFile;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads a trace, whole or cut off, one chunk at a time. With the index of a complete file, or without, by going from head to head: chunks
 * that hold nothing of what is asked for are not inflated. Whatever the bytes are, the worst that happens is {@link InvalidDataFile}.
 */
public final class TraceReader implements Closeable {
    /** Where the bytes come from. */
    interface Source extends Closeable {
        long sizeBytes();

        /** Fills the array from {@code offset} on. */
        void read(long offset, byte[] into) throws IOException;
    }

    /** Is shown events, in their order. */
    @FunctionalInterface
    public interface Visitor {
        /**
         * @return whether to go on
         */
        boolean visit(TraceEvent event);
    }

    /** A chunk of events and where its payload begins. */
    private record Chunk(ChunkHead head, long payloadAt) {}

    private final String name;
    private final Source source;
    private final TraceHeader header;
    private final List<Chunk> chunks = new ArrayList<>();
    private final List<Chunk> snapshots = new ArrayList<>();
    private boolean cut;
    private @Nullable InvalidDataFile damage;

    /**
     * Opens a trace.
     *
     * @throws InvalidDataFile if it cannot be read, is no trace, or is cut off before its first event could come
     */
    public static TraceReader open(Path file) {
        String name = file.toString();
        if (Files.isDirectory(file)) {
            throw new InvalidDataFile(name, 0, "", "is a directory; name a file that run --trace wrote");
        }
        Source source = null;
        try {
            source = new FileSource(FileChannel.open(file));
            TraceReader reader = new TraceReader(name, source);
            source = null;
            return reader;
        } catch (NoSuchFileException e) {
            throw new InvalidDataFile(name, 0, "", "does not exist; check the path");
        } catch (AccessDeniedException e) {
            throw new InvalidDataFile(name, 0, "", "may not be read; change its permissions");
        } catch (IOException e) {
            throw unreadable(name, e);
        } finally {
            closeQuietly(source);
        }
    }

    private static void closeQuietly(@Nullable Source source) {
        try {
            if (source != null) {
                source.close();
            }
        } catch (IOException nothingWasWritten) {
            // what was read is what counts
        }
    }

    /** A file; its size is that at the moment of opening, so one that is still written can be read. */
    private static final class FileSource implements Source {
        private final FileChannel channel;
        private final long sizeBytes;

        FileSource(FileChannel channel) throws IOException {
            this.channel = channel;
            sizeBytes = channel.size();
        }

        @Override
        public long sizeBytes() {
            return sizeBytes;
        }

        @Override
        public void read(long offset, byte[] into) throws IOException {
            ByteBuffer rest = ByteBuffer.wrap(into);
            while (rest.hasRemaining()) {
                if (channel.read(rest, offset + rest.position()) < 0) {
                    throw new EOFException("it has become shorter");
                }
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    /**
     * @param name in messages
     */
    TraceReader(String name, Source source) {
        this.name = name;
        this.source = source;
        long first = TraceFormat.START_BYTES;
        if (source.sizeBytes() < first) {
            throw new InvalidDataFile(name, 0, "", "is not a trace: it has " + source.sizeBytes() + " bytes");
        }
        ByteBuffer start = ByteBuffer.wrap(bytes(0, TraceFormat.START_BYTES)).order(ByteOrder.LITTLE_ENDIAN);
        if (start.getLong() != TraceFormat.MAGIC) {
            throw new InvalidDataFile(name, 0, "", "is not a trace; name a file that run --trace wrote");
        }
        int version = start.getInt();
        if (version != TraceFormat.VERSION) {
            throw damaged(
                    8,
                    "version " + Integer.toUnsignedString(version) + ", but only " + TraceFormat.VERSION
                            + " is known; use the poke-sim that wrote it");
        }
        Chunk chunk;
        try {
            chunk = chunkAt(first);
            if (chunk != null && chunk.head.type() != ChunkHead.HEADER) {
                throw new Damage("the header is missing");
            }
        } catch (Damage damage) {
            throw damaged(first, damage);
        }
        if (chunk == null) {
            throw new InvalidDataFile(name, 0, "", "is cut off inside its header; there is nothing to be read");
        }
        try {
            header = header(payload(chunk));
        } catch (Damage damage) {
            throw damaged(first, damage);
        }
        long eventsAt = end(chunk);
        if (!readIndex(eventsAt)) {
            chunks.clear();
            snapshots.clear();
            walk(eventsAt);
        }
    }

    public TraceHeader header() {
        return header;
    }

    /** Whether the file ends before whoever wrote it closed it: events may be missing at the end. */
    public boolean isCut() {
        return cut;
    }

    /** How many events the whole chunks hold. */
    public long eventCount() {
        return chunks.stream().mapToLong(chunk -> chunk.head.events()).sum();
    }

    /**
     * Shows the events of some time and some cores.
     *
     * @param fromPs first time
     * @param toPs last time
     * @param cores whose events; empty for all
     * @throws InvalidDataFile if a chunk is damaged, after everything that stands before it
     */
    public void read(long fromPs, long toPs, BitSet cores, Visitor visitor) {
        visitAll(cursor(fromPs, toPs, cores), visitor);
    }

    /** Shows the last events: those of the last chunk that is whole. */
    public void readLast(Visitor visitor) {
        int last = Math.max(0, chunks.size() - 1);
        visitAll(new Cursor(last, 0, Long.MAX_VALUE, new BitSet(), null), visitor);
    }

    private static void visitAll(Cursor events, Visitor visitor) {
        TraceEvent event = events.next();
        while (event != null && visitor.visit(event)) {
            event = events.next();
        }
    }

    /** As {@link #read(long, long, BitSet, Visitor)}, for who walks through several traces at once. */
    public Cursor cursor(long fromPs, long toPs, BitSet cores) {
        return new Cursor(0, fromPs, toPs, cores, damage);
    }

    /** A place in a trace. */
    public final class Cursor {
        private final long fromPs;
        private final long toPs;
        private final BitSet cores;
        /** Thrown behind the last event. */
        private final @Nullable InvalidDataFile whyNoMore;

        private int nextChunk;
        private @Nullable Chunk chunk;
        private @Nullable EventDecoder events;
        private int count;

        private Cursor(int firstChunk, long fromPs, long toPs, BitSet cores, @Nullable InvalidDataFile whyNoMore) {
            nextChunk = firstChunk;
            this.whyNoMore = whyNoMore;
            this.fromPs = fromPs;
            this.toPs = toPs;
            this.cores = cores;
        }

        /**
         * The next event.
         *
         * @return null behind the last
         * @throws InvalidDataFile if its chunk is damaged
         */
        public @Nullable TraceEvent next() {
            while (true) {
                Chunk current = chunk;
                if (current == null) {
                    if (nextChunk == chunks.size()) {
                        if (whyNoMore != null) {
                            throw whyNoMore;
                        }
                        return null;
                    }
                    enter(chunks.get(nextChunk++));
                    continue;
                }
                try {
                    TraceEvent event = nextOf(current);
                    if (event != null) {
                        return event;
                    }
                } catch (Damage found) {
                    throw damaged(current.payloadAt, found);
                }
            }
        }

        private void enter(Chunk next) {
            ChunkHead head = next.head;
            if (head.lastPs() >= fromPs
                    && head.firstPs() <= toPs
                    && (cores.isEmpty() || cores.intersects(head.cores()))) {
                chunk = next;
                count = 0;
            }
        }

        /** The next event of the current chunk; null, and no chunk is current, if it has no more. */
        private @Nullable TraceEvent nextOf(Chunk current) {
            if (events == null) {
                events = new EventDecoder(payload(current), header.cores());
            }
            while (events.hasNext()) {
                TraceEvent event = events.next();
                count++;
                if (event.timePs() >= fromPs
                        && event.timePs() <= toPs
                        && (cores.isEmpty() || cores.get(event.core()))) {
                    return event;
                }
            }
            if (count != current.head.events()) {
                throw new Damage("a chunk of " + count + " events, but its head says " + current.head.events());
            }
            chunk = null;
            events = null;
            return null;
        }
    }

    /**
     * A state of the run.
     *
     * @param steps how many steps it had done
     * @param sizeBytes of the state; 0 says that the run ended here
     */
    public record Snapshot(long steps, long timePs, int sizeBytes) {
        /** Whether it only says that the run ended here. */
        public boolean isEnd() {
            return sizeBytes == 0;
        }
    }

    /**
     * The states that were recorded, in their order, without those behind damage.
     *
     * @throws InvalidDataFile if they are in no order
     */
    public List<Snapshot> snapshots() {
        List<Snapshot> all = new ArrayList<>();
        for (Chunk chunk : snapshots) {
            Snapshot next = new Snapshot(chunk.head.lastPs(), chunk.head.firstPs(), chunk.head.rawBytes());
            Snapshot last = all.isEmpty() ? new Snapshot(0, 0, 1) : all.get(all.size() - 1);
            boolean isMore = next.steps > last.steps || next.steps == last.steps && next.isEnd();
            if (!isMore || last.isEnd()) {
                throw damaged(chunk.payloadAt, new Damage("a state that cannot follow the one before"));
            }
            all.add(next);
        }
        return all;
    }

    /**
     * One of {@link #snapshots()}.
     *
     * @throws InvalidDataFile if it is damaged
     */
    public byte[] state(int index) {
        Chunk chunk = snapshots.get(index);
        try {
            return payload(chunk).bytes(chunk.head.rawBytes());
        } catch (Damage damage) {
            throw damaged(chunk.payloadAt, damage);
        }
    }

    /** Shows all events; see {@link #read(long, long, BitSet, Visitor)}. */
    public void read(Visitor visitor) {
        read(0, Long.MAX_VALUE, new BitSet(), visitor);
    }

    @Override
    public void close() {
        closeQuietly(source);
    }

    /** Goes from head to head up to the end, the cut or the damage. */
    private void walk(long from) {
        long at = from;
        try {
            while (true) {
                Chunk chunk = chunkAt(at);
                if (chunk == null) {
                    cut = true;
                    return;
                }
                if (chunk.head.type() == ChunkHead.INDEX) {
                    long behind = source.sizeBytes() - end(chunk);
                    cut = behind < TraceFormat.TRAILER_BYTES;
                    if (behind > TraceFormat.TRAILER_BYTES) {
                        throw new Damage("something follows the index");
                    }
                    return;
                }
                add(chunk);
                at = end(chunk);
            }
        } catch (Damage found) {
            damage = damaged(at, found);
        }
    }

    private void add(Chunk chunk) {
        if (chunk.head.type() == ChunkHead.SNAPSHOT && chunk.head.events() == 0) {
            snapshots.add(chunk);
            return;
        }
        if (chunk.head.type() != ChunkHead.EVENTS || chunk.head.events() == 0) {
            throw new Damage("a chunk of events should stand here");
        }
        chunks.add(chunk);
    }

    /**
     * Takes the chunks from the index at the end.
     *
     * @return whether there is one that can be trusted
     */
    private boolean readIndex(long eventsAt) {
        long trailerAt = source.sizeBytes() - TraceFormat.TRAILER_BYTES;
        if (trailerAt < eventsAt) {
            return false;
        }
        ByteBuffer trailer =
                ByteBuffer.wrap(bytes(trailerAt, TraceFormat.TRAILER_BYTES)).order(ByteOrder.LITTLE_ENDIAN);
        long indexAt = trailer.getLong();
        if (trailer.getInt() != ChunkHead.crc(trailer.array(), 0, 8)
                || trailer.getLong() != TraceFormat.END_MAGIC
                || indexAt < eventsAt
                || indexAt >= trailerAt) {
            return false;
        }
        try {
            Chunk index = chunkAt(indexAt);
            if (index == null || index.head.type() != ChunkHead.INDEX || end(index) != trailerAt) {
                return false;
            }
            RawInput in = payload(index);
            long at = eventsAt;
            while (!in.isAtEnd()) {
                if (in.varint() != at) {
                    return false;
                }
                byte[] fixed = in.bytes(ChunkHead.FIXED_BYTES);
                byte[] rest = in.bytes(ChunkHead.sizeBytes(fixed, 0) - fixed.length);
                byte[] head = ByteBuffer.allocate(fixed.length + rest.length)
                        .put(fixed)
                        .put(rest)
                        .array();
                Chunk chunk = new Chunk(ChunkHead.of(head, 0), at + head.length);
                add(chunk);
                at = end(chunk);
            }
            return at == indexAt;
        } catch (Damage damagedIndex) {
            return false;
        }
    }

    /** The chunk at an offset; null if the file ends inside it. */
    private @Nullable Chunk chunkAt(long offset) {
        long left = source.sizeBytes() - offset;
        if (left < ChunkHead.FIXED_BYTES) {
            return null;
        }
        byte[] bytes = bytes(offset, (int) Math.min(left, ChunkHead.MAX_BYTES));
        int sizeBytes = ChunkHead.sizeBytes(bytes, 0);
        if (sizeBytes > left) {
            return null;
        }
        Chunk chunk = new Chunk(ChunkHead.of(bytes, 0), offset + sizeBytes);
        return end(chunk) > source.sizeBytes() ? null : chunk;
    }

    private static long end(Chunk chunk) {
        return chunk.payloadAt + chunk.head.storedBytes();
    }

    private RawInput payload(Chunk chunk) {
        byte[] stored = bytes(chunk.payloadAt, chunk.head.storedBytes());
        if (ChunkHead.crc(stored, 0, stored.length) != chunk.head.payloadCrc()) {
            throw new Damage("a chunk does not match its check sum");
        }
        return RawInput.inflated(stored, chunk.head.rawBytes());
    }

    private static TraceHeader header(RawInput in) {
        int cores = in.count(TraceHeader.MAX_CORES);
        SortedMap<String, String> metadata = new TreeMap<>();
        for (int i = in.count(TraceHeader.MAX_ENTRIES); i > 0; i--) {
            metadata.put(in.text(TraceHeader.MAX_TEXT), in.text(TraceHeader.MAX_TEXT));
        }
        List<TraceHeader.Symbol> symbols = new ArrayList<>();
        long address = 0;
        for (int i = in.count(TraceHeader.MAX_ENTRIES); i > 0; i--) {
            address += in.varint();
            long sizeBytes = in.varint();
            symbols.add(new TraceHeader.Symbol(in.text(TraceHeader.MAX_TEXT), address, sizeBytes));
        }
        if (cores == 0 || !in.isAtEnd()) {
            throw new Damage("a header that no writer writes");
        }
        return new TraceHeader(cores, metadata, symbols);
    }

    private byte[] bytes(long offset, int sizeBytes) {
        byte[] bytes = new byte[sizeBytes];
        try {
            source.read(offset, bytes);
        } catch (IOException e) {
            throw unreadable(name, e);
        }
        return bytes;
    }

    private static InvalidDataFile unreadable(String name, IOException e) {
        return new InvalidDataFile(name, 0, "", "cannot be read: " + e.getMessage());
    }

    private InvalidDataFile damaged(long offset, Damage damage) {
        return damaged(offset, damage.getMessage() + "; it was damaged, copy or record it again");
    }

    private InvalidDataFile damaged(long offset, String what) {
        return new InvalidDataFile(name, 0, "byte " + offset, what);
    }
}
