package dev.pokesim.bpf.check;

import java.util.List;

/** Every oracle. */
public final class AsyncOracles {
    /** The name under which a wild pointer of the emulated kernel is reported. */
    public static final String FAULT = "NoFault";
    /** The name under which it is reported that nothing can happen although somebody is not done. */
    public static final String DEADLOCK = "NoDeadlock";

    /** The name under which it is reported that something goes on for ever, whatever the order. */
    public static final String ENDS = "SomeRunEnds";

    private AsyncOracles() {}

    /** New ones for a run. */
    public static List<AsyncOracle> all() {
        return List.of(
                new NoUseAfterFree(),
                new InactiveWhenFreed(),
                new FreedOnce(),
                new RefsBalanced(),
                new NeverWaitsForItself(),
                new InterruptsEndEnabled(),
                new CommandsTakenOnce(),
                new LastCommandTaken(),
                new CommandsInOrder(),
                new CommandsDrain(),
                new NoTimerOutlivesUsers(),
                new NoCallbackAfterDelete(),
                new SlotReusable(),
                new AcceptedIsStarted(),
                new EndsAtRest(),
                new DirectAfterCommands(),
                new RefusedOnlyForRecursion(),
                new LastCommandWins());
    }
}
