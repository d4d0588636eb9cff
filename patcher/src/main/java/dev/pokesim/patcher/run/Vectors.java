package dev.pokesim.patcher.run;

import dev.pokesim.emulator.machine.Machine;
import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.patcher.kernel.StopMachine;
import dev.pokesim.patcher.kernel.SyncCores;

/** What the vectors of a run are for. */
public final class Vectors {
    private Vectors() {}

    /** The kernel's name of what a vector's handler does; its number if a run has no such handler. */
    public static String handler(int vector) {
        if (vector == GuestFault.Vector.BREAKPOINT.number()) {
            return "poke_int3_handler";
        }
        return switch (vector) {
            case Machine.NMI -> "nmi";
            case Workload.NETWORK_VECTOR -> "net_rx_action";
            case SyncCores.VECTOR -> "sysvec_call_function";
            case StopMachine.VECTOR -> "multi_cpu_stop";
            default -> "vector_" + vector;
        };
    }
}
