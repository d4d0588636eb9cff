package dev.pokesim.patcher.site;

import static dev.pokesim.patcher.assembler.CodeBuffer.imm;
import static jnr.x86asm.Asm.byte_ptr;
import static jnr.x86asm.Asm.dword_ptr;
import static jnr.x86asm.Asm.ptr;
import static jnr.x86asm.Asm.qword_ptr;
import static jnr.x86asm.Asm.rdi;
import static jnr.x86asm.Asm.word_ptr;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.SeededRandom;
import dev.pokesim.patcher.assembler.CodeBuffer;
import dev.pokesim.patcher.assembler.CodeLabel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import jnr.x86asm.CONDITION;
import jnr.x86asm.Immediate;
import jnr.x86asm.Register;

/**
 * Writes random integer instructions, the mix that compilers make of small kernel functions: every value comes from the
 * function's arguments, its scratch area and the shared constants, and no flag is used that another instruction left long ago.
 * R11 is left alone.
 */
final class IntegerCode {
    /** The caller's area that a generated function may read and write, at RDI. */
    static final int SCRATCH_BYTES = 64;

    /** Entries of 8 bytes in the table of shared constants. */
    static final int TABLE_ENTRIES = 64;

    private static final int R8 = 8;
    private static final int R9 = 9;
    private static final int R10 = 10;

    /** What random code may change. Not here: stack and frame pointer, the arguments, R11, callee-saved registers. */
    private static final List<Integer> CALLER_SAVED = List.of(Core.RAX, Core.RCX, Core.RDX, R8, R9, R10);

    private static final List<Integer> LEAF_REGISTERS = List.of(Core.RAX, Core.RCX, Core.RDX);

    private static final List<CONDITION> CONDITIONS = List.of(
            CONDITION.C_E,
            CONDITION.C_NE,
            CONDITION.C_B,
            CONDITION.C_AE,
            CONDITION.C_BE,
            CONDITION.C_A,
            CONDITION.C_L,
            CONDITION.C_GE,
            CONDITION.C_LE,
            CONDITION.C_G,
            CONDITION.C_S,
            CONDITION.C_NS);

    /** At most this many leaf calls in one function, so that it ends soon. */
    private static final int MAX_CALLS = 2;

    private final CodeBuffer code;
    private final SeededRandom random;
    private final CodeLabel table;
    private final List<CodeLabel> leaves;
    private final List<Integer> targets;

    /** Registers that have a value, in the order in which they got it. */
    private final List<Integer> sources = new ArrayList<>();

    private boolean hasLoop;
    private int calls;

    private IntegerCode(
            CodeBuffer code, SeededRandom random, CodeLabel table, List<CodeLabel> leaves, List<Integer> targets) {
        this.code = code;
        this.random = random;
        this.table = table;
        this.leaves = leaves;
        this.targets = targets;
        sources.add(Core.RSI);
    }

    /**
     * Code that may loop, and call the given leaf functions.
     *
     * @param table the shared constants, {@link #TABLE_ENTRIES} of them
     */
    static IntegerCode of(CodeBuffer code, SeededRandom random, CodeLabel table, List<CodeLabel> leaves) {
        return new IntegerCode(code, random, table, List.copyOf(leaves), CALLER_SAVED);
    }

    /** Code of a leaf function: straight, and only in RAX, RCX and RDX. */
    static IntegerCode ofLeaf(CodeBuffer code, SeededRandom random, CodeLabel table) {
        return new IntegerCode(code, random, table, List.of(), LEAF_REGISTERS);
    }

    /** From now on the register may be read, too. */
    void addSource(int register) {
        if (!sources.contains(register)) {
            sources.add(register);
        }
    }

    /** The registers that may be read. */
    List<Integer> sources() {
        return List.copyOf(sources);
    }

    /** Goes back to a place from where another path leads on. @param known what {@link #sources} was there */
    void continueFrom(List<Integer> known) {
        sources.clear();
        sources.addAll(known);
    }

    /** A load through the pointer argument. */
    void loadFromScratch(int register) {
        Register target = Register.gpq(register);
        long offset = wordOffset();
        code.emit(a -> a.mov(target, qword_ptr(rdi, offset)));
        addSource(register);
    }

    /** A load of a shared constant. */
    void loadFromTable(int register) {
        Register target = Register.gpq(register);
        long offset = 8L * random.nextInt(TABLE_ENTRIES);
        code.emitRipRelative(CodeLabel.at(table.address() + offset), 0, (a, label) -> a.mov(target, qword_ptr(label)));
        addSource(register);
    }

    /** That many instructions without jumps and calls. */
    void straight(int count) {
        for (int i = 0; i < count; i++) {
            single(any(targets));
        }
    }

