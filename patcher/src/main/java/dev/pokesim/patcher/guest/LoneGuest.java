package dev.pokesim.patcher.guest;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.isa.NotModelled;
import dev.pokesim.emulator.machine.Interpreter;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.patcher.kernel.KernelCosts;
import dev.pokesim.patcher.kernel.PatchListener;

/** A guest kernel on one core that is alone, at full speed: its functions can be called, one after the other. */
public final class LoneGuest {
    /** More than any call takes: flipping the key with most sites needs 1.3 million. */
    private static final long MOST_INSTRUCTIONS = 1_000_000_000;

    private static final int[] ARGUMENTS = {Core.RDI, Core.RSI, Core.RDX, Core.RCX, 8, 9};

    private final GuestKernel kernel;
    private final Interpreter interpreter;

    /**
     * @param memory mapped by {@link GuestKernel#map}
     * @param listener is told of every poke and of each step as it begins
     */
    public LoneGuest(GuestKernel kernel, AddressSpace memory, PatchListener listener) {
        this.kernel = kernel;
        interpreter =
                new Interpreter(new Core(0, memory), KernelReplacements.of(kernel, KernelCosts.NONE, listener, 1));
    }

    /** Guest instructions executed so far; replaced functions have none, a repeated string instruction counts once. */
    public long instructions() {
        return interpreter.core().retired();
    }

    /**
     * Calls a function and returns what it returned in RAX.
     *
     * @param arguments up to six
     * @throws GuestStopped if it comes to something that is not emulated
     */
    public long call(String function, long... arguments) {
        Core core = interpreter.core();
        kernel.prepare(core);
        for (int i = 0; i < arguments.length; i++) {
            core.setRegister(ARGUMENTS[i], arguments[i]);
        }
        core.setRegister(Core.RSP, core.register(Core.RSP) - Long.BYTES);
        core.memory().write(core.register(Core.RSP), Long.BYTES, Core.ROUTINE_RETURN, 0);
        core.setRip(kernel.address(function));
        try {
            interpreter.run(MOST_INSTRUCTIONS, Core.ROUTINE_RETURN);
        } catch (GuestFault fault) {
            throw kernel.stopped(core, core.rip(), String.valueOf(fault.getMessage()), fault);
        } catch (NotModelled missing) {
            throw kernel.stopped(core, missing.address(), String.valueOf(missing.getMessage()), missing);
        }
        if (core.rip() != Core.ROUTINE_RETURN) {
            throw kernel.stopped(
                    core,
                    core.rip(),
                    core.trap() != Core.NO_TRAP
                            ? "an INT3 at " + Address.text(core.rip() - 1) + ", which nobody handles on one core"
                            : core.isHalted() ? "it halts" : "it does not return",
                    null);
        }
        return core.register(Core.RAX);
    }
}
