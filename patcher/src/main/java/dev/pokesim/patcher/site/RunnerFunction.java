package dev.pokesim.patcher.site;

import static dev.pokesim.patcher.assembler.CodeBuffer.imm;
import static jnr.x86asm.Asm.esi;
import static jnr.x86asm.Asm.qword_ptr;
import static jnr.x86asm.Asm.rax;
import static jnr.x86asm.Asm.rbp;
import static jnr.x86asm.Asm.rbx;
import static jnr.x86asm.Asm.rdi;
import static jnr.x86asm.Asm.rsi;
import static jnr.x86asm.Asm.rsp;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.SeededRandom;
import dev.pokesim.patcher.assembler.CodeBuffer;
import dev.pokesim.patcher.assembler.CodeLabel;
import java.util.ArrayList;
import java.util.List;
import jnr.x86asm.CONDITION;

/**
 * A generated function with one or two sites: what a BPF program's runner or a small kernel function looks like. It is a
 * recipe: at another address it consists of the same instructions.
 *
 * <p>A no-op's block stands out of the way and jumps back; a jump skips its block. As with an assembler that takes the
 * shortest jump, a block within the reach of 8 bits has a site of 2 bytes and one further away has a site of 5.
 *
 * @param name its symbol
 * @param sites what stands at the sites
 * @param firstSite number of the first site, the second has the next one
 * @param adjacent whether nothing stands between the two sites
 * @param seed chooses the instructions
 */
record RunnerFunction(String name, List<GeneratedKind> sites, int firstSite, boolean adjacent, long seed) {
    /** A long path of the function keeps the block of a 5-byte site out of the reach of a short jump. */
    private static final int BEYOND_SHORT_JUMP = 130;

    /** How far the hot path may go, in bytes behind the sites, when a near block has to follow; a loop may go on. */
    private static final int NEAR_LIMIT = 50;

    /** The same when two near blocks have to follow. */
    private static final int NEAR_LIMIT_OF_PAIR = 25;

    /** Any of these bits of the second argument leads around the rare path. */
    private static final int COMMON_BITS = 0x70;

    RunnerFunction {
        sites = List.copyOf(sites);
    }

    /** What all functions of a text share. */
    record Shared(CodeLabel table, List<CodeLabel> leaves, CodeLabel oldLeaf) {}

    /** A site in assembled code; the target is that of the jump or call. */
    record Placed(GeneratedKind kind, long address, long target) {
        /** Whether it would cross a block's boundary if it stood {@code distance} bytes further down. */
        boolean crosses(int blockBytes, int distance) {
            long first = address + distance;
            return ((first ^ (first + kind.sizeBytes() - 1)) & -blockBytes) != 0;
        }
    }

    /** The function at an address. */
    record Assembled(long address, ImageBytes bytes, List<Placed> sites) {}

    /**
     * Writes the function.
     *
     * @param address of its first instruction
     * @param paddingBytes of no-ops in front of everything that matters
     */
    Assembled at(long address, int paddingBytes, Shared shared) {
        return new Writer(new CodeBuffer(address), shared).write(address, paddingBytes);
    }

    /** What a function does with the stack. */
    private enum Frame {
        NONE,
        POINTER,
        POINTER_AND_SAVED_REGISTER,
        LOCALS
    }

    /** A site while the function is written. */
    private static final class OpenSite {
        final GeneratedKind kind;
        final int number;
        final long address;
        final CodeLabel block;
        final CodeLabel back = new CodeLabel();

        /** @param block where the jump or call goes */
        OpenSite(GeneratedKind kind, int number, long address, CodeLabel block) {
            this.kind = kind;
            this.number = number;
            this.address = address;
            this.block = block;
        }
    }

    private final class Writer {
        private final CodeBuffer code;
        private final Shared shared;
        private final SeededRandom random = new SeededRandom(seed);
        private final Frame frame = Frame.values()[random.nextInt(Frame.values().length)];
        private final IntegerCode integers;
        private final List<OpenSite> open = new ArrayList<>();

        /** Near blocks that are still to be written. */
        private final List<OpenSite> near = new ArrayList<>();

        Writer(CodeBuffer code, Shared shared) {
            this.code = code;
            this.shared = shared;
            integers = IntegerCode.of(code, random, shared.table(), shared.leaves());
        }

        Assembled write(long address, int paddingBytes) {
            prologue(paddingBytes);
            loads();
            if (sites.get(0) == GeneratedKind.JMP32) {
                bodyWithLongJump();
            } else {
                body();
            }
            List<Placed> placed = open.stream()
                    .map(site -> new Placed(site.kind, site.address, site.block.address()))
                    .toList();
            return new Assembled(address, ImageBytes.copyOf(code.toArray()), placed);
        }