    /** Instructions without jumps and calls until the buffer has a size. */
    void straightUpTo(int sizeBytes) {
        while (code.sizeBytes() < sizeBytes) {
            single(any(targets));
        }
    }

    /**
     * Instructions of every kind.
     *
     * @param count how many; those of a loop count once, those of a called leaf not
     * @param limitBytes nothing begins when the buffer has this size; what begins before has at most 40 bytes
     * @return how many it became
     */
    int mixed(int count, int limitBytes) {
        int done = 0;
        while (done < count && code.sizeBytes() < limitBytes) {
            done += group(count - done);
        }
        return done;
    }

    private int group(int room) {
        int choice = random.nextInt(20);
        if (choice == 0 && room >= 7 && !hasLoop && leaves.size() > 0) {
            return loop();
        }
        if (choice == 1 && calls < MAX_CALLS && leaves.size() > 0) {
            calls++;
            code.call(any(leaves));
            return 1;
        }
        if (choice <= 4 && room >= 5) {
            return skip();
        }
        if (choice == 5 && room >= 3) {
            return set();
        }
        if (choice == 6 && room >= 2) {
            return conditionalMove();
        }
        if (choice == 7 && room >= 4) {
            return lookUp();
        }
        single(any(targets));
        return 1;
    }

    /** 2 to 4 rounds of 2 to 4 instructions that leave the counter alone. */
    private int loop() {
        hasLoop = true;
        int rounds = 2 + random.nextInt(3);
        int size = 2 + random.nextInt(3);
        List<Integer> others = without(targets, register -> register == R10);
        code.emit(a -> a.mov(Register.gpd(R10), imm(rounds)));
        CodeLabel top = new CodeLabel();
        code.bind(top);
        for (int i = 0; i < size; i++) {
            single(any(others));
        }
        code.emit(a -> a.dec(Register.gpd(R10)));
        code.jumpIf8(CONDITION.C_NE, top);
        addSource(R10);
        return size + 3;
    }

    /** A short forward jump over 1 to 3 instructions. They give no register its first value. */
    private int skip() {
        int size = 1 + random.nextInt(3);
        compare();
        CodeLabel behind = new CodeLabel();
        code.jumpIf8(any(CONDITIONS), behind);
        List<Integer> known = knownTargets();
        for (int i = 0; i < size; i++) {
            single(any(known));
        }
        code.bind(behind);
        return size + 2;
    }

    private int set() {
        compare();
        int register = any(targets);
        CONDITION condition = any(CONDITIONS);
        code.emit(a -> a.set(condition, Register.gpb(register)));
        code.emit(a -> a.movzx(Register.gpd(register), Register.gpb(register)));
        addSource(register);
        return 3;
    }

    private int conditionalMove() {
        compare();
        int register = any(knownTargets());
        Register target = Register.gpq(register);
        Register source = Register.gpq(sourceOtherThan(register));
        CONDITION condition = any(CONDITIONS);
        code.emit(a -> a.cmov(condition, target, source));
        return 2;
    }

    private int lookUp() {
        int base = any(targets);
        List<Integer> others = without(targets, register -> register == base);
        int index = any(others);
        Register source = Register.gpd(any(sources));
        code.emit(a -> a.mov(Register.gpd(index), source));
        code.emit(a -> a.and_(Register.gpd(index), imm(TABLE_ENTRIES - 1)));
        code.emitRipRelative(table, 0, (a, label) -> a.lea(Register.gpq(base), ptr(label)));
        code.emit(a -> a.mov(Register.gpq(base), qword_ptr(Register.gpq(base), Register.gpq(index), 3, 0)));
        addSource(base);
        addSource(index);
        return 4;
    }

    private void compare() {
        int register = any(sources);
        if (random.nextInt(2) == 0) {
            Register other = Register.gpq(sourceOtherThan(register));
            code.emit(a -> a.cmp(Register.gpq(register), other));
        } else if (random.nextInt(2) == 0) {
            Immediate constant = imm(random.nextInt(256) - 128);
            code.emit(a -> a.cmp(Register.gpd(register), constant));
        } else {
            code.emit(a -> a.test(Register.gpq(register), Register.gpq(register)));
        }
    }

    /** One instruction; whatever it sets depends on the sources only. */
    private void single(int register) {
        if (sources.contains(register) && random.nextInt(3) > 0) {
            change(register);
        } else if (random.nextInt(6) == 0) {
            store();
        } else {
            give(register);
        }
    }

