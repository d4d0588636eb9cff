package dev.pokesim.benchmarks;

import static dev.pokesim.patcher.assembler.CodeBuffer.imm;
import static jnr.x86asm.Asm.byte_ptr;
import static jnr.x86asm.Asm.dword_ptr;
import static jnr.x86asm.Asm.eax;
import static jnr.x86asm.Asm.qword_ptr;
import static jnr.x86asm.Asm.r10;
import static jnr.x86asm.Asm.r13;
import static jnr.x86asm.Asm.r14;
import static jnr.x86asm.Asm.r8;
import static jnr.x86asm.Asm.rax;
import static jnr.x86asm.Asm.rbp;
import static jnr.x86asm.Asm.rbx;
import static jnr.x86asm.Asm.rcx;
import static jnr.x86asm.Asm.rdi;
import static jnr.x86asm.Asm.rdx;
import static jnr.x86asm.Asm.rsi;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.machine.Interpreter;
import dev.pokesim.emulator.memory.Access;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.patcher.assembler.CodeBuffer;
import dev.pokesim.patcher.assembler.CodeLabel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jnr.x86asm.CONDITION;
import jnr.x86asm.Register;

/**
 * The guest programs that are measured. Each is a loop with RCX counting down to 0, and leaves a checksum in R8 that the same
 * work in Java confirms: an instruction that was changed and still executed in its old form makes it wrong.
 */
public enum GuestProgram {
    /** Straight-line arithmetic on an array of 512 words, and a branch that depends on them: the pattern comes again and again. */
    A(0, 0) {
        @Override
        void loop(CodeBuffer code, CodeLabel top) {
            arithmetic(code, top, Place.RESULTS - Place.DATA, rax);
        }

        @Override
        void prepare(AddressSpace memory) {}

        @Override
        byte[] data() {
            ByteBuffer words = ByteBuffer.allocate(Place.DATA_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < WORDS; i++) {
                words.putLong(word(i));
            }
            return words.array();
        }

        private static long word(int index) {
            return (index * 0x9e3779b97f4a7c15L) >>> 11;
        }

        @Override
        public long checksum(long iterations) {
            long d = 0;
            long sum = 0;
            int index = 0;
            for (long count = iterations; count > 0; count--) {
                long word = word(index);
                d = Long.rotateRight(d + word ^ count, 7);
                long stored = d + word * 4 + 3;
                index = index + 1 & WORDS - 1;
                sum = (word & 1) == 0 ? sum + stored : sum - stored ^ 0x55;
            }
            return sum;
        }
    },

    /** As A, but what is stored is loaded again, and the branch follows no pattern: no processor can foresee it. */
    R(0, 0) {
        @Override
        void loop(CodeBuffer code, CodeLabel top) {
            arithmetic(code, top, 0, rdx);
        }

        @Override
        void prepare(AddressSpace memory) {}

        @Override
        public long checksum(long iterations) {
            long[] words = new long[WORDS];
            long d = 0;
            long sum = 0;
            int index = 0;
            for (long count = iterations; count > 0; count--) {
                long word = words[index];
                d = Long.rotateRight(d + word ^ count, 7);
                long stored = d + word * 4 + 3;
                words[index] = stored;
                index = index + 1 & WORDS - 1;
                sum = (d & 1) == 0 ? sum + stored : sum - stored ^ 0x55;
            }
            return sum;
        }
    },

    /** Calls: one direct, one through a table of four. */
    B(0, 0) {
        @Override
        void loop(CodeBuffer code, CodeLabel top) {
            code.emit(a -> a.mov(rdi, rcx))
                    .call(CodeLabel.at(Place.FUNCTIONS))
                    .emit(a -> a.mov(rax, rcx))
                    .emit(a -> a.and_(eax, imm(3)))
                    .emit(a -> a.call(qword_ptr(r14, rax, 3, 0)))
                    .emit(a -> a.xor_(r8, rax));
            countDown(code, top);
        }

        @Override
        void prepare(AddressSpace memory) {
            CodeBuffer code = new CodeBuffer(Place.FUNCTIONS);
            code.emit(a -> a.push(rbx))
                    .emit(a -> a.mov(rax, qword_ptr(r13, 0)))
                    .emit(a -> a.lea(rbx, qword_ptr(rax, rdi, 1, 1)))
                    .emit(a -> a.mov(qword_ptr(r13, 0), rbx))
                    .emit(a -> a.add(r8, rbx))
                    .emit(a -> a.pop(rbx))
                    .emit(a -> a.ret());
            for (int i = 0; i < 4; i++) {
                int number = i;
                code.fillTo(Place.FUNCTIONS + 64 * (i + 1))
                        .emit(a -> a.push(rbp))
                        .emit(a -> a.mov(rbp, qword_ptr(r13, 0)))
                        .emit(a -> a.shr(rbp, imm(number + 1)))
                        .emit(a -> a.add(r8, rbp))
                        .emit(a -> a.pop(rbp))
                        .emit(a -> a.ret());
                memory.write(Place.TABLE + 8 * i, 8, Place.FUNCTIONS + 64 * (i + 1), 0);
            }
            memory.load(Place.FUNCTIONS, code.toArray());
        }

        @Override
        public long checksum(long iterations) {
            long word = 0;
            long sum = 0;
            for (long count = iterations; count > 0; count--) {
                word += count * 2 + 1;
                sum += word;
                int index = (int) count & 3;
                sum += word >>> index + 1;
                sum ^= index;
            }
            return sum;
        }
    },

