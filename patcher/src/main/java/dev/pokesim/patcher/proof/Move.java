package dev.pokesim.patcher.proof;

/**
 * One kind of step in a proof; what a core does between two of them nobody else can tell. In the order in which they are tried by who
 * looks for the end: what begins something comes last.
 */
enum Move {
    /** The patcher goes on. */
    PATCHER,
    /** The patcher does its part for one core of a loop over all. */
    PATCHER_FOR_CORE,
    /** A core takes the pending IPI, serialises and answers; or stops, if that is what the IPI asks for. */
    ACK,
    /** A stopped core goes on. */
    RESUME,
    /** The next step of a core's handler. */
    HANDLER,
    /** The IRET of an NMI's handler. */
    NMI_RETURN,
    /** A core leaves a site that it was inside of. */
    LEAVE,
    /** A core comes up. */
    ONLINE,
    /** A core fetches an INT3. */
    TRAP,
    /** A core fetches an INT3 and handles it, all at once. */
    TRAP_AND_RETURN,
    /** A core executes an instruction of a site and comes to the next one of the same site. */
    ENTER,
    /** An NMI hits a core. */
    NMI,
    /** A core begins to wait for the patching core, with its own interrupts off. */
    SPIN
}
