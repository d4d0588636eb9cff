package dev.pokesim.cli.command;

import dev.pokesim.bpf.form.AsyncForm;
import dev.pokesim.bpf.form.LockedAsync;
import dev.pokesim.bpf.run.NmiPlacement;
import dev.pokesim.bpf.scenario.Scenario;
import dev.pokesim.cli.console.Paragraph;
import dev.pokesim.cli.console.Report;
import dev.pokesim.cli.console.TextTable;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What {@code poke-sim bpf demo} prints.
 *
 * @param parts a form in a scenario each
 */
record BpfDemoResult(List<Part> parts) implements Report {
    /** The steps of the locked form that are not the operation itself; an NMI before one of these has a line of its own. */
    private static final Set<String> LANDMARKS = Set.of(
            "rcu_read_lock",
            "rcu_read_unlock",
            "cli",
            LockedAsync.LOCK_NAME + ": lock",
            "irqsave_flags = IF",
            "irqsave_flags",
            LockedAsync.LOCK_NAME + ": unlock",
            "sti",
            "halt");

    private static final String BODY = "(the operation)";
    private static final String END = "(the task is over)";
    private static final String FINE = "nothing wrong";

    /**
     * A form in a scenario.
     *
     * @param places how many places the NMI was put at
     * @param wrong at how many of them something goes wrong
     * @param rows neighbouring places with the same end
     * @param schedules one of each kind of what goes wrong
     */
    record Part(
            String form,
            String formDescription,
            String scenario,
            String question,
            int places,
            int wrong,
            List<Row> rows,
            List<ScheduleOptions.Saved> schedules) {
        static Part of(
                AsyncForm form, Scenario scenario, List<NmiPlacement> places, List<ScheduleOptions.Saved> schedules) {
            List<Row> rows = new ArrayList<>();
            for (NmiPlacement place : places) {
                String before = section(place.before(), rows);
                Row last = rows.isEmpty() ? null : rows.get(rows.size() - 1);
                String end = kind(place);
                if (last != null && before.equals(BODY) && last.before.equals(BODY) && last.end.equals(end)) {
                    rows.set(rows.size() - 1, new Row(BODY, last.places + 1, place.oracle(), end));
                } else {
                    rows.add(new Row(before, 1, place.oracle(), end));
                }
            }
            return new Part(
                    form.name(),
                    form.description(),
                    scenario.name(),
                    scenario.question(),
                    places.size(),
                    (int) places.stream()
                            .filter(place -> place.oracle() != null)
                            .count(),
                    rows,
                    schedules);
        }
    }

    /** Steps inside the operation that are called like one of the lock's come later than that one. */
    private static String section(String before, List<Row> rows) {
        boolean isSeen = rows.stream().anyMatch(row -> row.before.equals(before));
        return before.isEmpty() ? END : LANDMARKS.contains(before) && !isSeen ? before : BODY;
    }

    /**
     * Neighbouring places.
     *
     * @param before the step of the task that the NMI comes before
     * @param oracle the property that is violated; null if none is
     * @param end what happens
     */
    record Row(String before, int places, @Nullable String oracle, String end) {}

    /** What happens, in words that are the same at every place where the same happens. */
    static String kind(NmiPlacement place) {
        String what = place.what();
        return what == null ? FINE : what.substring(what.indexOf(':') + 2);
    }

    @Override
    public void printText(PrintWriter out) {
        Paragraph.print(
                out,
                "",
                "A task starts a BPF timer, and an NMI of the same CPU starts one, too: the NMI at each place of the task, one run each.");
        for (Part part : parts) {
            out.println();
            out.println(part.form + ", " + part.scenario + ": " + part.question);
            if (part.wrong == 0) {
                Paragraph.print(
                        out, "  ", part.places + " places, nothing wrong at any (" + part.formDescription + ")");
                continue;
            }
            out.println("  " + part.places + " places, wrong at " + part.wrong);
            TextTable table =
                    new TextTable().words("  NMI before").numbers("places").words("end");
            part.rows.forEach(row -> table.row("  " + row.before, row.places, row.end));
            out.print(table);
            part.schedules.forEach(saved -> out.println("  poke-sim replay " + saved.file()));
        }
        out.println();
        Paragraph.print(
                out,
                "",
                "The same timer: wherever the task holds the lock, the NMI spins on it for ever, because it cannot go on before the NMI"
                        + " returns. Another timer: its lock is free, but all locks of a CPU keep the saved interrupt flag in one"
                        + " variable. An NMI between the task's store and its load leaves its own flag there, which is off, and the task"
                        + " ends with interrupts off: no timer and no irq_work of this CPU runs again. Inside the operation both"
                        + " timers meet at the lock of the hrtimer base, which is why a wrapper without locks is not enough: the"
                        + " start itself must move to irq_work.");
        Paragraph.print(
                out,
                "",
                "The guarded form is right because it refuses every operation in NMI. The other two accept them; what is wrong with v6 needs"
                        + " other orders: poke-sim bpf check --form v6 --all.");
    }
}
