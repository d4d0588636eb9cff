package dev.pokesim.patcher.compression;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Unpacks Zstandard frames. Everything goes into one array, so a window of any size will do: the kernel's build pipes the
 * image into zstd -22 --ultra, which makes one of 128 MiB. No dictionaries. Source: RFC 8878.
 */
final class Zstd {

    private static final int FRAME = 0xfd2fb528;
    private static final int SKIPPABLE = 0x184d2a50;
    private static final int SKIPPABLE_MASK = 0xfffffff0;
    private static final int MAX_BLOCK_BYTES = 128 << 10;

    private static final int[] LITERALS_BASE = {
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 20, 22, 24, 28, 32, 40, 48, 64, 128, 256, 512,
        1024, 2048, 4096, 8192, 16384, 32768, 65536
    };
    private static final int[] LITERALS_BITS = {
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        16
    };
    private static final int[] MATCH_BASE = {
        3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32,
        33, 34, 35, 37, 39, 41, 43, 47, 51, 59, 67, 83, 99, 131, 259, 515, 1027, 2051, 4099, 8195, 16387, 32771, 65539
    };
    private static final int[] MATCH_BITS = {
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2,
        2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16
    };
    private static final int LARGEST_OFFSET_CODE = 31;

    /** What one of the three tables of a block is made from when it is not described. */
    private enum Kind {
        LITERALS(9, LITERALS_BASE.length - 1),
        OFFSETS(8, LARGEST_OFFSET_CODE),
        MATCHES(9, MATCH_BASE.length - 1);

        private final int largestAccuracy;
        private final int largestSymbol;

        Kind(int largestAccuracy, int largestSymbol) {
            this.largestAccuracy = largestAccuracy;
            this.largestSymbol = largestSymbol;
        }

        FseTable predefined() {
            return switch (this) {
                case LITERALS ->
                    FseTable.of(
                            6, 4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1,
                            1, 1, -1, -1, -1, -1);
                case OFFSETS ->
                    FseTable.of(
                            5, 1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1,
                            -1);
                case MATCHES ->
                    FseTable.of(
                            6, 1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
                            1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1);
            };
        }
    }

    private final byte[] data;
    private final ForwardBits in;
    private final UnpackedBytes out;

    /** Where the frame begins in the output. */
    private int frameStart;

    // What a frame keeps from block to block.
    private @Nullable HuffmanTable huffman;
    private final @Nullable FseTable[] tables = new @Nullable FseTable[Kind.values().length];
    private final long[] recentOffsets = new long[3];

    // The literals of the block at hand.
    private final byte[] literals = new byte[MAX_BLOCK_BYTES];
    private int literalsSize;

    Zstd(byte[] data, int start, int end, UnpackedBytes out) {
        this.data = data;
        this.in = new ForwardBits(data, start, end);
        this.out = out;
    }

    void unpack() throws DamagedData {
        do {
            int magic = (int) in.bytes(Integer.BYTES);
            if ((magic & SKIPPABLE_MASK) == SKIPPABLE) {
                long sizeBytes = in.bytes(Integer.BYTES);
                in.skipBytes((int) Math.min(sizeBytes, Integer.MAX_VALUE));
            } else if (magic == FRAME) {
                frame();
            } else {
                throw new DamagedData("something else follows a frame");
            }
        } while (in.left() > 0);
    }