    /** Gives a register a value that does not depend on its old one. */
    private void give(int register) {
        Register wide = Register.gpq(register);
        Register half = Register.gpd(register);
        int source = sourceOtherThan(register);
        int byteSource = any(byteSources());
        switch (random.nextInt(10)) {
            case 0 -> code.emit(a -> a.mov(wide, Register.gpq(source)));
            case 1 -> {
                Register index = Register.gpq(any(sources));
                int shift = random.nextInt(4);
                long displacement = random.nextInt(256) - 128;
                code.emit(a -> a.lea(wide, ptr(Register.gpq(source), index, shift, displacement)));
            }
            case 2 -> code.emit(a -> a.movzx(half, Register.gpb(byteSource)));
            case 3 -> code.emit(a -> a.movsxd(wide, Register.gpd(source)));
            case 4 -> {
                Immediate factor = imm(random.nextInt(2) == 0 ? 3 + random.nextInt(125) : (int) random.nextLong() | 1);
                code.emit(a -> a.imul(wide, Register.gpq(source), factor));
            }
            case 5 -> {
                Immediate constant = imm((int) random.nextLong() & Integer.MAX_VALUE);
                code.emit(a -> a.mov(half, constant));
            }
            case 6 -> {
                long offset = 4L * random.nextInt(SCRATCH_BYTES / 4);
                code.emit(a -> a.mov(half, dword_ptr(rdi, offset)));
            }
            case 7 -> {
                long offset = random.nextInt(SCRATCH_BYTES - 1);
                boolean isByte = random.nextInt(2) == 0;
                code.emit(a -> a.movzx(half, isByte ? byte_ptr(rdi, offset) : word_ptr(rdi, offset)));
            }
            case 8 -> loadFromScratch(register);
            default -> loadFromTable(register);
        }
        addSource(register);
    }

    /** Computes with a register that has a value. */
    private void change(int register) {
        boolean isWide = random.nextInt(3) > 0;
        Register target = isWide ? Register.gpq(register) : Register.gpd(register);
        int number = sourceOtherThan(register);
        Register source = isWide ? Register.gpq(number) : Register.gpd(number);
        long offset = wordOffset();
        switch (random.nextInt(16)) {
            case 0, 1 -> code.emit(a -> a.add(target, source));
            case 2 -> code.emit(a -> a.sub(target, source));
            case 3, 4 -> code.emit(a -> a.xor_(target, source));
            case 5 -> code.emit(a -> a.or_(target, source));
            case 6 -> code.emit(a -> a.imul(target, source));
            case 7 -> {
                Immediate constant = imm(random.nextInt(256) - 128);
                code.emit(a -> a.add(target, constant));
            }
            case 8 -> {
                Immediate mask = imm((int) random.nextLong());
                code.emit(a -> a.and_(target, mask));
            }
            case 9 -> {
                Immediate count = imm(1 + random.nextInt(31));
                code.emit(a -> a.shl(target, count));
            }
            case 10 -> {
                Immediate count = imm(1 + random.nextInt(31));
                code.emit(a -> a.shr(target, count));
            }
            case 11 -> {
                Immediate count = imm(1 + random.nextInt(31));
                code.emit(a -> a.sar(target, count));
            }
            case 12 -> code.emit(a -> a.not_(target));
            case 13 -> code.emit(a -> a.inc(target));
            case 14 -> code.emit(a -> a.add(Register.gpq(register), qword_ptr(rdi, offset)));
            default -> code.emit(a -> a.xor_(Register.gpq(register), qword_ptr(rdi, offset)));
        }
    }

    private void store() {
        int source = any(sources);
        long offset = wordOffset();
        switch (random.nextInt(3)) {
            case 0 -> code.emit(a -> a.mov(qword_ptr(rdi, offset), Register.gpq(source)));
            case 1 -> code.emit(a -> a.mov(dword_ptr(rdi, offset), Register.gpd(source)));
            default -> code.emit(a -> a.add(qword_ptr(rdi, offset), Register.gpq(source)));
        }
    }

    private long wordOffset() {
        return 8L * random.nextInt(SCRATCH_BYTES / 8);
    }

    private List<Integer> knownTargets() {
        return without(targets, register -> !sources.contains(register));
    }

    /** A compiler does not compute with one register twice; RSI and RAX always have values. */
    private int sourceOtherThan(int register) {
        return any(without(sources, source -> source == register));
    }

    private static List<Integer> without(List<Integer> registers, IntPredicate isUnwanted) {
        List<Integer> others = new ArrayList<>(registers);
        others.removeIf(isUnwanted::test);
        return others;
    }

    /** The assembler cannot name the low byte of RSI. RAX always has a value. */
    private List<Integer> byteSources() {
        return without(sources, register -> register == Core.RSI);
    }

    private <T> T any(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
