package dev.pokesim.patcher.kernel;

import dev.pokesim.emulator.machine.Routine;

/**
 * How a patcher finds out which cores there are to send IPIs to.
 *
 * @see "Linux kernel/cpu.c, cpu_online_mask, set_cpu_online()"
 */
public enum OnlineCores {
    /** All are online all the time: nothing to look up. */
    ALL,
    /** A core may come up at any time; whether it has says its word in memory. */
    MASK;

    /**
     * Appends a jump to {@code offline} if the core whose number is in a slot is offline. What was stored before must be visible: whoever comes up
     * later serialises then.
     */
    void skipOffline(Routine.Builder routine, int cpu, String offline) {
        if (this == MASK) {
            int online = routine.scratch("online");
            routine.load(
                            "cpu_online_mask",
                            online,
                            core -> KernelLayout.perCpu((int) core.file()[cpu]) + KernelLayout.ONLINE,
                            4,
                            0)
                    .jumpIf("offline", (core, local) -> local[online] == 0, offline);
        }
    }

    /** Appends what a core does that comes up, whenever that is. Interrupts are on afterwards, and it has serialised. */
    public static void comeUp(Routine.Builder routine) {
        routine.setInterruptsEnabled(false)
                .act("comes up", (core, local) -> {})
                .storeConstant("set_cpu_online", KernelLayout.ofThisCpu(KernelLayout.ONLINE), 4, 1)
                .fence()
                .serialise()
                .setInterruptsEnabled(true);
    }
}