    private void frame() throws DamagedData {
        int descriptor = in.unsignedByte();
        boolean single = (descriptor & 0x20) != 0;
        if ((descriptor & 8) != 0) {
            throw new DamagedData("a frame has a reserved bit set");
        }
        if (!single) {
            in.skipBytes(1); // the window's size; all output is at hand
        }
        int dictionaryBytes = (descriptor & 3) == 3 ? 4 : descriptor & 3;
        if (in.bytes(dictionaryBytes) != 0) {
            throw new DamagedData("it needs a dictionary");
        }
        int sizeBytes = descriptor >> 6 == 0 ? single ? 1 : 0 : 1 << (descriptor >> 6);
        in.skipBytes(sizeBytes); // the blocks tell, too

        frameStart = out.sizeBytes();
        huffman = null;
        Arrays.fill(tables, null);
        recentOffsets[0] = 1;
        recentOffsets[1] = 4;
        recentOffsets[2] = 8;
        boolean last;
        do {
            int header = (int) in.bytes(3);
            last = (header & 1) != 0;
            block(header >> 1 & 3, header >> 3);
        } while (!last);
        if ((descriptor & 4) != 0
                && in.bytes(Integer.BYTES)
                        != Integer.toUnsignedLong((int) XxHash64.of(out.array(), frameStart, out.sizeBytes()))) {
            throw new DamagedData("its checksum is wrong");
        }
    }

    private void block(int type, int sizeBytes) throws DamagedData {
        if (sizeBytes > MAX_BLOCK_BYTES) {
            throw new DamagedData("a block has " + sizeBytes + " bytes");
        }
        switch (type) {
            case 0 -> out.append(data, in.skipBytes(sizeBytes), sizeBytes);
            case 1 -> out.fill((byte) in.unsignedByte(), sizeBytes);
            case 2 -> {
                int start = in.skipBytes(sizeBytes);
                ForwardBits block = new ForwardBits(data, start, start + sizeBytes);
                literals(block);
                sequences(block);
            }
            default -> throw new DamagedData("a block has the reserved type");
        }
    }

    private void literals(ForwardBits block) throws DamagedData {
        int type = block.take(2);
        int format = block.take(2);
        if (type < 2) {
            int bits = (format & 1) == 0 ? 5 : format == 1 ? 12 : 20;
            // The short form has one bit of format only.
            int low = bits == 5 ? format >> 1 | block.take(4) << 1 : block.take(4);
            literalsSize = bits == 5 ? low : low | (int) block.bytes((bits - 4) / Byte.SIZE) << 4;
            checkLiterals();
            if (type == 0) {
                System.arraycopy(data, block.skipBytes(literalsSize), literals, 0, literalsSize);
            } else {
                Arrays.fill(literals, 0, literalsSize, (byte) block.unsignedByte());
            }
            return;
        }
        int bits = format < 2 ? 10 : format == 2 ? 14 : 18;
        long sizes = block.take(4) | block.bytes((2 * bits - 4) / Byte.SIZE) << 4;
        literalsSize = (int) (sizes & (1 << bits) - 1);
        checkLiterals();
        int compressedBytes = (int) (sizes >> bits);
        int start = block.skipBytes(compressedBytes);
        ForwardBits streams = new ForwardBits(data, start, start + compressedBytes);
        if (type == 2) {
            huffman = HuffmanTable.read(data, streams);
        }
        HuffmanTable table = huffman;
        if (table == null) {
            throw new DamagedData("a block refers to a code that no block has");
        }
        if (format == 0) {
            stream(table, streams, streams.left(), 0, literalsSize);
        } else {
            fourStreams(table, streams);
        }
    }

    private void checkLiterals() throws DamagedData {
        if (literalsSize > MAX_BLOCK_BYTES) {
            throw new DamagedData("a block has " + literalsSize + " literals");
        }
    }

    private void fourStreams(HuffmanTable table, ForwardBits streams) throws DamagedData {
        int[] sizes = {(int) streams.bytes(2), (int) streams.bytes(2), (int) streams.bytes(2), 0};
        sizes[3] = streams.left() - sizes[0] - sizes[1] - sizes[2];
        int quarter = (literalsSize + 3) / 4;
        if (sizes[3] < 0 || 3 * quarter > literalsSize) {
            throw new DamagedData("the streams of a block are longer than it");
        }
        for (int i = 0; i < 4; i++) {
            stream(table, streams, sizes[i], i * quarter, i < 3 ? quarter : literalsSize - 3 * quarter);
        }
    }

