package dev.pokesim.bpf.run;

import dev.pokesim.bpf.check.AsyncOracles;
import dev.pokesim.bpf.form.AsyncForm;
import dev.pokesim.bpf.form.AsyncForms;
import dev.pokesim.bpf.scenario.Scenario;
import dev.pokesim.bpf.scenario.Scenarios;
import dev.pokesim.emulator.explore.SearchResult;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * What an exploration of a form in a scenario should come to. All of them are here, in one place.
 *
 * @param verdict {@value #SAFE}, or the property that a shortest wrong order violates
 * @param preemptions most preemptions of the exploration; {@value #UNBOUNDED} for every order
 */
public record ExpectedVerdict(AsyncForm form, Scenario scenario, String verdict, int preemptions) {
    public static final String SAFE = "safe";
    /** What is found where the exploration was stopped. */
    public static final String INCOMPLETE = "incomplete";

    public static final int UNBOUNDED = -1;

    /** Scenario, then each form with its verdict; {@code /2} behind one bounds the preemptions. */
    private static final String FORMS = """
            start-vs-delete: locked safe, locked-unguarded safe, v6 InactiveWhenFreed, v6-fixed safe, merged safe
            nmi-start-vs-delete: locked safe, locked-unguarded safe, v6 NeverWaitsForItself, v6-fixed safe, merged safe
            nmi-start-delete-vs-start: locked safe, locked-unguarded NeverWaitsForItself, v6 NeverWaitsForItself, v6-fixed LastCommandWins/0, merged safe/0
            self-rearm-delete: locked safe, locked-unguarded safe, v6 InactiveWhenFreed, v6-fixed safe, merged safe
            two-nmis: locked safe, locked-unguarded NeverWaitsForItself, v6 safe, v6-fixed safe, merged safe
            nmi-same-timer: locked safe, locked-unguarded NeverWaitsForItself, v6 LastCommandWins, v6-fixed LastCommandWins, merged safe
            nmi-other-timer: locked safe, locked-unguarded NeverWaitsForItself, v6 safe, v6-fixed safe, merged safe
            cancel-vs-callback: locked safe, locked-unguarded safe, v6 safe, v6-fixed safe, merged safe
            self-cancel: locked safe, locked-unguarded safe, v6 safe, v6-fixed safe, merged safe
            start-vs-cancel: locked safe, locked-unguarded safe, v6 LastCommandWins, v6-fixed LastCommandWins, merged safe
            no-memory: locked safe, locked-unguarded NeverWaitsForItself, v6 safe, v6-fixed safe, merged safe
            nmi-order: locked safe, locked-unguarded NeverWaitsForItself, v6 safe, v6-fixed safe, merged safe
            nmi-start-vs-cancel: locked safe, locked-unguarded safe, v6 LastCommandWins, v6-fixed LastCommandWins, merged safe
            two-cpus-nmi: locked safe, locked-unguarded safe, v6 safe, v6-fixed safe, merged safe
            nmi-order-two-cpus: locked safe, locked-unguarded NeverWaitsForItself, v6 CommandsTakenOnce, v6-fixed CommandsTakenOnce, merged CommandsInOrder
            nmi-vs-two-cancels: locked safe, locked-unguarded safe, v6 CommandsTakenOnce, v6-fixed CommandsTakenOnce, merged safe
            delete-vs-delete: locked safe, locked-unguarded safe, v6 safe, v6-fixed safe, merged safe
            reinit: locked safe, locked-unguarded safe, v6 safe, v6-fixed safe, merged safe
            wq-delete: locked safe, locked-unguarded safe, v6 safe, v6-fixed safe, merged safe
            wq-start-delete: locked safe, locked-unguarded safe, v6 InactiveWhenFreed, v6-fixed safe, merged safe
            wq-start-vs-delete: locked safe, locked-unguarded safe, v6 InactiveWhenFreed, v6-fixed safe, merged safe
            sleepable-start-vs-delete: locked safe, locked-unguarded safe, v6 InactiveWhenFreed, v6-fixed safe, merged safe
            delete-vs-close: locked safe, locked-unguarded safe, v6 safe, v6-fixed safe, merged safe
            start-vs-close: locked safe, locked-unguarded safe, v6 InactiveWhenFreed, v6-fixed safe, merged safe
            init-vs-close: locked safe, locked-unguarded safe, v6 safe, v6-fixed safe, merged safe
            start-before-callback: locked safe, locked-unguarded safe, v6 safe, v6-fixed safe, merged safe
            set-callback-vs-delete: locked safe, locked-unguarded safe, v6 safe, v6-fixed safe, merged safe
            set-callback-start-vs-delete: locked safe, locked-unguarded NeverWaitsForItself, v6 NeverWaitsForItself, v6-fixed NoCallbackAfterDelete, merged NoCallbackAfterDelete
            nmi-order-vs-direct: locked safe, locked-unguarded NeverWaitsForItself, v6 CommandsTakenOnce/0, v6-fixed CommandsTakenOnce/0, merged safe/0
            wq-two-starts-vs-delete: locked safe, locked-unguarded safe, v6 InactiveWhenFreed, v6-fixed InactiveWhenFreed, merged InactiveWhenFreed
            wq-nmi-start-vs-delete: locked safe, locked-unguarded safe, v6 NeverWaitsForItself, v6-fixed safe, merged safe
            wq-nmi-deletes-last-program: locked safe, locked-unguarded NeverWaitsForItself, v6 InactiveWhenFreed, v6-fixed NeverWaitsForItself, merged NeverWaitsForItself
            tracepoint-start: locked NeverWaitsForItself, locked-unguarded NeverWaitsForItself, v6 NeverWaitsForItself, v6-fixed NeverWaitsForItself, merged safe
            tracepoint-two-timers: locked NeverWaitsForItself, locked-unguarded NeverWaitsForItself, v6 NeverWaitsForItself, v6-fixed NeverWaitsForItself, merged CommandsDrain
            wq-tracepoint-start: locked NeverWaitsForItself, locked-unguarded NeverWaitsForItself, v6 NeverWaitsForItself, v6-fixed NeverWaitsForItself, merged safe
            """;

    /** The same for variants with a mistake: where it shows, or where it should show and does not. */
    private static final String BROKEN = """
            start-vs-delete: broken-no-second-cancel InactiveWhenFreed, broken-slot-read-twice NoFault, broken-count-not-initialised FreedOnce
            self-rearm-delete: broken-no-second-cancel InactiveWhenFreed
            nmi-start-vs-delete: broken-no-command-reference NoUseAfterFree, broken-no-second-cancel InactiveWhenFreed
            nmi-start-vs-delete: broken-v6-rcu-in-nmi NeverWaitsForItself
            two-nmis: broken-no-command-reference FreedOnce, broken-v6-lost-put RefsBalanced
            nmi-order: broken-list-not-reversed CommandsInOrder
            no-memory: broken-rcu-in-nmi NeverWaitsForItself
            wq-delete: broken-never-started-retries SomeRunEnds
            delete-vs-delete: broken-slot-not-exchanged RefsBalanced
            reinit: broken-published-by-store FreedOnce
            nmi-same-timer: broken-v6-writer-spins NeverWaitsForItself, broken-v6-no-new-check CommandsTakenOnce
            start-vs-cancel: broken-v6-no-sequence-check CommandsTakenOnce, broken-v6-one-copy CommandsTakenOnce
            two-cpus-nmi: broken-v6-no-irq-work-barrier LastCommandTaken
            start-vs-delete: broken-v6-resurrected CommandsTakenOnce, broken-v6-callback-stays NoCallbackAfterDelete
            start-vs-delete: broken-callback-stays NoCallbackAfterDelete, broken-no-grace-period NoUseAfterFree
            nmi-start-vs-delete: broken-v6-first-reader-frees NoUseAfterFree
            no-memory: broken-v6-claim-by-store InactiveWhenFreed, broken-error-dropped AcceptedIsStarted, broken-error-pointer-expected NoFault
            start-before-callback: broken-v6-writer-kept EndsAtRest
            two-cpus-nmi: broken-v6-queued-first LastCommandTaken
            reinit: broken-slot-poisoned SlotReusable
            cancel-vs-callback: broken-no-program-read NoFault
            set-callback-vs-delete: broken-program-not-exchanged RefsBalanced
            sleepable-start-vs-delete: broken-rcu-alone NoUseAfterFree
            start-vs-delete: broken-trace-alone NoUseAfterFree
            init-vs-close: broken-users-seen-early NoTimerOutlivesUsers, broken-users-not-seen NoTimerOutlivesUsers, merged-no-users-barrier safe
            delete-vs-close: broken-slot-not-exchanged RefsBalanced
            tracepoint-start: broken-hardirq-only NeverWaitsForItself, broken-self-feeding CommandsDrain, broken-recursion-leaks RefsBalanced
            wq-tracepoint-start: broken-hardirq-only NeverWaitsForItself
            tracepoint-two-timers: broken-recursion-of-any RefusedOnlyForRecursion
            nmi-order-vs-direct: merged-in-order DirectAfterCommands/0
            wq-nmi-start-vs-delete: merged-irq-thread NoUseAfterFree
            wq-two-starts-vs-delete: merged-busy-always safe
            wq-delete: merged-busy-always safe
            nmi-vs-two-cancels: v6-fixed-even-sequence safe
            start-vs-delete: v6-fixed-no-inline-reference safe
            two-nmis: merged-no-irq-work-barrier safe
            two-cpus-nmi: merged-no-irq-work-barrier safe
            """;

    /** Of the forms that were proposed, in every scenario that they have the operations for. */
    public static List<ExpectedVerdict> ofForms() {
        return parse(FORMS);
    }

    /** Of the variants with a mistake, in the scenarios that show it; and of those that are right on x86. */
    public static List<ExpectedVerdict> ofBroken() {
        return parse(BROKEN);
    }

    /**
     * What an exploration came to, in the same words.
     *
     * @param ends in how many states everything was done
     */
    public static String found(SearchResult result, long ends) {
        return switch (result.verdict()) {
            case SAFE -> ends == 0 ? AsyncOracles.ENDS : SAFE;
            case VIOLATED, DEADLOCK, LIVELOCK -> AsyncModel.oracleOf(result.reason());
            case INCOMPLETE -> INCOMPLETE;
        };
    }

    private static List<ExpectedVerdict> parse(String table) {
        List<ExpectedVerdict> all = new ArrayList<>();
        table.lines().forEach(line -> {
            int colon = line.indexOf(':');
            Scenario scenario = named(line.substring(0, colon), Scenarios.ALL, Scenario::name);
            for (String cell : line.substring(colon + 1).split(",", -1)) {
                String[] words = cell.trim().split("[ /]", -1);
                all.add(new ExpectedVerdict(
                        named(words[0], AsyncForms.ALL, AsyncForm::name),
                        scenario,
                        words[1],
                        words.length == 2 ? UNBOUNDED : Integer.parseInt(words[2])));
            }
        });
        return all;
    }

    private static <T> T named(String name, List<T> all, Function<T, String> nameOf) {
        return all.stream()
                .filter(one -> nameOf.apply(one).equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("there is no " + name));
    }
}
