package dev.pokesim.bpf.form;

import java.util.List;
import java.util.stream.Stream;

/** The forms that there are. */
public final class AsyncForms {
    /** Those that were proposed, merged or follow from them. */
    public static final List<AsyncForm> FORMS = List.of(
            new CommandListAsync(),
            new LatchAsync(),
            new LatchSecondCancelAsync(),
            new LockedAsync(),
            new LockedUnguardedAsync());

    /** Variants with one mistake each: every one of them must be found wrong in some scenario. */
    public static final List<AsyncForm> BROKEN = List.of(
            new BrokenNoCommandReference(),
            new BrokenNoSecondCancel(),
            new BrokenListNotReversed(),
            new BrokenRcuInNmi(),
            new BrokenNeverStartedRetries(),
            new BrokenSlotNotExchanged(),
            new BrokenPublishedByStore(),
            new BrokenSlotReadTwice(),
            new BrokenCountNotInitialised(),
            new BrokenRcuAlone(),
            new BrokenTraceAlone(),
            new BrokenUsersSeenEarly(),
            new BrokenUsersNotSeen(),
            new BrokenNoGracePeriod(),
            new BrokenCallbackStays(),
            new BrokenSlotPoisoned(),
            new BrokenErrorDropped(),
            new BrokenNoProgramRead(),
            new BrokenErrorPointerExpected(),
            new BrokenProgramNotExchanged(),
            new BrokenHardirqOnly(),
            new BrokenSelfFeeding(),
            new BrokenRecursionLeaks(),
            new BrokenRecursionOfAny(),
            new BrokenLatchRcuInNmi(),
            new BrokenLatchNoNewCheck(),
            new BrokenLatchNoSequenceCheck(),
            new BrokenLatchOneCopy(),
            new BrokenLatchLostPut(),
            new BrokenLatchWriterSpins(),
            new BrokenLatchNoIrqWorkBarrier(),
            new BrokenLatchResurrected(),
            new BrokenLatchFirstReaderFrees(),
            new BrokenLatchClaimByStore(),
            new BrokenLatchWriterKept(),
            new BrokenLatchQueuedFirst(),
            new BrokenLatchCallbackStays());

    /** Questions about a form: held to more than it promises, on another kernel, or with what might help. Not counted as mistakes. */
    public static final List<AsyncForm> CANDIDATES =
            List.of(new MergedInOrder(), new MergedIrqThread(), new MergedBusyAlways(), new LatchEvenSequence());

    /** Variants that leave out what nobody needs here: wrong on machines with weaker memory, or what something else makes right. */
    public static final List<AsyncForm> EQUIVALENT =
            List.of(new NoIrqWorkBarrier(), new NoUsersBarrier(), new NoInlineReference());

    /** All of them. */
    public static final List<AsyncForm> ALL = Stream.of(FORMS, BROKEN, CANDIDATES, EQUIVALENT)
            .flatMap(List::stream)
            .toList();

    private AsyncForms() {}
}
