package dev.pokesim.emulator.trace;

import java.io.Closeable;
import java.io.Flushable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;
import java.util.Map;

/**
 * Writes events as they come: a chunk goes out whole as soon as it is full, so a file that is cut off, at whatever byte, can be read up
 * to its last whole chunk. Equal events and headers give equal bytes as long as the deflate of {@code java.util.zip} is the same.
 */
public final class TraceWriter implements Closeable, Flushable {
    private final OutputStream out;
    private final RawBytes index = new RawBytes();
    private final int cores;
    private EventEncoder chunk = new EventEncoder();
    private long offset;
    private boolean closed;
    /** Whether a write failed: the end of the file is then unknown, and nothing may follow. */
    private boolean failed;

    /**
     * Starts a trace.
     *
     * @param out gets each chunk by one call, and is closed with the writer
     */
    public TraceWriter(OutputStream out, TraceHeader header) throws IOException {
        this.out = out;
        cores = header.cores();
        ByteBuffer start = little(TraceFormat.START_BYTES);
        write(start.putLong(TraceFormat.MAGIC).putInt(TraceFormat.VERSION).array());
        RawBytes raw = new RawBytes();
        raw.varint(cores);
        raw.varint(header.metadata().size());
        for (Map.Entry<String, String> entry : header.metadata().entrySet()) {
            raw.text(entry.getKey());
            raw.text(entry.getValue());
        }
        raw.varint(header.symbols().size());
        long last = 0;
        for (TraceHeader.Symbol symbol : header.symbols()) {
            raw.varint(symbol.address() - last);
            raw.varint(symbol.sizeBytes());
            raw.text(symbol.name());
            last = symbol.address();
        }
        if (raw.size() > TraceFormat.MAX_HEADER_BYTES) {
            throw new IllegalArgumentException("a header of " + raw.size() + " bytes");
        }
        writeWhole(ChunkHead.HEADER, raw);
    }

    /**
     * Adds one event.
     *
     * @throws IOException if a chunk could not be written, or there are too many for an index; the trace ends with the chunk before
     */
    public void add(TraceEvent event) throws IOException {
        if (event.core() < 0 || event.core() >= cores || event.timePs() < 0) {
            throw new IllegalArgumentException("core " + event.core() + " of " + cores + " at " + event.timePs());
        }
        chunk.add(event);
        if (chunk.rawBytes() >= TraceFormat.CHUNK_BYTES) {
            writeChunk();
        }
    }

    /** Ends the chunk here, so that everything up to now can be read whatever happens next. */
    @Override
    public void flush() throws IOException {
        if (!chunk.isEmpty()) {
            writeChunk();
        }
        out.flush();
    }

    /**
     * Adds the state of the run, for who does it again from there. One that is too large for a chunk is left out.
     *
     * @param steps how many steps the run has done, more than at the snapshot before
     * @param timePs when
     * @param state the first {@code sizeBytes} of it; 0 if the run is over: no snapshot follows
     */
    public void snapshot(long steps, long timePs, byte[] state, int sizeBytes) throws IOException {
        RawBytes raw = new RawBytes();
        raw.write(state, 0, sizeBytes);
        if (raw.size() <= TraceFormat.MAX_SNAPSHOT_BYTES) {
            byte[] stored = raw.deflated();
            writeIndexed(ChunkHead.of(ChunkHead.SNAPSHOT, stored, raw.size(), 0, timePs, steps, new BitSet()), stored);
        }
    }

    private void writeChunk() throws IOException {
        byte[] stored = chunk.deflated();
        ChunkHead head = chunk.head(stored);
        chunk = new EventEncoder();
        writeIndexed(head, stored);
    }

    private void writeIndexed(ChunkHead head, byte[] stored) throws IOException {
        byte[] headBytes = head.toBytes();
        if (index.size() + 10 + headBytes.length > TraceFormat.MAX_INDEX_BYTES) {
            failed = true;
            throw new IOException("the trace has grown too large for its index");
        }
        index.varint(offset);
        index.writeBytes(headBytes);
        write(concatenated(headBytes, stored));
    }

    private void writeWhole(int type, RawBytes raw) throws IOException {
        byte[] stored = raw.deflated();
        write(concatenated(
                ChunkHead.of(type, stored, raw.size(), 0, 0, 0, new BitSet()).toBytes(), stored));
    }

    private void write(byte[] bytes) throws IOException {
        failed = true;
        out.write(bytes);
        failed = false;
        offset += bytes.length;
    }

    /** Writes what is left, and the index; after a failed write nothing, so that what stands in the file stays readable. */
    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        try (OutputStream toClose = out) {
            if (failed) {
                return;
            }
            flush();
            long indexAt = offset;
            writeWhole(ChunkHead.INDEX, index);
            ByteBuffer trailer = little(TraceFormat.TRAILER_BYTES).putLong(indexAt);
            trailer.putInt(ChunkHead.crc(trailer.array(), 0, 8)).putLong(TraceFormat.END_MAGIC);
            write(trailer.array());
            toClose.flush();
        }
    }

    private static ByteBuffer little(int sizeBytes) {
        return ByteBuffer.allocate(sizeBytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] concatenated(byte[] head, byte[] stored) {
        return ByteBuffer.allocate(head.length + stored.length)
                .put(head)
                .put(stored)
                .array();
    }
}
