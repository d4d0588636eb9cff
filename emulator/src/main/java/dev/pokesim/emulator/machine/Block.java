package dev.pokesim.emulator.machine;

import dev.pokesim.emulator.isa.Decoded;
import dev.pokesim.emulator.memory.Frame;
import dev.pokesim.emulator.microop.DirectJump;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Instructions of one page in the order in which they are executed as long as no conditional jump is taken: straight on, and on
 * where a jump forwards leads. Another jump, or a conditional one backwards, ends it. Valid while memory has the same bytes.
 */
final class Block {
    static final int MAX_INSTRUCTIONS = 32;
    private static final int OFFSET = Frame.SIZE_BYTES - 1;

    private final Frame frame;
    private final long address;
    private final Decoded[] instructions;
    /** From its first byte to its last one, with what it jumps over. */
    private final long sizeBytes;
    /** Whether it is one instruction that has to be taken by itself: see {@link MicroOp#flow()}. */
    private final boolean alone;

    /** Where execution goes on behind it, if its last step does not jump. */
    private final long next;

    /** Its bytes: the aligned words of the frame in which they lie, by offset, which of their bits count, and those bits. */
    private final int[] offsets;

    private final long[] masks;
    private final long[] words;
    /** The generation of the frame for which the bytes were last compared. */
    private int checkedGeneration;

    /** Another block that began at the same place once. */
    @Nullable
    Block other;

    /** What came after it lately. */
    private @Nullable Block following;

    private @Nullable Block beforeFollowing;

    private int executions;
    /** All of it in one piece, once it is worth that. */
    private @Nullable FusedBlock fused;

    private Block(Frame frame, List<Decoded> run, boolean alone) {
        this.frame = frame;
        this.alone = alone;
        instructions = run.toArray(Decoded[]::new);
        address = instructions[0].address();
        Decoded last = instructions[instructions.length - 1];
        sizeBytes = last.next() - address;
        next = onward(last);
        long[] page = new long[2 * MAX_INSTRUCTIONS * 3];
        int count = 0;
        int[] at = new int[MAX_INSTRUCTIONS * 3];
        for (Decoded decoded : instructions) {
            byte[] bytes = decoded.bytes().toArray();
            for (int i = 0; i < bytes.length; i++) {
                int offset = (int) decoded.address() + i & OFFSET;
                if (count == 0 || at[count - 1] != (offset & ~7)) {
                    at[count++] = offset & ~7;
                }
                page[2 * count - 2] |= 0xffL << 8 * offset;
                page[2 * count - 1] |= (bytes[i] & 0xffL) << 8 * offset;
            }
        }
        offsets = Arrays.copyOf(at, count);
        masks = IntStream.range(0, count).mapToLong(i -> page[2 * i]).toArray();
        words = IntStream.range(0, count).mapToLong(i -> page[2 * i + 1]).toArray();
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
     * @return null if its bytes go on in the next page
     */
    static @Nullable Block beginningWith(Decoded first, Frame frame, Source source) {
        long page = first.address() >>> 12;
        if (!isInside(first, page)) {
            return null;
        }
        List<Decoded> run = new ArrayList<>();
        Decoded last = first;
        run.add(first);
        while (run.size() < MAX_INSTRUCTIONS && goesOn(last)) {
            long onward = onward(last);
            Decoded following = onward >>> 12 == page ? source.at(onward) : null;
            if (following == null || !isInside(following, page) || flow(following) == MicroOp.Flow.ALONE) {
                break;
            }
            run.add(following);
            last = following;
        }
        return new Block(frame, run, flow(first) == MicroOp.Flow.ALONE);
    }

    private static boolean isInside(Decoded decoded, long page) {
        return decoded.next() - 1 >>> 12 == page;
    }

    /** The direct jump that an instruction consists of; null if it is another one. */
    static @Nullable DirectJump jump(Decoded decoded) {
        return decoded.size() == 1 && decoded.at(0) instanceof DirectJump jump ? jump : null;
    }

    /** Whether a block may go on behind an instruction: not behind a jump backwards, which closes a loop. */
    private static boolean goesOn(Decoded decoded) {
        DirectJump jump = jump(decoded);
        return jump == null
                ? flow(decoded) == MicroOp.Flow.STRAIGHT
                : Long.compareUnsigned(jump.target(), decoded.address()) > 0;
    }

    /** Where execution goes on behind an instruction if no conditional jump is taken. */
    private static long onward(Decoded decoded) {
        DirectJump jump = jump(decoded);
        return jump == null || jump.isConditional() ? decoded.next() : jump.target();
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

    /** Whether an address lies between its beginning and its end. */
    boolean hasInside(long other) {
        return Long.compareUnsigned(other - address - 1, sizeBytes - 1) < 0;
    }

    Frame frame() {
        return frame;
    }

    /** Where execution goes on behind it, if its last step does not jump. */
    long next() {
        return next;
    }

    /**
     * Counts an execution.
     *
     * @param hotAfter after how many executions a block is fused
     * @return null if it is not worth that yet
     */
    @Nullable
    FusedBlock fused(int hotAfter) {
        if (fused == null && ++executions > hotAfter) {
            fused = new FusedBlock(this);
        }
        return fused;
    }

    /** Whether memory still has its bytes. */
    boolean isPresent() {
        return checkedGeneration == frame.generation() || compare();
    }

    private boolean compare() {
        for (int i = 0; i < words.length; i++) {
            if ((frame.quadwordAt(offsets[i]) & masks[i]) != words[i]) {
                return false;
            }
        }
        checkedGeneration = frame.generation();
        return true;
    }

    /** The block at {@code rip} if it came after this one lately and is still there; otherwise null. */
    @Nullable
    Block following(long rip) {
        Block last = following;
        if (last != null && last.address == rip && last.isPresent()) {
            return last;
        }
        Block earlier = beforeFollowing;
        return earlier != null && earlier.address == rip && earlier.isPresent() ? earlier : null;
    }

    /** Remembers what came after it. */
    void setFollowing(Block block) {
        beforeFollowing = following;
        following = block;
    }
}
