package dev.pokesim.emulator.coherence;

/** How far apart two cores are, near to far; what a line transfer costs depends on nothing else. */
public enum Distance {
    /** The same core. */
    SELF,
    /** Two hardware threads of one physical core. */
    SMT_SIBLING,
    /** Two physical cores of one cluster: a CCX, a die, or whatever shares the last-level cache. */
    CLUSTER,
    /** Two clusters of one socket. */
    SOCKET,
    /** Two sockets. */
    CROSS_SOCKET
}
