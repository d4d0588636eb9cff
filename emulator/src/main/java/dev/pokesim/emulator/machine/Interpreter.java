package dev.pokesim.emulator.machine;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.isa.DecodeCache;
import dev.pokesim.emulator.isa.Decoded;
import dev.pokesim.emulator.isa.Decoder;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.memory.GuestFault;

/**
 * One core that is alone: nobody can come between its micro-ops, so it takes an instruction at a time. The micro-ops are those
 * of every other way to run; only the order of cores, costs, store buffer and stale fetches have no meaning here.
 */
public final class Interpreter {
    private final Core core;
    private final DecodeCache cache;

    /** A core with number 0, registers 0, in {@code memory}. */
    public Interpreter(AddressSpace memory) {
        this(new Core(0, memory));
    }

    /** @param core one that is not connected to others */
    public Interpreter(Core core) {
        this.core = core;
        cache = new DecodeCache(core.memory(), new Decoder());
    }

    public Core core() {
        return core;
    }

    /** The instruction at an address. @throws GuestFault #PF, #UD, #GP */
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
        long done = 0;
        long rip = theCore.rip();
        while (done < limit && rip != stop) {
            Decoded decoded = cache.at(rip);
            theCore.setRip(rip);
            theCore.setNextRip(decoded.next());
            if (decoded.isRepeated()) {
                performRound(theCore, decoded);
            } else {
                int count = decoded.size();
                for (int i = 0; i < count; i++) {
                    decoded.at(i).execute(theCore);
                }
            }
            theCore.retire();
            rip = theCore.rip();
            done++;
            if (theCore.trap() != Core.NO_TRAP || theCore.isHalted()) {
                break;
            }
        }
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