    /** Patches a site on another page to a jump and back, four bytes and then the first, and calls it after each patch. */
    C1(Place.FAR_SITE, 1) {
        @Override
        void patch(CodeBuffer code, int first, int rest) {
            writeBytes(code, first, rest);
        }
    },

    /** As C1, with the site on the loop's own page. */
    C2(Place.NEAR_SITE, 1) {
        @Override
        void patch(CodeBuffer code, int first, int rest) {
            writeBytes(code, first, rest);
        }
    },

    /** As C1, with INT3 in the first byte while the others change. */
    C3(Place.FAR_SITE, 1) {
        @Override
        void patch(CodeBuffer code, int first, int rest) {
            code.emit(a -> a.mov(byte_ptr(rbx, 0), imm(0xcc)));
            writeBytes(code, first, rest);
        }
    },

    /** As C1, and the site is executed 256 times after each patch. */
    C4(Place.FAR_SITE, 256) {
        @Override
        void patch(CodeBuffer code, int first, int rest) {
            writeBytes(code, first, rest);
        }
    };

    /** Where things lie: the loop and what follows it on one page, the far site and the functions on the next ones, then data. */
    private static final class Place {
        static final long LOOP = 0x400000;
        static final long END = LOOP + 0x600;
        static final long NEAR_SITE = LOOP + 0x800;
        static final long FAR_SITE = LOOP + 0x1200;
        static final long FUNCTIONS = LOOP + 0x2000;
        static final long DATA = 0x600000;
        static final int DATA_BYTES = 4096;
        static final long RESULTS = DATA + 0x2000;
        static final long TABLE = DATA + 0x1000;
        /** From behind the site over an ADD and a RET. */
        static final int JUMP_DISTANCE = 4;

        private Place() {}
    }

    private static final int WORDS = 512;
    private static final int NOP5_FIRST = 0x0f;
    private static final int NOP5_REST = 0x0000441f;
    private static final int JMP_FIRST = 0xe9;

    private final long site;
    private final int callsPerPatch;

    GuestProgram(long site, int callsPerPatch) {
        this.site = site;
        this.callsPerPatch = callsPerPatch;
    }

    /** Patches in one iteration. */
    public int patches() {
        return site == 0 ? 0 : 2;
    }

    /** An emulated core with the program loaded. */
    public Interpreter load() {
        AddressSpace memory = new AddressSpace();
        memory.map(Place.LOOP, 4 * 4096, Access.READ, Access.WRITE, Access.EXECUTE);
        memory.map(Place.DATA, 4 * 4096, Access.READ, Access.WRITE);
        CodeLabel top = new CodeLabel();
        CodeBuffer code = new CodeBuffer(Place.LOOP).bind(top);
        loop(code, top);
        memory.load(Place.LOOP, code.toArray());
        memory.load(Place.END, new byte[] {(byte) 0xf4});
        prepare(memory);
        return new Interpreter(memory);
    }

    /**
     * Runs it from its beginning.
     *
     * @param expected what {@link #checksum} says for that many iterations
     * @return how many instructions that were
     * @throws IllegalStateException if the checksum is wrong
     */
    public long run(Interpreter interpreter, long iterations, long expected) {
        Core core = interpreter.core();
        core.memory().load(Place.DATA, data());
        for (int i = 0; i < 16; i++) {
            core.setRegister(i, 0);
        }
        core.setRegister(Core.RCX, iterations);
        core.setRegister(Core.RBX, site == 0 ? Place.DATA : site);
        core.setRegister(Core.RSP, Place.DATA + 3 * 4096);
        core.setRegister(13, Place.DATA);
        core.setRegister(14, Place.TABLE);
        core.setRip(Place.LOOP);
        long done = interpreter.run(Long.MAX_VALUE, Place.END);
        if (core.register(8) != expected) {
            throw new IllegalStateException(name() + ": checksum " + Long.toHexString(core.register(8)) + " instead of "
                    + Long.toHexString(expected) + " after " + iterations
                    + " iterations: an instruction did the wrong thing");
        }
        return done;
    }

