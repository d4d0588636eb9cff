package dev.pokesim.cli.step;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.isa.Disassembly;
import dev.pokesim.emulator.machine.Machine;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import dev.pokesim.patcher.travel.PatchTimeline;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A place that is patched: its old and new text, what memory holds now, and which cores may still see something else. */
final class PlacePane implements Pane {
    private static final int BYTES = 9;
    private static final int TEXT = 28;
    private static final int MOST_CORES = 12;

    @Override
    public Line heading(Stepper stepper, boolean colour) {
        TextPokeLoc place = place(stepper);
        int count = stepper.run().target().places().size();
        Disassembly names = new Disassembly(stepper.run()::place);
        return new Line(colour)
                .add("Place " + stepper.place() + (count > 1 ? " (0 to " + (count - 1) + ")" : ""), Look.HEADING)
                .add("  " + names.address(place.address()))
                .add(count > 1 ? "  " + states(stepper.run()) : "", Look.FAINT);
    }

    /** How many places hold their old text, INT3, their new text. */
    private static String states(PatchTimeline run) {
        int[] counts = new int[State.values().length];
        run.target()
                .places()
                .forEach(place -> counts[State.of(inMemory(run, place), place).ordinal()]++);
        List<String> words = new ArrayList<>();
        for (State state : State.values()) {
            if (counts[state.ordinal()] > 0) {
                words.add(counts[state.ordinal()] + " " + state.word);
            }
        }
        return String.join(", ", words);
    }

    private enum State {
        OLD("old", Look.PLAIN),
        INT3("int3", Look.INT3),
        NEW("new", Look.NEW),
        MIXED("mixed", Look.WRONG);

        private final String word;
        private final Look look;

        State(String word, Look look) {
            this.word = word;
            this.look = look;
        }

        static State of(InstructionBytes now, TextPokeLoc place) {
            if (now.equals(place.oldText())) {
                return OLD;
            }
            if (now.equals(place.newText())) {
                return NEW;
            }
            return now.byteAt(0) == TextPokeLoc.INT3 ? INT3 : MIXED;
        }
    }

    @Override
    public int needs(Stepper stepper, int width) {
        return 2;
    }

    @Override
    public int wants(Stepper stepper, int width) {
        return 4;
    }

    @Override
    public boolean isElastic() {
        return false;
    }

    @Override
    public List<Line> lines(Stepper stepper, int width, int rows, boolean colour) {
        TextPokeLoc place = place(stepper);
        InstructionBytes now = inMemory(stepper.run(), place);
        State state = State.of(now, place);
        Line stale = new Line(colour).add("  ").add(stale(stepper.run(), place), Look.STALE);
        if (rows < 4) {
            Line texts = new Line(colour)
                    .add("  old " + place.oldText() + "   memory ")
                    .add(now + " " + state.word, state.look)
                    .add("   new " + place.newText());
            return List.of(texts, stale);
        }
        List<Line> lines = new ArrayList<>();
        lines.add(text("old", place.oldText(), place, Look.PLAIN, colour));
        Line memory = text("memory", now, place, state.look, colour);
        lines.add(memory.add("  " + state.word, state.look));
        lines.add(text("new", place.newText(), place, Look.PLAIN, colour));
        lines.add(stale);
        return lines;
    }

    private static Line text(String what, InstructionBytes bytes, TextPokeLoc place, Look look, boolean colour) {
        return new Line(colour)
                .add("  " + what)
                .to(BYTES)
                .add(bytes.toString(), look)
                .to(TEXT)
                .add(new Disassembly().of(bytes, place.address()), look);
    }

    /** Which cores may see something older than memory there. */
    private static String stale(PatchTimeline run, TextPokeLoc place) {
        Machine machine = run.timeline().machine();
        List<String> cores = new ArrayList<>();
        int more = 0;
        for (int id = 0; id < machine.coreCount(); id++) {
            Core core = machine.core(id);
            boolean isStale = run.seenBy(core.id(), place.address(), place.sizeBytes()).stream()
                    .anyMatch(values -> values.size() > 1);
            if (isStale && cores.size() < MOST_CORES) {
                cores.add(String.valueOf(id));
            } else if (isStale) {
                more++;
            }
        }
        return cores.isEmpty()
                ? "every core sees what memory holds"
                : "older bytes may be seen by core " + String.join(" ", cores)
                        + (more > 0 ? " and " + more + " more" : "");
    }

    private static TextPokeLoc place(Stepper stepper) {
        return stepper.run().target().places().get(stepper.place());
    }

    private static InstructionBytes inMemory(PatchTimeline run, TextPokeLoc place) {
        int[] bytes = new int[place.sizeBytes()];
        Arrays.setAll(bytes, i -> (int) run.timeline().machine().memory().read(place.address() + i, 1));
        return InstructionBytes.of(bytes);
    }
}
