package dev.pokesim.patcher.compression;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The legacy frame of LZ4: after the magic number blocks of a size and that many bytes; each block stands for up to 8
 * MiB and repeats nothing of another one. Source: LZ4 project, "LZ4 Frame Format", legacy frame; "LZ4 Block Format".
 */
final class Lz4Legacy {

    private static final int MAGIC_BYTES = 4;
    private static final int SHORTEST_MATCH = 4;
    private static final int LONGER = 15;

    private final byte[] data;
    private final UnpackedBytes out;
    private final int end;
    private int at;

    /** One block. */
    private Lz4Legacy(byte[] data, int start, int end, UnpackedBytes out) {
        this.data = data;
        this.at = start;
        this.end = end;
        this.out = out;
    }

    static void unpack(byte[] data, int start, int end, UnpackedBytes out) throws DamagedData {
        ByteBuffer sizes = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
        int at = start + MAGIC_BYTES;
        while (at < end) {
            if (end - at < Integer.BYTES) {
                throw new DamagedData("it is cut off");
            }
            int sizeBytes = sizes.getInt(at);
            at += Integer.BYTES;
            if (sizeBytes < 0 || sizeBytes > end - at) {
                throw new DamagedData("it is cut off");
            }
            new Lz4Legacy(data, at, at + sizeBytes, out).block();
            at += sizeBytes;
        }
    }

    private void block() throws DamagedData {
        int first = out.sizeBytes();
        while (at < end) {
            int token = take();
            int literals = length(token >> 4);
            if (literals > end - at) {
                throw new DamagedData("it is cut off");
            }
            out.append(data, at, literals);
            at += literals;
            if (at == end) {
                return; // the last sequence has literals only
            }
            int distance = take() | take() << 8;
            out.repeat(distance, length(token & LONGER) + SHORTEST_MATCH, first);
        }
    }

    private int length(int fourBits) throws DamagedData {
        int length = fourBits;
        if (fourBits == LONGER) {
            int more;
            do {
                more = take();
                length += more;
            } while (more == 255);
        }
        return length;
    }

    private int take() throws DamagedData {
        if (at >= end) {
            throw new DamagedData("it is cut off");
        }
        return Byte.toUnsignedInt(data[at++]);
    }
}
