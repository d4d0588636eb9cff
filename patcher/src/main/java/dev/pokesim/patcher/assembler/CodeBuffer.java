package dev.pokesim.patcher.assembler;

import dev.pokesim.emulator.memory.Address;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import jnr.x86asm.Assembler;
import jnr.x86asm.CONDITION;
import jnr.x86asm.CPU;
import jnr.x86asm.Immediate;
import jnr.x86asm.Label;

/**
 * Machine code that is being written for a known address. Each instruction comes from an assembler of its own, because
 * jnr-x86asm 1.0.2 holds 128 bytes at most and cannot bind labels; jumps, calls, RIP-relative operands, the GS prefix and
 * no-ops, which it encodes wrongly or not at all, are written here. Whatever it emits in silence for operands that it does
 * not check is the caller's to avoid: {@link #imm}, and no register that is called spl, bpl, sil or dil.
 */
public final class CodeBuffer {
    private static final int GS = 0x65;
    private static final int LOCK = 0xf0;

    /** What the library leaves where the displacement of a label belongs, in each byte. */
    private static final int DISPLACEMENT_FILLER = 4;

    /** The recommended no-ops of 1 to 9 bytes. Source: Intel SDM vol. 2B, "NOP"; the kernel's asm/nops.h has the same. */
    private static final int[][] NOPS = {
        {},
        {0x90},
        {0x66, 0x90},
        {0x0f, 0x1f, 0x00},
        {0x0f, 0x1f, 0x40, 0x00},
        {0x0f, 0x1f, 0x44, 0x00, 0x00},
        {0x66, 0x0f, 0x1f, 0x44, 0x00, 0x00},
        {0x0f, 0x1f, 0x80, 0x00, 0x00, 0x00, 0x00},
        {0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00},
        {0x66, 0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00}
    };

    private static final int LONGEST_NOP = NOPS.length - 1;

    /** A displacement to fill in: it counts from {@code end}, the first byte behind its instruction. */
    private record Fixup(int offset, int sizeBytes, int end, CodeLabel target) {}

    private final long start;
    private final List<Fixup> fixups = new ArrayList<>();
    private byte[] bytes = new byte[256];
    private int sizeBytes;

    /** @param start address of the first byte */
    public CodeBuffer(long start) {
        this.start = start;
    }

    /** The address of the byte that comes next. */
    public long here() {
        return start + sizeBytes;
    }

    /** How much there is so far. */
    public int sizeBytes() {
        return sizeBytes;
    }

    /** A constant operand that is sign-extended from 32 bits. @throws IllegalArgumentException if it has more */
    public static Immediate imm(long value) {
        if (value != (int) value) {
            throw new IllegalArgumentException(
                    "a constant of " + Long.toHexString(value) + " does not fit into 32 bits with sign");
        }
        return Immediate.imm(value);
    }

    /** Puts a label here. */
    public CodeBuffer bind(CodeLabel label) {
        label.bind(here());
        return this;
    }

