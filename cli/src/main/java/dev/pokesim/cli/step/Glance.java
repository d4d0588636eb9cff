package dev.pokesim.cli.step;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.machine.Machine;

/** The registers of all cores at one position, to see what a move has changed. */
final class Glance {
    static final int REGISTERS = 16;

    private final long[][] registers;
    private final long[] flags;

    Glance(Machine machine) {
        registers = new long[machine.coreCount()][REGISTERS];
        flags = new long[machine.coreCount()];
        for (int id = 0; id < registers.length; id++) {
            Core core = machine.core(id);
            for (int i = 0; i < REGISTERS; i++) {
                registers[id][i] = core.register(i);
            }
            flags[id] = core.flags().value();
        }
    }

    boolean hasChanged(Core core, int register) {
        return registers[core.id()][register] != core.register(register);
    }

    /**
     * @param flag a bit of RFLAGS
     */
    boolean hasFlagChanged(Core core, int flag) {
        return ((flags[core.id()] ^ core.flags().value()) & flag) != 0;
    }
}
