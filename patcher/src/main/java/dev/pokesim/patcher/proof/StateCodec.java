package dev.pokesim.patcher.proof;

/**
 * Writes a {@link ProtocolState} as bytes and reads it again. Fields have as many bits as this proof needs: two bytes a core for a
 * few sites.
 */
final class StateCodec {
    /** Bits of a record below the site: flags, held references, phase. */
    private static final int LOW_BITS = CoreRecord.BITS_BELOW_SITE;

    private final boolean symmetric;
    private final int cores;
    private final int atBytes;
    private final int siteBits;
    private final int nmiBits;
    private final int recordBytes;
    private final int countBytes;

    StateCodec(ProtocolModel model) {
        symmetric = model.isSymmetric();
        cores = model.cores();
        atBytes = bytes(bits(model.program().size()));
        siteBits = bits(model.program().sites().size() + 1); // a foreign INT3 comes behind them
        nmiBits = model.hasNmis() ? CoreRecord.NMI_BITS : 0;
        recordBytes = bytes(LOW_BITS + siteBits + nmiBits + bits(model.program().storeCount() + 1));
        countBytes = bytes(bits(cores + 1));
    }

    /** How many bits tell {@code count} values apart. */
    private static int bits(int count) {
        return 32 - Integer.numberOfLeadingZeros(count - 1);
    }

    private static int bytes(int bits) {
        return Math.max(1, bits + 7 >> 3);
    }

    int maxSizeBytes() {
        return atBytes + cores * (recordBytes + (symmetric ? countBytes : 0));
    }

    /**
     * @return how many bytes were written
     */
    int write(ProtocolState state, byte[] bytes) {
        int at = put(bytes, 0, state.at, atBytes);
        for (int group = 0; group < state.groups; group++) {
            long record = state.record[group];
            long packed = record & (1L << LOW_BITS) - 1
                    | (long) CoreRecord.site(record) << LOW_BITS
                    | CoreRecord.nmiBits(record) << LOW_BITS + siteBits
                    | (long) CoreRecord.epoch(record) << LOW_BITS + siteBits + nmiBits;
            at = put(bytes, at, packed, recordBytes);
            if (symmetric) {
                at = put(bytes, at, state.count[group], countBytes);
            }
        }
        return at;
    }

    /** FNV-1a: a hash to print, the same everywhere. */
    long hash(byte[] bytes, int sizeBytes) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < sizeBytes; i++) {
            hash = (hash ^ bytes[i] & 0xff) * 0x100000001b3L;
        }
        return hash;
    }

    private static int put(byte[] bytes, int at, long value, int sizeBytes) {
        for (int i = 0; i < sizeBytes; i++) {
            bytes[at + i] = (byte) (value >>> 8 * i);
        }
        return at + sizeBytes;
    }

    private static long get(byte[] bytes, int at, int sizeBytes) {
        long value = 0;
        for (int i = 0; i < sizeBytes; i++) {
            value |= (bytes[at + i] & 0xffL) << 8 * i;
        }
        return value;
    }

    void read(byte[] bytes, int sizeBytes, ProtocolState state) {
        state.at = (int) get(bytes, 0, atBytes);
        state.groups = 0;
        int at = atBytes;
        while (at < sizeBytes) {
            long packed = get(bytes, at, recordBytes);
            long record = packed & (1L << LOW_BITS) - 1;
            long site = packed >>> LOW_BITS & (1L << siteBits) - 1;
            record = CoreRecord.withPhase(record, CoreRecord.phase(record), (int) site);
            record = CoreRecord.withNmiBits(record, packed >>> LOW_BITS + siteBits & (1L << nmiBits) - 1);
            state.record[state.groups] = CoreRecord.withEpoch(record, (int) (packed >>> LOW_BITS + siteBits + nmiBits));
            at += recordBytes;
            state.count[state.groups] = symmetric ? (int) get(bytes, at, countBytes) : 1;
            at += symmetric ? countBytes : 0;
            state.groups++;
        }
    }
}