    private void stream(HuffmanTable table, ForwardBits streams, int sizeBytes, int from, int count)
            throws DamagedData {
        int start = streams.skipBytes(sizeBytes);
        table.decode(new BackwardBits(data, start, start + sizeBytes), literals, from, count);
    }

    private void sequences(ForwardBits block) throws DamagedData {
        int count = block.unsignedByte();
        if (count >= 128) {
            count = count < 255 ? (count - 128 << 8) + block.unsignedByte() : (int) block.bytes(2) + 0x7f00;
        }
        int literal = 0;
        if (count > 0) {
            int modes = block.unsignedByte();
            FseTable literalsTable = table(Kind.LITERALS, modes >> 6, block);
            FseTable offsetsTable = table(Kind.OFFSETS, modes >> 4 & 3, block);
            FseTable matchesTable = table(Kind.MATCHES, modes >> 2 & 3, block);
            BackwardBits bits = new BackwardBits(data, block.at(), block.at() + block.left());
            int literalsState = literalsTable.firstState(bits);
            int offsetState = offsetsTable.firstState(bits);
            int matchState = matchesTable.firstState(bits);
            int first = out.sizeBytes();
            for (int i = 0; i < count; i++) {
                int offsetCode = offsetsTable.symbol(offsetState);
                long offset = (1L << offsetCode) + Integer.toUnsignedLong(bits.take(offsetCode));
                int matchCode = matchesTable.symbol(matchState);
                int match = MATCH_BASE[matchCode] + bits.take(MATCH_BITS[matchCode]);
                int literalsCode = literalsTable.symbol(literalsState);
                int length = LITERALS_BASE[literalsCode] + bits.take(LITERALS_BITS[literalsCode]);
                if (i < count - 1) {
                    literalsState = literalsTable.nextState(literalsState, bits);
                    matchState = matchesTable.nextState(matchState, bits);
                    offsetState = offsetsTable.nextState(offsetState, bits);
                }
                if (length > literalsSize - literal || bits.left() < 0) {
                    throw new DamagedData("a block is shorter than its sequences");
                }
                if (out.sizeBytes() - first + (long) length + match > MAX_BLOCK_BYTES) {
                    throw new DamagedData("a block unpacks to more than " + MAX_BLOCK_BYTES + " bytes");
                }
                out.append(literals, literal, length);
                literal += length;
                out.repeat(actualOffset(offset, length), match, frameStart);
            }
            if (bits.left() != 0) {
                throw new DamagedData("a bit stream has another length than its sequences");
            }
        }
        out.append(literals, literal, literalsSize - literal);
    }

    /** Values 1 to 3 stand for recent offsets; the most recent one moves to the front. */
    private long actualOffset(long value, int literalsLength) {
        if (value > 3) {
            recentOffsets[2] = recentOffsets[1];
            recentOffsets[1] = recentOffsets[0];
            recentOffsets[0] = value - 3;
            return recentOffsets[0];
        }
        int index = (int) value - (literalsLength == 0 ? 0 : 1);
        long offset = index == 3 ? recentOffsets[0] - 1 : recentOffsets[index];
        if (index > 1) {
            recentOffsets[2] = recentOffsets[1];
        }
        if (index > 0) {
            recentOffsets[1] = recentOffsets[0];
            recentOffsets[0] = offset;
        }
        return offset;
    }

    private FseTable table(Kind kind, int mode, ForwardBits block) throws DamagedData {
        FseTable table = switch (mode) {
            case 0 -> kind.predefined();
            case 1 -> {
                int symbol = block.unsignedByte();
                if (symbol > kind.largestSymbol) {
                    throw new DamagedData("a table has too large a symbol");
                }
                yield FseTable.always(symbol);
            }
            case 2 -> FseTable.read(block, kind.largestAccuracy, kind.largestSymbol);
            default -> tables[kind.ordinal()];
        };
        if (table == null) {
            throw new DamagedData("a block refers to a table that no block has");
        }
        tables[kind.ordinal()] = table;
        return table;
    }
}
