package dev.pokesim.patcher.compression;

/** The prefix code of literals. Source: RFC 8878, "Huffman Coding". */
final class HuffmanTable {

    private static final int MOST_BITS = 11;
    private static final int MOST_WEIGHTS = 255;
    private static final int WEIGHT_ACCURACY = 6;

    private final int mostBits;
    private final byte[] symbols;
    private final byte[] bits;

    private HuffmanTable(int[] weights, int count, int mostBits) {
        this.mostBits = mostBits;
        this.symbols = new byte[1 << mostBits];
        this.bits = new byte[1 << mostBits];
        int at = 0;
        for (int weight = 1; weight <= mostBits; weight++) {
            for (int symbol = 0; symbol < count; symbol++) {
                if (weights[symbol] == weight) {
                    int next = at + (1 << weight - 1);
                    for (; at < next; at++) {
                        symbols[at] = (byte) symbol;
                        bits[at] = (byte) (mostBits + 1 - weight);
                    }
                }
            }
        }
    }

    /** Reads the description of a table. */
    static HuffmanTable read(byte[] data, ForwardBits in) throws DamagedData {
        int[] weights = new int[MOST_WEIGHTS + 1];
        int header = in.unsignedByte();
        int count;
        if (header < 128) {
            int end = in.at() + header;
            ForwardBits description = new ForwardBits(data, in.skipBytes(header), end);
            count = compressedWeights(data, description, end, weights);
        } else {
            count = header - 127;
            for (int i = 0; i < count; i += 2) {
                int two = in.unsignedByte();
                weights[i] = two >> 4;
                weights[i + 1] = i + 1 < count ? two & 15 : 0;
            }
        }
        return of(weights, count);
    }

    private static int compressedWeights(byte[] data, ForwardBits description, int end, int[] weights)
            throws DamagedData {
        FseTable table = FseTable.read(description, WEIGHT_ACCURACY, MOST_BITS + 1);
        BackwardBits in = new BackwardBits(data, description.at(), end);
        // Two states take turns; the stream ends when one of them lacks the bits for its next state.
        int[] states = {table.firstState(in), table.firstState(in)};
        for (int count = 0; count < MOST_WEIGHTS - 1; count++) {
            int turn = count & 1;
            weights[count] = table.symbol(states[turn]);
            if (table.bits(states[turn]) > in.left()) {
                weights[count + 1] = table.symbol(states[turn ^ 1]);
                return count + 2;
            }
            states[turn] = table.nextState(states[turn], in);
        }
        throw new DamagedData("a code has too many symbols");
    }

    /** The weight of the last symbol is the one that makes the code complete. */
    private static HuffmanTable of(int[] weights, int count) throws DamagedData {
        int sum = 0;
        for (int i = 0; i < count; i++) {
            if (weights[i] > MOST_BITS) {
                throw new DamagedData("a code is longer than " + MOST_BITS + " bits");
            }
            sum += weights[i] == 0 ? 0 : 1 << weights[i] - 1;
        }
        if (sum == 0) {
            throw new DamagedData("a code has no symbols");
        }
        int mostBits = FseTable.floorLog2(sum) + 1;
        int rest = (1 << mostBits) - sum;
        if (mostBits > MOST_BITS || Integer.bitCount(rest) != 1) {
            throw new DamagedData("a code is not complete");
        }
        weights[count] = FseTable.floorLog2(rest) + 1;
        return new HuffmanTable(weights, count + 1, mostBits);
    }

    /** Decodes one stream, which must hold exactly that many symbols. */
    void decode(BackwardBits in, byte[] out, int from, int count) throws DamagedData {
        for (int i = from; i < from + count; i++) {
            int code = in.peek(mostBits);
            out[i] = symbols[code];
            in.skip(bits[code]);
        }
        if (in.left() != 0) {
            throw new DamagedData("a bit stream has another length than its symbols");
        }
    }
}