    /** The code from {@code top} to the jump to {@code END}. */
    void loop(CodeBuffer code, CodeLabel top) {
        patch(code, JMP_FIRST, Place.JUMP_DISTANCE);
        callSite(code);
        patch(code, NOP5_FIRST, NOP5_REST);
        callSite(code);
        countDown(code, top);
    }

    /** What the data page holds at the start of a run. */
    byte[] data() {
        return new byte[Place.DATA_BYTES];
    }

    /**
     * The loop of A and R.
     *
     * @param results distance from the words that are loaded to those that are stored
     * @param decides the register that the branch tests
     */
    private static void arithmetic(CodeBuffer code, CodeLabel top, long results, Register decides) {
        CodeLabel odd = new CodeLabel();
        CodeLabel next = new CodeLabel();
        code.emit(a -> a.mov(rax, qword_ptr(rbx, rsi, 3, 0)))
                .emit(a -> a.add(rdx, rax))
                .emit(a -> a.xor_(rdx, rcx))
                .emit(a -> a.ror(rdx, imm(7)))
                .emit(a -> a.lea(rdi, qword_ptr(rdx, rax, 2, 3)))
                .emit(a -> a.mov(qword_ptr(rbx, rsi, 3, results), rdi))
                .emit(a -> a.add(rsi, imm(1)))
                .emit(a -> a.and_(rsi, imm(WORDS - 1)))
                .emit(a -> a.test(decides, imm(1)))
                .jumpIf8(CONDITION.C_NE, odd)
                .emit(a -> a.add(r8, rdi))
                .jump8(next)
                .bind(odd)
                .emit(a -> a.sub(r8, rdi))
                .emit(a -> a.xor_(r8, imm(0x55)))
                .bind(next);
        countDown(code, top);
    }

    /** Everything outside the loop: here the site, which adds R10 and the counter, or with the jump in place R10 and 3 times R8. */
    void prepare(AddressSpace memory) {
        CodeLabel jumpTarget = new CodeLabel();
        CodeBuffer code = new CodeBuffer(site)
                .nop(5)
                .emit(a -> a.add(r8, rcx))
                .emit(a -> a.ret())
                .bind(jumpTarget)
                .emit(a -> a.lea(r8, qword_ptr(r8, r8, 1, 5)))
                .emit(a -> a.ret());
        if (jumpTarget.address() != site + 5 + Place.JUMP_DISTANCE) {
            throw new IllegalStateException("the jump goes to " + Long.toHexString(site + 5 + Place.JUMP_DISTANCE));
        }
        memory.load(site, code.toArray());
    }

    /**
     * Writes an instruction over the site, whose address is in RBX.
     *
     * @param rest its last four bytes
     */
    void patch(CodeBuffer code, int first, int rest) {
        throw new IllegalStateException(name() + " patches nothing");
    }

    /** What R8 holds in the end. */
    public long checksum(long iterations) {
        long sum = 0;
        for (long count = iterations; count > 0; count--) {
            for (int i = 0; i < callsPerPatch; i++) {
                sum = 3 * sum + 5;
            }
            sum += count * callsPerPatch;
        }
        return sum;
    }

    private void callSite(CodeBuffer code) {
        if (callsPerPatch == 1) {
            code.call(CodeLabel.at(site));
            return;
        }
        CodeLabel again = new CodeLabel();
        code.emit(a -> a.mov(r10, imm(callsPerPatch)))
                .bind(again)
                .call(CodeLabel.at(site))
                .emit(a -> a.dec(r10))
                .jumpIf8(CONDITION.C_NE, again);
    }

    private static void writeBytes(CodeBuffer code, int first, int rest) {
        code.emit(a -> a.mov(dword_ptr(rbx, 1), imm(rest))).emit(a -> a.mov(byte_ptr(rbx, 0), imm(first)));
    }

    private static void countDown(CodeBuffer code, CodeLabel top) {
        code.emit(a -> a.dec(rcx)).jumpIf32(CONDITION.C_NE, top).jump32(CodeLabel.at(Place.END));
    }
}
