package dev.pokesim.emulator.memory;

import dev.pokesim.emulator.state.StateWriter;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/** One physical page of 4 KiB. Its bytes are little-endian. */
public final class Frame {
    public static final int SIZE_BYTES = 4096;
    static final VarHandle SHORTS = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** log2 of the quadwords of a frame. */
    static final int QUADWORDS_BITS = 9;

    private final int number;
    final byte[] bytes = new byte[SIZE_BYTES];
    private int generation;

    /** For each byte the newest write into it, as {@link TextHistory} numbers them plus 1; null until the first one. */
    int @Nullable [] newestWrite;

    /** The moment after the newest recorded write into this frame; 0 if there was none. */
    int lastTextMoment;

    /** Whether some mapping allows to execute it: stores into it are recorded then. */
    boolean holdsText;

    /** Whether some mapping allows to store into it. */
    boolean isWritable;

    /** Whether it is mapped at more than one address. */
    boolean isAliased;

    /** Where this frame enters itself when it is written for the first time; null until {@link #rememberInitial}. */
    private @Nullable SortedSet<Frame> written;

    /** The bytes that saved states are compared with; null as long as they are the present ones. */
    private byte @Nullable [] initial;

    private boolean isWatched;

    private @Nullable Object attachment;

    Frame(int number) {
        this.number = number;
    }

    /** Its place in physical memory: physical address / 4096. */
    public int number() {
        return number;
    }

    /** Counts the writes into this frame, through whatever mapping: what was decoded from it before may be out of date. */
    public int generation() {
        return generation;
    }

    /** The moment after the newest recorded write into this frame; see {@link TextHistory}. */
    public int lastTextMoment() {
        return lastTextMoment;
    }

    /** Whether some mapping allows to execute it. */
    public boolean holdsText() {
        return holdsText;
    }

    /** Whether some mapping allows to store into it. */
    public boolean isWritable() {
        return isWritable;
    }

    /** Whether it is mapped at more than one address: a core's own loads there may miss what waits in its store buffer. */
    public boolean isAliased() {
        return isAliased;
    }

    /** What a higher layer keeps for this frame (the cache lines' states); null until set. */
    public @Nullable Object attachment() {
        return attachment;
    }

    /** Sets {@link #attachment()}. */
    public void attach(Object newAttachment) {
        attachment = newAttachment;
    }

    /** The 8 bytes from {@code offset}, which must be at most 4088. */
    public long quadwordAt(int offset) {
        return (long) LONGS.get(bytes, offset);
    }

    /** One byte, 0 to 255. */
    public int byteAt(int offset) {
        return bytes[offset] & 0xff;
    }

    /** Reads 1 to 8 bytes that lie inside this frame, zero-extended. */
    public long read(int offset, int sizeBytes) {
        return switch (sizeBytes) {
            case 8 -> (long) LONGS.get(bytes, offset);
            case 4 -> (int) INTS.get(bytes, offset) & 0xffffffffL;
            case 2 -> (short) SHORTS.get(bytes, offset) & 0xffffL;
            case 1 -> bytes[offset] & 0xffL;
            default -> readBytes(offset, sizeBytes);
        };
    }

    /** Writes 1 to 8 bytes that lie inside this frame. */
    public void write(int offset, int sizeBytes, long value) {
        if (isWatched) {
            keepInitial();
        }
        generation++;
        switch (sizeBytes) {
            case 8 -> LONGS.set(bytes, offset, value);
            case 4 -> INTS.set(bytes, offset, (int) value);
            case 2 -> SHORTS.set(bytes, offset, (short) value);
            case 1 -> bytes[offset] = (byte) value;
            default -> {
                for (int i = 0; i < sizeBytes; i++) {
                    bytes[offset + i] = (byte) (value >>> 8 * i);
                }
            }
        }
    }

    // ---- snapshots

    /**
     * What it holds now is what {@link #save} compares with.
     *
     * @param toBeSaved takes this frame when it changes: of a large memory most frames never do
     */
    void rememberInitial(SortedSet<Frame> toBeSaved) {
        written = toBeSaved;
        initial = null;
        isWatched = true;
    }

    private void keepInitial() {
        isWatched = false;
        initial = bytes.clone();
        Objects.requireNonNull(written).add(this);
    }

    /**
     * Appends each quadword that differs from the initial one, as a distance to the one before and both xored.
     *
     * @param last place of the quadword that was written last: frame number * 512 + its number in the frame; -1 if none
     * @return the new last place
     */
    int save(StateWriter out, int last) {
        byte[] before = Objects.requireNonNull(initial, "it has not changed");
        int place = last;
        for (int offset = 0; offset < SIZE_BYTES; offset += Long.BYTES) {
            int distance = Arrays.mismatch(bytes, offset, SIZE_BYTES, before, offset, SIZE_BYTES);
            if (distance < 0) {
                break;
            }
            offset = offset + distance & -Long.BYTES;
            int here = (number << QUADWORDS_BITS) + (offset >> 3);
            out.number(here - place);
            out.word((long) LONGS.get(bytes, offset) ^ (long) LONGS.get(before, offset));
            place = here;
        }
        return place;
    }

    /** Back to the initial bytes. */
    void reset() {
        System.arraycopy(Objects.requireNonNull(initial, "it has not changed"), 0, bytes, 0, SIZE_BYTES);
        generation++;
    }

    /** Changes one quadword as {@link #save} wrote it. */
    void restore(int quadword, long difference) {
        int offset = quadword * Long.BYTES;
        write(offset, Long.BYTES, quadwordAt(offset) ^ difference);
    }

    private long readBytes(int offset, int sizeBytes) {
        long value = 0;
        for (int i = 0; i < sizeBytes; i++) {
            value |= (bytes[offset + i] & 0xffL) << 8 * i;
        }
        return value;
    }
}
