package dev.pokesim.emulator.machine;

import dev.pokesim.emulator.isa.Decoded;
import dev.pokesim.emulator.memory.Frame;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Instructions that follow one another inside a page, with all their micro-ops in a row. Only the last one may jump. Valid
 * while memory has the same bytes.
 */
final class Block {
    static final int MAX_INSTRUCTIONS = 32;
    private static final int MAX_SIZE_BYTES = 128;
    private static final int OFFSET = Frame.SIZE_BYTES - 1;

    private final Frame frame;
    private final long address;
    private final Decoded[] instructions;
    private final int sizeBytes;
    /** Whether it is one instruction that has to be taken by itself: see {@link MicroOp#flow()}. */
    private final boolean alone;

    private final MicroOp[] steps;
    /** Per instruction the number of steps up to its end. */
    private final int[] ends;

    /** The steps after which the block may have changed, by their number plus 1, and the number of all steps. */
    private final int[] changes;

    private final boolean writes;

    /** Its bytes, eight at a time; the last ones cut by {@link #lastMask}. */
    private final long[] words;

    private final long lastMask;
    /** The generation of the frame for which the bytes were last compared. */
    private int checkedGeneration;

    /** Another block that began at the same place once. */
    @Nullable
    Block other;

    /** What came after it lately. */
    private @Nullable Block next;

    private @Nullable Block beforeNext;

    private Block(Frame frame, List<Decoded> run, boolean alone) {
        this.frame = frame;
        this.alone = alone;
        instructions = run.toArray(Decoded[]::new);
        address = instructions[0].address();
        sizeBytes = (int) (instructions[instructions.length - 1].next() - address);
        ends = new int[instructions.length];
        List<MicroOp> all = new ArrayList<>();
        byte[] bytes = new byte[sizeBytes];
        for (int i = 0; i < instructions.length; i++) {
            Decoded decoded = instructions[i];
            for (int k = 0; k < decoded.size(); k++) {
                all.add(decoded.at(k));
            }
            ends[i] = all.size();
            byte[] part = decoded.bytes().toArray();
            System.arraycopy(part, 0, bytes, (int) (decoded.address() - address), part.length);
        }
        steps = all.toArray(MicroOp[]::new);
        changes = IntStream.rangeClosed(1, steps.length)
                .filter(i -> i == steps.length || steps[i - 1].memory().isWrite())
                .toArray();
        writes = changes.length > 1
                || steps.length > 0 && steps[steps.length - 1].memory().isWrite();
        words = new long[sizeBytes + 7 >>> 3];
        for (int i = 0; i < sizeBytes; i++) {
            words[i >>> 3] |= (bytes[i] & 0xffL) << 8 * (i & 7);
        }
        lastMask = -1L >>> 64 * words.length - 8 * sizeBytes;
        checkedGeneration = frame.generation();
    }

    /** Where instructions come from. */
    @FunctionalInterface
    interface Source {
        /** The instruction at an address; null if there is none that can be decoded. */
        @Nullable
        Decoded at(long address);
    }

    /**
     * The block that begins with an instruction.
     *
     * @param first what memory has now
     * @return null if its bytes are too close to the end of the page
     */
    static @Nullable Block beginningWith(Decoded first, Frame frame, Source source) {
        if (!fits(first.address(), first)) {
            return null;
        }
        List<Decoded> run = new ArrayList<>();
        run.add(first);
        MicroOp.Flow flow = flow(first);
        boolean alone = flow == MicroOp.Flow.ALONE;
        while (flow == MicroOp.Flow.STRAIGHT && run.size() < MAX_INSTRUCTIONS) {
            Decoded following = source.at(run.get(run.size() - 1).next());
            if (following == null || !fits(first.address(), following)) {
                break;
            }
            flow = flow(following);
            if (flow == MicroOp.Flow.ALONE) {
                break;
            }
            run.add(following);
        }
        return new Block(frame, run, alone);
    }

    /** Whether the bytes up to the end of an instruction can be compared eight at a time. */
    private static boolean fits(long start, Decoded last) {
        long size = last.next() - start;
        return size <= MAX_SIZE_BYTES && ((int) start & OFFSET) + (size + 7 & -8) <= Frame.SIZE_BYTES;
    }

    /** The strictest of its micro-ops' flows. */
    private static MicroOp.Flow flow(Decoded decoded) {
        MicroOp.Flow flow = decoded.isRepeated() ? MicroOp.Flow.ALONE : MicroOp.Flow.STRAIGHT;
        for (int i = 0; i < decoded.size(); i++) {
            MicroOp.Flow other = decoded.at(i).flow();
            flow = other.compareTo(flow) > 0 ? other : flow;
        }
        return flow;
    }

    long address() {
        return address;
    }

    /** The address behind it. */
    long end() {
        return address + sizeBytes;
    }

    /** How many instructions it has. */
    int count() {
        return instructions.length;
    }

    Decoded instruction(int index) {
        return instructions[index];
    }

    boolean isAlone() {
        return alone;
    }

    /** Whether an address lies in it behind its beginning. */
    boolean hasInside(long other) {
        return Long.compareUnsigned(other - address - 1, sizeBytes - 1) < 0;
    }

    Frame frame() {
        return frame;
    }

    MicroOp[] steps() {
        return steps;
    }

    /** Whether a step of it writes memory, so that it may change itself. */
    boolean writes() {
        return writes;
    }

    /** How many steps there are up to each one that writes memory, and in all. */
    int[] changes() {
        return changes;
    }

    /** How many steps there are up to the end of an instruction. */
    int stepsUpTo(int instruction) {
        return ends[instruction];
    }

    /** The instruction that a step belongs to. */
    int instructionOf(int step) {
        int instruction = 0;
        while (ends[instruction] <= step) {
            instruction++;
        }
        return instruction;
    }

    /** Whether memory still has its bytes. */
    boolean isPresent() {
        return checkedGeneration == frame.generation() || compare();
    }

    private boolean compare() {
        int offset = (int) address & OFFSET;
        int last = words.length - 1;
        for (int i = 0; i < last; i++) {
            if (frame.quadwordAt(offset + 8 * i) != words[i]) {
                return false;
            }
        }
        if ((frame.quadwordAt(offset + 8 * last) & lastMask) != words[last]) {
            return false;
        }
        checkedGeneration = frame.generation();
        return true;
    }

    /** The block at {@code rip} if it came after this one lately and is still there; otherwise null. */
    @Nullable
    Block following(long rip) {
        Block last = next;
        if (last != null && last.address == rip && last.isPresent()) {
            return last;
        }
        Block earlier = beforeNext;
        return earlier != null && earlier.address == rip && earlier.isPresent() ? earlier : null;
    }

    /** Remembers what came after it. */
    void setFollowing(Block block) {
        beforeNext = next;
        next = block;
    }
}
