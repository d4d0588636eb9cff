package dev.pokesim.emulator.explore;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A set of states, each a string of bytes, stored whole: two states are the same if all their bytes are. It numbers them in the
 * order in which they came, and remembers for each the one from which it was first reached.
 *
 * <p>Bytes in an arena of chunks, open addressing over a 64-bit hash of which 24 bits stand in the table, so that almost every
 * other state is told apart without a look at its bytes. Besides its own bytes a state takes 9 to 10, and 11 to 21 in the table.
 */
final class StateStore {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int CHUNK_BITS = 16;
    private static final int CHUNK_BYTES = 1 << CHUNK_BITS;
    private static final int INDEX_CHUNK_BITS = 12;
    private static final int INDEX_CHUNK = 1 << INDEX_CHUNK_BITS;
    private static final int TAG_SHIFT = 40;
    private static final long INDEX_MASK = (1L << TAG_SHIFT) - 1;
    /** The longest state, in bytes. */
    static final int MAX_STATE_BYTES = CHUNK_BYTES;

    private byte[][] arena = new byte[4][];
    private int arenaChunk = -1;
    private int arenaAt = CHUNK_BYTES;
    /** Chunks of: where the state begins in the arena. */
    private int[][] offsets = new int[4][];
    /** Chunks of: the parent. */
    private int[][] parents = new int[4][];

    private int count;
    private int last;
    private long[] table = new long[1 << 6];

    /** How many states it has. */
    int count() {
        return count;
    }

    /** The index of the state that was added last, or was not because it was there. */
    int last() {
        return last;
    }

    /** The memory that it takes. */
    long sizeBytes() {
        return (arenaChunk + 1L) * CHUNK_BYTES
                + 8L * table.length
                + 2L * 4 * INDEX_CHUNK * ((count + INDEX_CHUNK - 1L) >> INDEX_CHUNK_BITS);
    }

    /** A hash of all the bytes. */
    static long hash(byte[] bytes, int offset, int sizeBytes) {
        long hash = sizeBytes * 0x9e3779b97f4a7c15L;
        int at = offset;
        int end = offset + sizeBytes;
        for (; at + 8 <= end; at += 8) {
            hash = mix(hash ^ (long) LONGS.get(bytes, at));
        }
        long rest = 0;
        for (int shift = 0; at < end; at++, shift += 8) {
            rest |= (bytes[at] & 0xffL) << shift;
        }
        return mix(hash ^ rest);
    }

    /** Every bit of the result depends on every bit of the argument: MurmurHash3's finalizer. */
    private static long mix(long value) {
        long mixed = value;
        mixed ^= mixed >>> 33;
        mixed *= 0xff51afd7ed558ccdL;
        mixed ^= mixed >>> 33;
        mixed *= 0xc4ceb9fe1a85ec53L;
        return mixed ^ mixed >>> 33;
    }

    /**
     * Adds a state if it is not there.
     *
     * @param hash its {@link #hash}
     * @param parent any number to remember with it
     * @return whether it was added; its index is {@link #last()} in either case
     */
    boolean add(byte[] bytes, int offset, int sizeBytes, long hash, int parent) {
        int mask = table.length - 1;
        long tag = hash >>> TAG_SHIFT;
        int slot = (int) hash & mask;
        while (table[slot] != 0) {
            int index = (int) (table[slot] & INDEX_MASK) - 1;
            if (table[slot] >>> TAG_SHIFT == tag && isAt(index, bytes, offset, sizeBytes)) {
                last = index;
                return false;
            }
            slot = slot + 1 & mask;
        }
        table[slot] = tag << TAG_SHIFT | count + 1;
        last = count;
        append(bytes, offset, sizeBytes, parent);
        if (count > table.length / 4 * 3) {
            grow();
        }
        return true;
    }

    private boolean isAt(int index, byte[] bytes, int offset, int sizeBytes) {
        int at = offsets[index >> INDEX_CHUNK_BITS][index & INDEX_CHUNK - 1];
        byte[] chunk = arena[at >>> CHUNK_BITS];
        int start = at & CHUNK_BYTES - 1;
        int end = end(index, chunk);
        return end - start == sizeBytes && Arrays.equals(chunk, start, end, bytes, offset, offset + sizeBytes);
    }

    /** The end is where the next one begins, if that is in the same chunk; a chunk that is full says itself where it ends. */
    private int end(int index, byte[] chunk) {
        int next = index + 1;
        int at = offsets[index >> INDEX_CHUNK_BITS][index & INDEX_CHUNK - 1];
        if (next < count) {
            int follows = offsets[next >> INDEX_CHUNK_BITS][next & INDEX_CHUNK - 1];
            if (follows >>> CHUNK_BITS == at >>> CHUNK_BITS) {
                return follows & CHUNK_BYTES - 1;
            }
            return chunk.length;
        }
        return arenaAt;
    }

    private void append(byte[] bytes, int offset, int sizeBytes, int parent) {
        if (arenaAt + sizeBytes > CHUNK_BYTES) {
            if (arenaChunk >= 0) {
                arena[arenaChunk] = Arrays.copyOf(arena[arenaChunk], arenaAt);
            }
            if (++arenaChunk == arena.length) {
                arena = Arrays.copyOf(arena, arena.length * 2);
            }
            arena[arenaChunk] = new byte[CHUNK_BYTES];
            arenaAt = 0;
        }
        System.arraycopy(bytes, offset, arena[arenaChunk], arenaAt, sizeBytes);
        int chunk = count >> INDEX_CHUNK_BITS;
        if (chunk == offsets.length) {
            offsets = Arrays.copyOf(offsets, chunk * 2);
            parents = Arrays.copyOf(parents, chunk * 2);
        }
        if (offsets[chunk] == null) {
            offsets[chunk] = new int[INDEX_CHUNK];
            parents[chunk] = new int[INDEX_CHUNK];
        }
        offsets[chunk][count & INDEX_CHUNK - 1] = arenaChunk << CHUNK_BITS | arenaAt;
        parents[chunk][count & INDEX_CHUNK - 1] = parent;
        arenaAt += sizeBytes;
        count++;
    }

    private void grow() {
        long[] old = table;
        table = new long[old.length * 2];
        int mask = table.length - 1;
        for (int index = 0; index < count; index++) {
            int at = offsets[index >> INDEX_CHUNK_BITS][index & INDEX_CHUNK - 1];
            byte[] chunk = arena[at >>> CHUNK_BITS];
            int start = at & CHUNK_BYTES - 1;
            long hash = hash(chunk, start, end(index, chunk) - start);
            int slot = (int) hash & mask;
            while (table[slot] != 0) {
                slot = slot + 1 & mask;
            }
            table[slot] = hash >>> TAG_SHIFT << TAG_SHIFT | index + 1;
        }
    }

    /**
     * Copies a state.
     *
     * @return its size in bytes
     */
    int copy(int index, byte[] into) {
        int at = offsets[index >> INDEX_CHUNK_BITS][index & INDEX_CHUNK - 1];
        byte[] chunk = arena[at >>> CHUNK_BITS];
        int start = at & CHUNK_BYTES - 1;
        int sizeBytes = end(index, chunk) - start;
        System.arraycopy(chunk, start, into, 0, sizeBytes);
        return sizeBytes;
    }

    /** What was remembered with a state. */
    int parent(int index) {
        return parents[index >> INDEX_CHUNK_BITS][index & INDEX_CHUNK - 1];
    }
}
