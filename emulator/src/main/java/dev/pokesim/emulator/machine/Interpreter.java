package dev.pokesim.emulator.machine;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.isa.DecodeCache;
import dev.pokesim.emulator.isa.Decoded;
import dev.pokesim.emulator.isa.Decoder;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.emulator.microop.Await;
import dev.pokesim.emulator.microop.MicroOp;

/**
 * One core that is alone: nobody can come between its micro-ops, so it takes an instruction at a time. The micro-ops are those
 * of every other way to run; only the order of cores, costs, store buffer and stale fetches have no meaning here.
 */
public final class Interpreter {
    /** Executions after which a block has shown that it is worth being fused, which costs about as much as those. */
    private static final int HOT_AFTER = 20_000;

    private final Core core;
    private final DecodeCache cache;
    private final BlockCache blocks;
    private final ReplacedFunctions replaced;
    private final int hotAfter;

    /** A core with number 0, registers 0, in {@code memory}. */
    public Interpreter(AddressSpace memory) {
        this(new Core(0, memory));
    }

    /** As {@link #Interpreter(AddressSpace)}; a block is fused after so many executions. */
    Interpreter(AddressSpace memory, int hotAfter) {
        this(new Core(0, memory), ReplacedFunctions.NONE, hotAfter);
    }

    /**
     * @param core one that is not connected to others
     */
    public Interpreter(Core core) {
        this(core, ReplacedFunctions.NONE);
    }

    /**
     * @param core one that is not connected to others
     * @param replaced functions for which routines stand in; those call no guest code and wait for nobody
     */
    public Interpreter(Core core, ReplacedFunctions replaced) {
        this(core, replaced, HOT_AFTER);
    }

    private Interpreter(Core core, ReplacedFunctions replaced, int hotAfter) {
        this.core = core;
        this.replaced = replaced;
        this.hotAfter = hotAfter;
        cache = new DecodeCache(core.memory(), new Decoder());
        blocks = new BlockCache(core.memory(), cache, replaced);
    }

    public Core core() {
        return core;
    }

    /**
     * The instruction at an address.
     *
     * @throws GuestFault #PF, #UD, #GP
     */
    public Decoded decode(long address) {
        return cache.at(address);
    }

    /**
     * Executes until {@code limit} instructions or string rounds are done, RIP is {@code stop}, a trap is raised or the core
     * halts.
     *
     * @return how many were done
     * @throws GuestFault with RIP at the instruction that raised it, and nothing of it done
     */
    public long run(long limit, long stop) {
        Core theCore = core;
        blocks.refresh();
        Block before = null;
        long done = 0;
        while (done < limit && theCore.rip() != stop) {
            long rip = theCore.rip();
            Block block = before == null ? null : before.following(rip);
            if (block == null) {
                Routine routine = replaced.at(rip);
                if (routine != null) {
                    perform(theCore, routine);
                    continue;
                }
            }
            if (block == null && limit - done >= Block.MAX_INSTRUCTIONS) {
                block = blocks.at(rip);
                if (before != null && block != null) {
                    before.setFollowing(block);
                }
            }
            before = block;
            if (block != null && !block.isAlone() && limit - done >= block.count() && !block.hasInside(stop)) {
                done += execute(theCore, block);
                continue;
            }
            perform(theCore, block == null ? cache.at(rip) : block.instruction(0));
            done++;
            if (theCore.trap() != Core.NO_TRAP || theCore.isHalted()) {
                break;
            }
        }
        return done;
    }

    private static void perform(Core core, Routine routine) {
        int depth = core.depth();
        core.enterRoutine(routine);
        while (core.code() instanceof Routine current) {
            MicroOp step = current.at(core.index());
            if (step instanceof Await await && !await.holds(core)) {
                throw new IllegalStateException(current.name() + ": a core that is alone waits for ever: " + step);
            }
            core.setIndex(core.index() + 1);
            step.execute(core);
            core.setDelayPs(0);
        }
        if (core.depth() != depth) {
            throw new IllegalStateException(routine.name() + " calls guest code, which a replacement here must not");
        }
    }

    private static void perform(Core core, Decoded decoded) {
        core.setNextRip(decoded.next());
        if (decoded.isRepeated()) {
            performRound(core, decoded);
        } else {
            int count = decoded.size();
            for (int i = 0; i < count; i++) {
                decoded.at(i).execute(core);
            }
        }
        core.retire();
    }

    /**
     * Executes a block, up to the first instruction behind which it does not go on: a jump that leaves it, or a store into itself.
     *
     * @return how many instructions those were
     */
    private int execute(Core core, Block block) {
        FusedBlock fused = block.fused(hotAfter);
        if (fused != null) {
            return fused.execute(core);
        }
        int count = block.count();
        int done = 0;
        do {
            perform(core, block.instruction(done));
            done++;
        } while (done < count && core.rip() == block.instruction(done).address() && block.isPresent());
        return done;
    }

    /** One round of a repeated string instruction: its first micro-op jumps to the end when there is none to do. */
    private static void performRound(Core core, Decoded decoded) {
        core.setIndex(0);
        for (int i = 0; i < decoded.size(); i = core.index()) {
            core.setIndex(i + 1);
            decoded.at(i).execute(core);
        }
    }
}
