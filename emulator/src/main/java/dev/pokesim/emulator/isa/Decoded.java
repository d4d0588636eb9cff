package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.emulator.microop.MicroCode;
import dev.pokesim.emulator.microop.MicroOp;
import org.jspecify.annotations.Nullable;

/** An instruction at a place: its bytes and its micro-ops. */
public final class Decoded extends MicroCode {
    private final Instruction instruction;
    private final Operands operands;
    private final InstructionBytes bytes;
    private final long lowMask;
    private final long highMask;
    private final boolean repeated;

    /** The generation of its frame for which its bytes were last compared with memory; kept by {@link DecodeCache}. */
    int checkedGeneration;
    /** Another instruction that stood here once. */
    @Nullable
    Decoded other;

    Decoded(Instruction instruction, Operands operands, InstructionBytes bytes) {
        super(instruction.microOps(operands).toArray(MicroOp[]::new));
        this.instruction = instruction;
        this.operands = operands;
        this.bytes = bytes;
        repeated = operands.repeatPrefix() != 0;
        int size = bytes.sizeBytes();
        lowMask = size >= 8 ? -1 : (1L << 8 * size) - 1;
        highMask = size <= 8 ? 0 : (1L << 8 * (size - 8)) - 1;
    }

    /** Whether it is a string instruction with a repeat prefix: its micro-ops are one round, and the first may end it. */
    public boolean isRepeated() {
        return repeated;
    }

    /** Whether these are its bytes, followed by whatever. */
    boolean matches(long low, long high) {
        return (low & lowMask) == bytes.low() && (high & highMask) == bytes.high();
    }

    /** Whether the first 8 bytes are enough to compare. */
    boolean isShort() {
        return highMask == 0;
    }

    public InstructionBytes bytes() {
        return bytes;
    }

    /** Address of the instruction. */
    public long address() {
        return operands.address();
    }

    /** Address behind the instruction. */
    public long next() {
        return operands.next();
    }

    /** Whether it is a relative jump or call: where to is part of its bytes. */
    public boolean branches() {
        return operands.count() > 0 && operands.get(0) instanceof Operand.Target;
    }

    /** Where a relative jump or call leads; only if it {@link #branches()}. */
    public long target() {
        return operands.target();
    }

    /** The manual's name in lower case. */
    public String mnemonic() {
        return instruction.mnemonic();
    }

    /** Intel syntax. */
    @Override
    public String name() {
        return (operands.isLocked() ? "lock " : "") + instruction.assembly(operands);
    }

    @Override
    public String toString() {
        return name();
    }
}
