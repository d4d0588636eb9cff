package dev.pokesim.cli.command;

import dev.pokesim.bpf.run.AsyncSchedule;
import dev.pokesim.bpf.run.ContextTrace;
import dev.pokesim.cli.console.ExitCode;
import dev.pokesim.cli.console.Report;
import dev.pokesim.emulator.explore.Replay;
import dev.pokesim.emulator.explore.Schedule;
import dev.pokesim.patcher.schedule.Expectation;
import java.io.PrintWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code poke-sim replay} prints for a schedule of {@code bpf check}.
 *
 * @param outcome as-expected, different or prefix
 * @param summary the outcome in words
 * @param expected how it should have ended; null if nothing was expected
 * @param ended how it did; null if nothing is wrong
 * @param states first digits of the SHA-256 of the state after each step; empty unless that was asked for
 * @param next what could happen then; null unless that was asked for
 */
record BpfReplayResult(
        String outcome,
        String summary,
        @Nullable Expectation expected,
        @Nullable Expectation ended,
        ContextTrace trace,
        List<String> states,
        @Nullable List<String> next)
        implements Report {
    static BpfReplayResult of(
            String name, Schedule file, AsyncSchedule schedule, boolean isPrefix, boolean withStates) {
        Expectation expected = isPrefix ? null : Expectation.read(name, file);
        Replay.Result result = schedule.replay();
        Expectation ended = result.violation() == null ? null : AsyncSchedule.ended(result);
        return new BpfReplayResult(
                ReplayResult.outcome(isPrefix, expected, ended),
                ReplayResult.summary(isPrefix, expected, ended, result.steps().size()),
                expected,
                ended,
                ContextTrace.of(schedule.model(), result),
                withStates ? result.steps().stream().map(Replay.Step::state).toList() : List.of(),
                isPrefix ? result.next().stream().map(Object::toString).toList() : null);
    }

    @Override
    public ExitCode exitCode() {
        return outcome.equals(ReplayResult.DIFFERENT) ? ExitCode.VIOLATED : ExitCode.FINE;
    }

    @Override
    public void printText(PrintWriter out) {
        out.println(outcome.toUpperCase(java.util.Locale.ROOT).replace('-', ' ') + ": " + summary);
        out.println();
        BpfCheckResult.printTrace(out, trace);
        if (!states.isEmpty()) {
            out.println();
            out.println("States:");
            for (int i = 0; i < states.size(); i++) {
                out.printf("%4d  %s%n", i + 1, states.get(i));
            }
        }
        if (next != null) {
            ReplayResult.printNext(out, next);
        }
    }
}
