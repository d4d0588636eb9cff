package dev.pokesim.emulator.trace;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;
import java.util.zip.CRC32C;

/**
 * What stands before the bytes of a chunk: enough to skip it, and to know whether to. All numbers little-endian.
 *
 * @param type one of the constants
 * @param storedBytes of the payload, as it stands in the file
 * @param rawBytes of the payload, inflated
 * @param events in it
 * @param firstPs earliest time of an event; of a snapshot its time
 * @param lastPs latest; of a snapshot how many steps the run had done
 * @param payloadCrc CRC-32C of the payload as it stands in the file
 * @param cores those that have an event in it
 */
record ChunkHead(
        int type, int storedBytes, int rawBytes, int events, long firstPs, long lastPs, int payloadCrc, BitSet cores) {
    /** {@code HEAD}, {@code EVTS}, {@code SNAP} and {@code INDX} as they stand in the file. */
    static final int HEADER = 0x44414548;

    static final int EVENTS = 0x53545645;
    static final int SNAPSHOT = 0x50414e53;
    static final int INDEX = 0x58444e49;

    /** Up to the set of cores, with the size of that and the check sum behind it. */
    static final int FIXED_BYTES = 4 + 4 + 4 + 4 + 8 + 8 + 4 + 4 + 4;

    private static final int CORES_BYTES_AT = FIXED_BYTES - 8;

    static final int MAX_BYTES = FIXED_BYTES + TraceHeader.MAX_CORES / Byte.SIZE;

    static ChunkHead of(int type, byte[] stored, int rawBytes, int events, long firstPs, long lastPs, BitSet cores) {
        return new ChunkHead(
                type, stored.length, rawBytes, events, firstPs, lastPs, crc(stored, 0, stored.length), cores);
    }

    byte[] toBytes() {
        byte[] set = cores.toByteArray();
        ByteBuffer bytes = ByteBuffer.allocate(FIXED_BYTES + set.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(type).putInt(storedBytes).putInt(rawBytes).putInt(events);
        bytes.putLong(firstPs).putLong(lastPs).putInt(payloadCrc);
        bytes.putInt(set.length).put(set);
        bytes.putInt(crc(bytes.array(), 0, bytes.position()));
        return bytes.array();
    }

    /**
     * How long a head is, from its first {@link #FIXED_BYTES}.
     *
     * @throws Damage if it cannot be a head
     */
    static int sizeBytes(byte[] bytes, int offset) {
        int set = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(offset + CORES_BYTES_AT);
        if (set < 0 || set > TraceHeader.MAX_CORES / Byte.SIZE) {
            throw new Damage("no chunk starts here");
        }
        return FIXED_BYTES + set;
    }

    /**
     * Reads one of which all {@link #sizeBytes} are there.
     *
     * @throws Damage if its check sum is wrong or a size is beyond what a writer writes
     */
    static ChunkHead of(byte[] bytes, int offset) {
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).position(offset);
        ByteBuffer sum = in.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        int type = in.getInt();
        int storedBytes = in.getInt();
        int rawBytes = in.getInt();
        int events = in.getInt();
        long firstPs = in.getLong();
        long lastPs = in.getLong();
        int payloadCrc = in.getInt();
        byte[] set = new byte[in.getInt()];
        in.get(set);
        if (sum.getInt(in.position()) != crc(bytes, offset, in.position() - offset)) {
            throw new Damage("the head of a chunk does not match its check sum");
        }
        int limit = switch (type) {
            case HEADER -> TraceFormat.MAX_HEADER_BYTES;
            case EVENTS -> TraceFormat.MAX_CHUNK_BYTES;
            case SNAPSHOT -> TraceFormat.MAX_SNAPSHOT_BYTES;
            case INDEX -> TraceFormat.MAX_INDEX_BYTES;
            default -> throw new Damage("a chunk of a kind that this version does not know");
        };
        // deflate makes nothing more than a thousand times smaller, and almost nothing larger
        if (rawBytes < 0
                || rawBytes > limit
                || storedBytes < 0
                || storedBytes > limit + limit / 8 + 64
                || rawBytes > 1100L * storedBytes
                || events < 0
                || events > rawBytes) {
            throw new Damage("a chunk of impossible size");
        }
        return new ChunkHead(type, storedBytes, rawBytes, events, firstPs, lastPs, payloadCrc, BitSet.valueOf(set));
    }

    static int crc(byte[] bytes, int offset, int sizeBytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, offset, sizeBytes);
        return (int) crc.getValue();
    }
}
