package dev.pokesim.emulator.machine;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.isa.Decoded;
import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.emulator.microop.DirectJump;
import dev.pokesim.emulator.microop.MicroOp;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * The micro-ops of a block in one method handle, one behind the other: the virtual machine's compiler sees which ones they are and
 * puts their code together, where a loop over them has to look each of them up. They are the same objects that every other way to
 * run executes.
 */
final class FusedBlock {
    private static final MethodHandle EXECUTE = virtual(MicroOp.class, "execute", void.class);
    private static final MethodHandle JUMPS = virtual(DirectJump.class, "jumps", boolean.class);
    private static final MethodHandle BEGIN = own("begin", void.class, int.class, Core.class);
    private static final MethodHandle IS_PRESENT = own("isPresent", boolean.class, Block.class, Core.class);
    private static final MethodHandle LEAVE = own("leave", int.class, int.class, long.class, Core.class);
    private static final MethodHandle END = own("end", int.class, int.class, Core.class);

    private final Block block;
    /** Takes the core, returns how many instructions were done. */
    private final MethodHandle whole;

    FusedBlock(Block block) {
        this.block = block;
        int count = block.count();
        MethodHandle rest = MethodHandles.insertArguments(END, 0, count);
        for (int i = count - 1; i >= 0; i--) {
            rest = instruction(i, rest);
        }
        whole = rest;
    }

    /** An instruction, and what comes behind it if the block goes on. */
    private MethodHandle instruction(int number, MethodHandle rest) {
        Decoded decoded = block.instruction(number);
        boolean isLast = number == block.count() - 1;
        DirectJump jump = Block.jump(decoded);
        if (jump != null && !isLast) {
            return jump.isConditional()
                    ? MethodHandles.guardWithTest(JUMPS.bindTo(jump), leave(number, jump.target()), rest)
                    : rest; // its target is where the block goes on
        }
        boolean mayChangeBlock = false;
        for (int i = 0; i < decoded.size(); i++) {
            mayChangeBlock |= decoded.at(i).memory().isWrite();
        }
        MethodHandle all = mayChangeBlock && !isLast
                ? MethodHandles.guardWithTest(IS_PRESENT.bindTo(block), rest, leave(number, decoded.next()))
                : rest;
        for (int i = decoded.size() - 1; i >= 0; i--) {
            all = MethodHandles.foldArguments(all, EXECUTE.bindTo(decoded.at(i)));
        }
        return MethodHandles.foldArguments(all, MethodHandles.insertArguments(BEGIN, 0, number));
    }

    private static MethodHandle leave(int number, long address) {
        return MethodHandles.insertArguments(LEAVE, 0, number + 1, address);
    }

    /**
     * Executes it, up to the first conditional jump that leaves it or the end of the first instruction that changes it.
     *
     * @return how many instructions those were
     * @throws GuestFault with RIP at the instruction that raised it, and nothing of it done
     */
    int execute(Core core) {
        core.setNextRip(block.next());
        try {
            return (int) whole.invokeExact(core);
        } catch (GuestFault fault) {
            core.retire(core.index(), block.instruction(core.index()).address());
            throw fault;
        } catch (RuntimeException | Error unexpected) {
            throw unexpected;
        } catch (Throwable impossible) {
            throw new IllegalStateException("micro-ops throw nothing checked", impossible);
        }
    }

    // ---- what the handle is made of, besides the micro-ops

    private static void begin(int number, Core core) {
        core.setIndex(number); // should it fault
    }

    private static boolean isPresent(Block block, Core core) {
        return block.isPresent();
    }

    private static int leave(int count, long address, Core core) {
        core.retire(count, address);
        return count;
    }

    private static int end(int count, Core core) {
        core.retire(count, core.nextRip());
        return count;
    }

    private static MethodHandle virtual(Class<?> owner, String name, Class<?> returned) {
        try {
            return MethodHandles.lookup().findVirtual(owner, name, MethodType.methodType(returned, Core.class));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(name, e);
        }
    }

    private static MethodHandle own(String name, Class<?> returned, Class<?>... taken) {
        try {
            return MethodHandles.lookup().findStatic(FusedBlock.class, name, MethodType.methodType(returned, taken));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(name, e);
        }
    }
}
