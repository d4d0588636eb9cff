package dev.pokesim.cli.command;

import dev.pokesim.cli.console.Paragraph;
import dev.pokesim.cli.console.TextTable;
import dev.pokesim.emulator.explore.Replay;
import dev.pokesim.emulator.explore.Transition;
import dev.pokesim.patcher.run.MachineModel;
import dev.pokesim.patcher.schedule.Expectation;
import dev.pokesim.patcher.schedule.MachineSchedule;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a machine did, micro-op by micro-op.
 *
 * @param cores of the machine; core 0 patches
 * @param passes of each other core
 * @param oracle the property that is violated; null if none is
 * @param core that violates it; null if none is
 * @param what happened; null if nothing is wrong
 * @param digest of all states on the way
 */
record MachineTrace(
        int cores,
        int sites,
        int passes,
        @Nullable String oracle,
        @Nullable Integer core,
        @Nullable String what,
        List<Step> steps,
        String digest) {
    private static final int MOST_COLUMNS = 6;

    /**
     * One transition.
     *
     * @param number from 1 on
     * @param kind step, drain, ipi or nmi
     * @param microOps what it consisted of; the steps that nobody can notice are done together with the one before
     * @param state first digits of the SHA-256 of the state afterwards; empty if it was not asked for, or after a violation
     */
    record Step(int number, int core, String kind, List<String> microOps, String state) {}

    static MachineTrace of(MachineModel model, Replay.Result result, boolean withStates) {
        List<Step> steps = new ArrayList<>();
        for (Replay.Step done : result.steps()) {
            Transition transition = done.transition();
            steps.add(new Step(
                    steps.size() + 1,
                    transition.core(),
                    transition.kind().word(),
                    model.read(done.microOps()),
                    withStates ? done.state() : ""));
        }
        String violation = result.violation();
        Expectation ended = violation == null ? null : MachineSchedule.ended(result);
        return new MachineTrace(
                model.cores(),
                model.target().places().size(),
                model.passes(),
                ended == null ? null : ended.oracle(),
                ended == null ? null : (Integer) ended.core(),
                violation == null ? null : model.read(violation),
                steps,
                result.digest());
    }

    /**
     * As a table, one row per micro-op; those that were done together with the one before have no number.
     *
     * @param most how many steps are printed, the last ones
     */
    void printText(PrintWriter out, int most) {
        boolean withStates = steps.stream().anyMatch(step -> !step.state.isEmpty());
        int from = Math.max(0, steps.size() - most);
        if (from > 0) {
            Paragraph.print(
                    out,
                    "",
                    "(" + from + " steps before these are not printed; poke-sim replay with the schedule prints all)");
        }
        TreeSet<Integer> shown = new TreeSet<>();
        shown.add(0);
        steps.subList(from, steps.size()).forEach(step -> shown.add(step.core));
        boolean isWide = shown.size() > MOST_COLUMNS;
        List<Integer> columns = isWide ? List.of(-1) : List.copyOf(shown);
        TextTable table = new TextTable().numbers("step");
        if (isWide) {
            table.numbers("core").words("micro-op");
        } else {
            columns.forEach(id -> table.words(id == 0 ? "core 0, patcher" : "core " + id));
        }
        if (withStates) {
            table.words("state");
        }
        for (Step step : steps.subList(from, steps.size())) {
            for (int i = 0; i < step.microOps.size(); i++) {
                Object number = i == 0 ? (Object) step.number : "";
                String state = i == step.microOps.size() - 1 ? step.state : "";
                row(table, columns, number, step.core, step.microOps.get(i), withStates, state);
            }
        }
        if (oracle != null && core != null) {
            row(table, columns, "", core, "!! " + oracle, withStates, "");
        }
        out.print(table);
        if (what != null) {
            out.println();
            Paragraph.print(out, "", what);
        }
    }

    private static void row(
            TextTable table,
            List<Integer> columns,
            Object number,
            int actor,
            String text,
            boolean withStates,
            String state) {
        boolean isWide = columns.get(0) < 0;
        List<Object> cells = new ArrayList<>();
        cells.add(number);
        if (isWide) {
            cells.add(actor);
            cells.add(text);
        } else {
            Object[] row = new Object[columns.size()];
            Arrays.fill(row, "");
            row[columns.indexOf(actor)] = text;
            cells.addAll(List.of(row));
        }
        if (withStates) {
            cells.add(state);
        }
        table.row(cells.toArray());
    }
}