    /** Bytes as they are. @param values 0 to 255 each */
    public CodeBuffer raw(int... values) {
        if (sizeBytes + values.length > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, sizeBytes + values.length));
        }
        for (int value : values) {
            if (value != (value & 0xff)) {
                throw new IllegalArgumentException("no byte: " + value);
            }
            bytes[sizeBytes++] = (byte) value;
        }
        return this;
    }

    /** The prefix that makes the memory operand of the next instruction relative to the GS base. */
    public CodeBuffer gs() {
        return raw(GS);
    }

    /** The prefix that makes the next instruction atomic. */
    public CodeBuffer lock() {
        return raw(LOCK);
    }

    /**
     * One instruction without a label.
     *
     * @param instruction makes exactly one call of the assembler
     * @throws IllegalArgumentException if the library emits nothing, or needs a trampoline for a target that is too far away
     */
    public CodeBuffer emit(Consumer<Assembler> instruction) {
        Assembler assembler = new Assembler(CPU.X86_64);
        instruction.accept(assembler);
        int emitted = assembler.offset();
        if (emitted == 0) {
            throw new IllegalArgumentException(
                    "at " + Address.text(here()) + ": the assembler has no such form of the instruction");
        }
        ByteBuffer encoded = ByteBuffer.allocate(assembler.codeSize()).order(ByteOrder.LITTLE_ENDIAN);
        assembler.relocCode(encoded, here());
        if (encoded.position() != emitted) {
            throw new IllegalArgumentException("at " + Address.text(here()) + ": the target is more than 31 bits away");
        }
        for (int i = 0; i < emitted; i++) {
            raw(Byte.toUnsignedInt(encoded.get(i)));
        }
        return this;
    }

    /**
     * One instruction whose memory operand is relative to RIP.
     *
     * @param target what the operand names
     * @param immediateBytes size of the constant behind the displacement, 0 if there is none
     * @param instruction makes exactly one call of the assembler, with a memory operand of the given label
     * @throws IllegalArgumentException if the instruction has no such operand
     */
    public CodeBuffer emitRipRelative(CodeLabel target, int immediateBytes, BiConsumer<Assembler, Label> instruction) {
        int before = sizeBytes;
        emit(assembler -> instruction.accept(assembler, new Label()));
        int offset = sizeBytes - immediateBytes - Integer.BYTES;
        boolean found = offset > before && (bytes[offset - 1] & 0xc7) == 0x05; // ModRM: RIP and a displacement
        for (int i = 0; found && i < Integer.BYTES; i++) {
            found = bytes[offset + i] == DISPLACEMENT_FILLER;
        }
        if (!found) {
            throw new IllegalArgumentException("at " + Address.text(start + before)
                    + ": no RIP-relative operand in front of a constant of " + immediateBytes + " bytes");
        }
        fixups.add(new Fixup(offset, Integer.BYTES, sizeBytes, target));
        return this;
    }

    /** JMP with 8 bits of displacement: 2 bytes. */
    public CodeBuffer jump8(CodeLabel target) {
        return raw(0xeb).displacement(Byte.BYTES, target);
    }

    /** JMP with 32 bits of displacement: 5 bytes. */
    public CodeBuffer jump32(CodeLabel target) {
        return raw(0xe9).displacement(Integer.BYTES, target);
    }

    /** JMP to a place further up, as short as it can be. @throws IllegalStateException if the label is not bound yet */
    public CodeBuffer jumpBack(CodeLabel target) {
        long displacement = target.address() - (here() + 2);
        return displacement == (byte) displacement ? jump8(target) : jump32(target);
    }

    /** Jcc with 8 bits of displacement: 2 bytes. */
    public CodeBuffer jumpIf8(CONDITION condition, CodeLabel target) {
        return raw(0x70 | condition.value()).displacement(Byte.BYTES, target);
    }

    /** Jcc with 32 bits of displacement: 6 bytes. */
    public CodeBuffer jumpIf32(CONDITION condition, CodeLabel target) {
        return raw(0x0f, 0x80 | condition.value()).displacement(Integer.BYTES, target);
    }

    /** CALL with 32 bits of displacement: 5 bytes. */
    public CodeBuffer call(CodeLabel target) {
        return raw(0xe8).displacement(Integer.BYTES, target);
    }

    /** No-ops of exactly that many bytes, one instruction up to 9 bytes. */
    public CodeBuffer nop(int byteCount) {
        int rest = byteCount;
        while (rest > LONGEST_NOP) {
            raw(NOPS[LONGEST_NOP]);
            rest -= LONGEST_NOP;
        }
        return raw(NOPS[rest]);
    }

    /** Fills up to a multiple with INT3, as the kernel does between functions. @param alignment a power of 2 */
    public CodeBuffer align(int alignment) {
        return fillTo(here() + alignment - 1 & -alignment);
    }

    /** Fills up to an address with INT3. @throws IllegalArgumentException if that is further up */
    public CodeBuffer fillTo(long address) {
        long count = address - here();
        if (count < 0 || count > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "cannot fill from " + Address.text(here()) + " to " + Address.text(address));
        }
        int[] filler = new int[(int) count];
        Arrays.fill(filler, 0xcc);
        return raw(filler);
    }

    /**
     * A copy of the code with all displacements filled in.
     *
     * @throws IllegalStateException if a label is not bound, or too far away for the size of a displacement
     */
    public byte[] toArray() {
        byte[] result = Arrays.copyOf(bytes, sizeBytes);
        for (Fixup fixup : fixups) {
            long displacement = fixup.target.address() - (start + fixup.end);
            int unusedBits = Long.SIZE - Byte.SIZE * fixup.sizeBytes;
            if (displacement << unusedBits >> unusedBits != displacement) {
                throw new IllegalStateException("at " + Address.text(start + fixup.offset) + ": "
                        + Address.text(fixup.target.address()) + " is too far away for " + Byte.SIZE * fixup.sizeBytes
                        + " bits of displacement");
            }
            for (int i = 0; i < fixup.sizeBytes; i++) {
                result[fixup.offset + i] = (byte) (displacement >> Byte.SIZE * i);
            }
        }
        return result;
    }

    private CodeBuffer displacement(int displacementBytes, CodeLabel target) {
        fixups.add(new Fixup(sizeBytes, displacementBytes, sizeBytes + displacementBytes, target));
        return raw(new int[displacementBytes]);
    }
}
