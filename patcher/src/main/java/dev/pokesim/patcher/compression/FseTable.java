package dev.pokesim.patcher.compression;

/** A decoding table of finite state entropy coding. Source: RFC 8878, "FSE Table Description", "From Normalized Distribution to Decoding Tables". */
final class FseTable {

    private static final int SMALLEST_ACCURACY = 5;

    private final int accuracy;
    private final byte[] symbols;
    private final byte[] bits;
    private final short[] baselines;

    private FseTable(int accuracy) {
        this.accuracy = accuracy;
        this.symbols = new byte[1 << accuracy];
        this.bits = new byte[1 << accuracy];
        this.baselines = new short[1 << accuracy];
    }

    /** Gives always the same symbol and takes no bits. */
    static FseTable always(int symbol) {
        FseTable table = new FseTable(0);
        table.symbols[0] = (byte) symbol;
        return table;
    }

    /** From a distribution whose values, with -1 as 1, add up to 2 to the accuracy. */
    static FseTable of(int accuracy, int... distribution) {
        FseTable table = new FseTable(accuracy);
        int size = 1 << accuracy;
        int[] next = new int[distribution.length];
        int high = size;
        for (int symbol = 0; symbol < distribution.length; symbol++) {
            next[symbol] = Math.abs(distribution[symbol]);
            if (distribution[symbol] < 0) {
                table.symbols[--high] = (byte) symbol;
            }
        }
        int at = 0;
        int step = (size >> 1) + (size >> 3) + 3;
        for (int symbol = 0; symbol < distribution.length; symbol++) {
            for (int i = 0; i < distribution[symbol]; i++) {
                table.symbols[at] = (byte) symbol;
                do {
                    at = at + step & size - 1;
                } while (at >= high);
            }
        }
        for (int state = 0; state < size; state++) {
            int count = next[table.symbols[state]]++;
            table.bits[state] = (byte) (accuracy - floorLog2(count));
            table.baselines[state] = (short) ((count << table.bits[state]) - size);
        }
        return table;
    }

    /** Reads the description of a table from the forward bits; they then stand behind it. */
    static FseTable read(ForwardBits in, int largestAccuracy, int largestSymbol) throws DamagedData {
        int accuracy = in.take(4) + SMALLEST_ACCURACY;
        if (accuracy > largestAccuracy) {
            throw new DamagedData("a table has an accuracy of " + accuracy);
        }
        int[] distribution = new int[largestSymbol + 1];
        int symbol = 0;
        int left = 1 << accuracy;
        while (left > 0) {
            if (symbol > largestSymbol) {
                throw new DamagedData("a table has too many symbols");
            }
            int bits = floorLog2(left + 1) + 1;
            int value = in.peek(bits);
            int low = value & (1 << bits - 1) - 1;
            int spare = (1 << bits) - 2 - left;
            if (low < spare) {
                in.skip(bits - 1);
                value = low;
            } else {
                in.skip(bits);
                value -= value != low ? spare : 0;
            }
            distribution[symbol++] = value - 1;
            left -= Math.abs(value - 1);
            if (value == 1) {
                int zeroes;
                do {
                    zeroes = in.take(2);
                    symbol += zeroes;
                } while (zeroes == 3);
            }
        }
        if (left < 0) {
            throw new DamagedData("a table has too large a probability");
        }
        in.alignToByte();
        return of(accuracy, distribution);
    }

    int firstState(BackwardBits in) {
        return in.take(accuracy);
    }

    int symbol(int state) {
        return symbols[state];
    }

    /** How many bits the next state asks for. */
    int bits(int state) {
        return bits[state];
    }

    int nextState(int state, BackwardBits in) {
        return baselines[state] + in.take(bits[state]);
    }

    static int floorLog2(int value) {
        return Integer.SIZE - 1 - Integer.numberOfLeadingZeros(value);
    }
}
