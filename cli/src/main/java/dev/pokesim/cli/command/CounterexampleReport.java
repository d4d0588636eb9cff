package dev.pokesim.cli.command;

import dev.pokesim.cli.console.Paragraph;
import dev.pokesim.cli.console.TextTable;
import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.isa.Disassembly;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.patcher.kernel.PatchPlace;
import dev.pokesim.patcher.proof.Counterexample;
import dev.pokesim.patcher.proof.StepText;
import dev.pokesim.patcher.site.LoadedImage;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An interleaving that breaks a protocol, step by step.
 *
 * @param fetch the mode under which it was looked for
 * @param cores how many it takes; core 0 patches
 * @param oracle the property that is violated
 * @param core that violates it
 * @param what happens, in one sentence
 * @param reasons who wrote what was seen, and which serialisation was missing
 * @param modes every fetch mode that shows a violation at this size, the weakest first; empty if that was not looked for
 * @param otherModes under which none was found at this size; empty if that was not looked for
 * @param isShortest whether no shorter one exists at this size
 * @param schedule that does it again; null if none was written
 */
record CounterexampleReport(
        String fetch,
        int cores,
        List<Site> sites,
        String oracle,
        int core,
        String what,
        List<Step> steps,
        List<String> reasons,
        List<String> modes,
        List<String> otherModes,
        boolean isShortest,
        ScheduleOptions.@Nullable Saved schedule) {
    /** More cores than this share a column. */
    private static final int MOST_COLUMNS = 6;

    /**
     * A place that is patched.
     *
     * @param location the function that contains it, and how far in; the address if nobody knows
     */
    record Site(String address, String location, Text oldText, Text newText) {}

    /** Bytes, and what they are as an instruction. */
    record Text(String bytes, String instruction) {
        static Text of(InstructionBytes bytes, long address) {
            return new Text(bytes.toString(), new Disassembly().of(bytes, address));
        }

        @Override
        public String toString() {
            return bytes + "  " + instruction;
        }
    }

    /**
     * One step.
     *
     * @param number from 1 on
     * @param core that takes it
     * @param action as schedules write it
     * @param site that it writes, traps at or fetches, from 0 on; null if none
     * @param memory what the site holds after it
     * @param seen what the core fetches instead; null if it fetches nothing
     */
    record Step(
            int number,
            int core,
            String action,
            @Nullable Integer site,
            @Nullable Text memory,
            @Nullable Text seen) {}

    static CounterexampleReport of(Counterexample found, LoadedImage image) {
        List<PatchPlace> places = found.setup().places();
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < found.steps().size(); i++) {
            StepText text = found.texts().get(i);
            boolean isAtSite = text.site() != StepText.NO_SITE;
            long address = isAtSite ? places.get(text.site()).address() : 0;
            steps.add(new Step(
                    i + 1,
                    found.steps().get(i).core(),
                    found.steps().get(i).action(),
                    isAtSite ? (Integer) text.site() : null,
                    text.memory() == null ? null : Text.of(text.memory(), address),
                    text.seen() == null ? null : Text.of(text.seen(), address)));
        }
        return new CounterexampleReport(
                found.setup().fetchMode().optionName(),
                found.setup().cores(),
                places.stream()
                        .map(place -> new Site(
                                Address.text(place.address()),
                                image.symbolAt(place.address()).toString(),
                                Text.of(place.oldText(), place.address()),
                                Text.of(place.newText(), place.address())))
                        .toList(),
                found.oracle(),
                found.core(),
                found.what(),
                steps,
                found.reasons(),
                names(found.modes().stream()),
                found.modes().isEmpty()
                        ? List.of()
                        : names(Arrays.stream(FetchMode.values())
                                .filter(mode -> !found.modes().contains(mode))),
                found.isShortest(),
                null);
    }

    /** The same with a schedule. */
    CounterexampleReport withSchedule(ScheduleOptions.Saved saved) {
        return new CounterexampleReport(
                fetch, cores, sites, oracle, core, what, steps, reasons, modes, otherModes, isShortest, saved);
    }

    private static List<String> names(Stream<FetchMode> modes) {
        return modes.map(FetchMode::optionName).toList();
    }

    /**
     * @param title what it is, in two words
     */
    void printText(PrintWriter out, String title) {
        Paragraph.print(out, "", title + ", fetch mode " + fetch + " (" + oracle + "):");
        Paragraph.print(out, "  ", what);
        out.println();
        TextTable legend = new TextTable()
                .words("site")
                .words("address")
                .words("function")
                .words("")
                .words("text");
        for (int i = 0; i < sites.size(); i++) {
            Site site = sites.get(i);
            legend.row(i, site.address, site.location, "old", site.oldText);
            legend.row("", "", "", "new", site.newText);
        }
        out.print(legend);
        out.println();
        printSteps(out);
        out.println();
        seen(out);
        if (!reasons.isEmpty()) {
            out.println("Why:");
            reasons.forEach(reason -> Paragraph.print(out, "  ", reason));
        }
        if (!modes.isEmpty()) {
            String here = "On " + ProofWords.size(cores, sites.size()).replace(" and ", " and with ");
            Paragraph.print(
                    out,
                    "",
                    here + " it goes wrong under fetch " + String.join(", ", modes)
                            + " (the weakest: " + modes.get(0) + ")"
                            + (otherModes.isEmpty() ? "" : ", and not under " + String.join(", ", otherModes)) + ".");
        }
        if (schedule != null) {
            out.println();
            schedule.printText(out);
        }
    }

    private void printSteps(PrintWriter out) {
        TextTable table = new TextTable().numbers("step").words("core 0, patcher");
        TreeSet<Integer> shown = new TreeSet<>(List.of(0, core));
        steps.forEach(step -> shown.add(step.core));
        boolean isWide = shown.size() > MOST_COLUMNS;
        for (int id : shown.tailSet(1)) {
            if (!isWide) {
                table.words("core " + id);
            }
        }
        if (isWide) {
            table.words("other cores");
        }
        table.words("in memory then");
        List<Integer> columns = isWide ? List.of() : List.copyOf(shown);
        for (Step step : steps) {
            String memory =
                    step.memory == null ? "" : (sites.size() > 1 ? "site " + step.site + ": " : "") + step.memory;
            row(table, columns, step.number, step.core, words(step.action), memory);
        }
        row(table, columns, "", core, "!! " + oracle, "");
        out.print(table);
    }

    /** Without columns for each core, the ones besides core 0 share one. */
    private static void row(
            TextTable table, List<Integer> columns, Object number, int actor, String action, String memory) {
        Object[] cells = new Object[columns.isEmpty() ? 4 : columns.size() + 2];
        Arrays.fill(cells, "");
        cells[0] = number;
        boolean isShared = columns.isEmpty() && actor > 0;
        int column = columns.isEmpty() ? Math.min(actor, 1) : columns.indexOf(actor);
        cells[column + 1] = isShared ? "core " + actor + ": " + action : action;
        cells[cells.length - 1] = memory;
        table.row(cells);
    }

    /** The last fetch, if there is one, beside what it should have been. */
    private void seen(PrintWriter out) {
        Step last = steps.get(steps.size() - 1);
        if (last.seen != null) {
            out.println("core " + last.core + " sees  " + last.seen);
            out.println("memory has   " + last.memory);
        }
    }

    /** The action as people say it. */
    private static String words(String action) {
        String[] parts = action.split(" ", 4);
        String first = parts.length > 1 ? parts[1] : "";
        return switch (parts[0]) {
            case "fill" -> "fill array, batch " + first;
            case "publish" -> "publish refs" + ofCore(first);
            case "publish.done" -> "all refs published";
            case "write" -> "write " + parts[3] + " at site " + first + parts[2];
            case "sync.send" -> "send sync IPIs";
            case "sync.done" -> "all have answered";
            case "retire" -> "retire refs" + ofCore(first);
            case "retire.done" -> "no refs are held";
            case "empty" -> "empty array";
            case "finish" -> "batch " + first + " is done";
            case "ack" -> "IPI: serialise";
            case "nmi" -> "NMI arrives";
            case "nmi.iret" -> "NMI's IRET: serialise";
            case "trap" -> "INT3 at site " + first;
            case "take" -> "take reference";
            case "find" -> "find entry";
            case "act" -> "act as entry says";
            case "enter" -> "execute at site " + first + parts[2];
            case "leave" -> "leave site " + first;
            case "drop" -> "drop reference";
            case "iret" -> "IRET: serialise";
            case "fetch" -> action.replaceFirst("fetch [0-9]+", "fetch site " + first + ":");
            default -> action;
        };
    }

    private static String ofCore(String word) {
        return word.startsWith("C") ? " of core " + word.substring(1) : "";
    }
}