        private void prologue(int paddingBytes) {
            if (random.nextInt(4) == 0) {
                code.raw(0xf3, 0x0f, 0x1e, 0xfa); // endbr64
            }
            code.nop(paddingBytes);
            if (random.nextInt(2) == 0) {
                code.nop(5); // where a function tracer would put its call
            }
            switch (frame) {
                case NONE -> {}
                case POINTER -> code.emit(a -> a.push(rbp)).emit(a -> a.mov(rbp, rsp));
                case POINTER_AND_SAVED_REGISTER -> {
                    code.emit(a -> a.push(rbp)).emit(a -> a.mov(rbp, rsp)).emit(a -> a.push(rbx));
                    code.emit(a -> a.mov(rbx, rsi));
                    integers.addSource(Core.RBX);
                }
                case LOCALS -> {
                    code.emit(a -> a.sub(rsp, imm(16)));
                    code.emit(a -> a.mov(qword_ptr(rsp, 8), rsi));
                }
            }
        }

        private void epilogue() {
            switch (frame) {
                case NONE -> {}
                case POINTER -> code.emit(a -> a.pop(rbp));
                case POINTER_AND_SAVED_REGISTER -> code.emit(a -> a.pop(rbx)).emit(a -> a.pop(rbp));
                case LOCALS -> {
                    code.emit(a -> a.xor_(rax, qword_ptr(rsp, 8)));
                    code.emit(a -> a.add(rsp, imm(16)));
                }
            }
            code.emit(a -> a.ret());
        }

        private void loads() {
            if (random.nextInt(3) == 0) {
                integers.loadFromTable(Core.RAX);
            } else {
                integers.loadFromScratch(Core.RAX);
            }
            integers.straight(random.nextInt(4));
        }

        /** Everything but JMP32: site, hot path, near blocks, rare path, far blocks. */
        private void body() {
            boolean isFar = sites.contains(GeneratedKind.NOP5);
            CodeLabel rare = new CodeLabel();
            CodeLabel rareReturns = new CodeLabel();
            site(0);
            if (adjacent) {
                site(1);
            }
            int room = adjacent ? NEAR_LIMIT_OF_PAIR : NEAR_LIMIT;
            int limitBytes = near.isEmpty() ? Integer.MAX_VALUE : code.sizeBytes() + room;
            if (isFar) {
                jumpToRarePath(rare);
            }
            List<Integer> known = integers.sources();
            hotPath(limitBytes);
            code.bind(rareReturns);
            if (sites.size() > 1 && !adjacent) {
                site(1);
            }
            epilogue();
            nearBlocks();
            if (isFar) {
                integers.continueFrom(known);
                code.bind(rare);
                rarePath(rareReturns);
            }
            for (OpenSite site : open) {
                if (site.kind == GeneratedKind.NOP5) {
                    block(site);
                }
            }
        }

        private void hotPath(int limitBytes) {
            int count = hotInstructions();
            int done = integers.mixed(count, limitBytes);
            if (done < count) {
                CodeLabel over = new CodeLabel();
                code.jump8(over);
                nearBlocks();
                code.bind(over);
                integers.mixed(count - done, Integer.MAX_VALUE);
            }
        }

        /** The jump skips its block and a rare path, which together are too long for a short jump. */
        private void bodyWithLongJump() {
            CodeLabel rare = new CodeLabel();
            CodeLabel exit = new CodeLabel();
            OpenSite site = new OpenSite(GeneratedKind.JMP32, firstSite, code.here(), new CodeLabel());
            open.add(site);
            code.jump32(site.block);
            StatisticsCode.count(code, random, StatisticsCode.slotOf(firstSite));
            code.jump32(site.block);
            List<Integer> known = integers.sources();
            code.bind(rare);
            rarePath(exit);
            code.bind(site.block);
            integers.continueFrom(known);
            jumpToRarePath(rare);
            integers.mixed(hotInstructions(), Integer.MAX_VALUE);
            code.bind(exit);
            epilogue();
        }

        private void site(int index) {
            GeneratedKind kind = sites.get(index);
            CodeLabel target = kind == GeneratedKind.CALL ? shared.oldLeaf() : new CodeLabel();
            OpenSite site = new OpenSite(kind, firstSite + index, code.here(), target);
            switch (kind) {
                case NOP2 -> {
                    code.nop(2);
                    near.add(site);
                }
                case NOP5 -> code.nop(5);
                case JMP8 -> {
                    code.jump8(site.block);
                    StatisticsCode.count(code, random, StatisticsCode.slotOf(site.number));
                    code.bind(site.block);
                }
                case JMP32 -> throw new IllegalStateException("a long jump shapes the whole function");
                case CALL -> code.call(target);
            }
            code.bind(site.back);
            open.add(site);
        }

        private void nearBlocks() {
            near.forEach(this::block);
            near.clear();
        }

        private void block(OpenSite site) {
            code.bind(site.block);
            StatisticsCode.count(code, random, StatisticsCode.slotOf(site.number));
            code.jumpBack(site.back);
        }

        private int hotInstructions() {
            return 8 + random.nextInt(23);
        }

        private void jumpToRarePath(CodeLabel rare) {
            code.emit(a -> a.test(esi, imm(COMMON_BITS)));
            code.jumpIf32(CONDITION.C_E, rare);
        }

        private void rarePath(CodeLabel exit) {
            integers.straightUpTo(code.sizeBytes() + BEYOND_SHORT_JUMP);
            code.emit(a -> a.not_(rax));
            code.emit(a -> a.mov(qword_ptr(rdi, 0), rax));
            code.jump32(exit);
        }
    }
}
