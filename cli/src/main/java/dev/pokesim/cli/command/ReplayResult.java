package dev.pokesim.cli.command;

import dev.pokesim.cli.console.ExitCode;
import dev.pokesim.cli.console.Paragraph;
import dev.pokesim.cli.console.Report;
import dev.pokesim.cli.console.TextTable;
import dev.pokesim.emulator.explore.Replay;
import dev.pokesim.emulator.explore.Schedule;
import dev.pokesim.patcher.proof.Counterexample;
import dev.pokesim.patcher.run.GuidedRun;
import dev.pokesim.patcher.schedule.Expectation;
import dev.pokesim.patcher.schedule.MachineSchedule;
import dev.pokesim.patcher.schedule.ProofSchedule;
import dev.pokesim.patcher.site.LoadedImage;
import dev.pokesim.patcher.site.Symbols;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code poke-sim replay} prints.
 *
 * @param outcome as-expected, different or prefix
 * @param summary the outcome in words
 * @param model protocol or machine
 * @param expected how it should have ended; null if nothing was expected
 * @param ended how it did; null if nothing is wrong
 * @param steps of a protocol's schedule; empty for a machine's
 * @param interleaving the same with what it means; null if nothing is wrong, or for a machine
 * @param trace of a machine; null for a protocol
 * @param confirmed the same interleaving on the machine; null if its patcher's routine does not go such ways, or for a machine
 * @param next what could happen then; null unless that was asked for
 */
record ReplayResult(
        String outcome,
        String summary,
        String model,
        @Nullable Expectation expected,
        @Nullable Expectation ended,
        List<Step> steps,
        @Nullable CounterexampleReport interleaving,
        @Nullable MachineTrace trace,
        @Nullable Confirmed confirmed,
        @Nullable List<String> next)
        implements Report {
    private static final String AS_EXPECTED = "as-expected";
    static final String DIFFERENT = "different";
    private static final String PREFIX = "prefix";

    /**
     * @param state hash of the state after it; empty if it was not asked for, or if the step is the violation itself
     */
    record Step(int number, String step, String state) {}

    /**
     * An interleaving on the machine.
     *
     * @param violation with which the machine's oracle ended it; null if it could not follow
     * @param reason why it could not follow; null if it could
     */
    record Confirmed(@Nullable String violation, @Nullable String reason, List<Group> steps) {
        static @Nullable Confirmed of(Counterexample wrong) {
            GuidedRun.Result result = GuidedRun.follow(wrong.setup(), wrong.steps(), wrong.oracle(), wrong.core());
            if (result == null) {
                return null;
            }
            List<MachineTrace.Step> all = MachineTrace.of(
                            result.model(), new Replay(result.model()).run(result.transitions()), false)
                    .steps();
            List<Group> groups = new ArrayList<>();
            int from = 0;
            for (int count : result.counts()) {
                groups.add(new Group(wrong.steps().get(groups.size()).toString(), all.subList(from, from + count)));
                from += count;
            }
            return new Confirmed(result.violation(), result.reason(), groups);
        }

        private void printText(PrintWriter out) {
            out.println("The same on the machine, each step with its micro-ops:");
            for (int i = 0; i < steps.size(); i++) {
                out.printf("%4d  %s%n", i + 1, steps.get(i).step);
                for (MachineTrace.Step done : steps.get(i).transitions) {
                    done.microOps().forEach(microOp -> out.println("        core " + done.core() + "  " + microOp));
                }
            }
            out.println();
            Paragraph.print(out, "", violation == null ? "Not confirmed: " + reason : "Confirmed: " + violation);
        }
    }

    /**
     * One step of an interleaving.
     *
     * @param transitions of the machine
     */
    record Group(String step, List<MachineTrace.Step> transitions) {}

    static ReplayResult of(String name, Schedule file, ProofSchedule schedule, boolean isPrefix, boolean withStates) {
        Expectation expected = isPrefix ? null : Expectation.read(name, file);
        ProofSchedule.Replayed replayed = schedule.replay();
        Counterexample wrong = replayed.wrong();
        LoadedImage nameless = new LoadedImage("schedule", List.of(), Symbols.of(List.of()), List.of());
        List<Step> steps = new ArrayList<>();
        for (ProofSchedule.Step step : replayed.steps()) {
            steps.add(new Step(steps.size() + 1, step.step().toString(), withStates ? step.hash() : ""));
        }
        return new ReplayResult(
                outcome(isPrefix, expected, replayed.ended()),
                summary(isPrefix, expected, replayed.ended(), steps.size()),
                ProofSchedule.MODEL,
                expected,
                replayed.ended(),
                steps,
                wrong == null || replayed.ended() == null ? null : CounterexampleReport.of(wrong, nameless),
                null,
                wrong == null || replayed.ended() == null ? null : Confirmed.of(wrong),
                isPrefix ? replayed.next().stream().map(Object::toString).toList() : null);
    }

    static ReplayResult of(String name, Schedule file, MachineSchedule schedule, boolean isPrefix, boolean withStates) {
        Expectation expected = isPrefix ? null : Expectation.read(name, file);
        Replay.Result result = schedule.replay();
        Expectation ended = result.violation() == null ? null : MachineSchedule.ended(result);
        return new ReplayResult(
                outcome(isPrefix, expected, ended),
                summary(isPrefix, expected, ended, result.steps().size()),
                MachineSchedule.MODEL,
                expected,
                ended,
                List.of(),
                null,
                MachineTrace.of(schedule.model(), result, withStates),
                null,
                isPrefix ? result.next().stream().map(Object::toString).toList() : null);
    }

    static String outcome(boolean isPrefix, @Nullable Expectation expected, @Nullable Expectation ended) {
        return isPrefix ? PREFIX : ended != null && ended.equals(expected) ? AS_EXPECTED : DIFFERENT;
    }

    static String summary(boolean isPrefix, @Nullable Expectation expected, @Nullable Expectation ended, int steps) {
        String end = ended == null ? "nothing is wrong after step " + steps : "it ends with " + ended;
        return isPrefix || ended != null && ended.equals(expected) ? end : end + "; the schedule expects " + expected;
    }

    @Override
    public ExitCode exitCode() {
        return outcome.equals(DIFFERENT) ? ExitCode.VIOLATED : ExitCode.FINE;
    }

    @Override
    public void printText(PrintWriter out) {
        out.println(outcome.toUpperCase(java.util.Locale.ROOT).replace('-', ' ') + ": " + summary);
        out.println();
        boolean hasStates = steps.stream().anyMatch(step -> !step.state.isEmpty());
        if (interleaving != null) {
            interleaving.printText(out, "The interleaving");
        }
        if (trace != null) {
            trace.printText(out, Integer.MAX_VALUE);
        }
        if (!steps.isEmpty() && (interleaving == null || hasStates)) {
            if (interleaving != null) {
                out.println();
            }
            TextTable table = new TextTable().numbers("step").words("").words(hasStates ? "state" : "");
            steps.forEach(step -> table.row(step.number, step.step, step.state));
            out.print(table);
        }
        if (confirmed != null) {
            out.println();
            confirmed.printText(out);
        }
        if (next != null) {
            printNext(out, next);
        }
    }

    static void printNext(PrintWriter out, List<String> next) {
        out.println();
        out.println(next.isEmpty() ? "Nothing can happen next." : "What could happen next:");
        next.forEach(one -> Paragraph.print(out, "  ", one));
    }
}
