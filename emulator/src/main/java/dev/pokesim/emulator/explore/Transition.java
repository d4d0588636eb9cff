package dev.pokesim.emulator.explore;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One thing that can happen next in a machine.
 *
 * @param core where
 * @param vector of an IPI; 0 for the other kinds
 * @param choices what a fetch decides, as {@link dev.pokesim.emulator.core.Chooser} numbers it; empty if nothing is open
 * @param text what it is, for readers; does not decide anything
 */
public record Transition(int core, Kind kind, int vector, List<Integer> choices, String text) {
    /** What happens. */
    public enum Kind {
        /** The core does its next step. */
        STEP("step"),
        /** The core's oldest store reaches memory. */
        DRAIN("drain"),
        /** An IPI arrives at the core and is taken. */
        IPI("ipi"),
        /** An NMI arrives at the core and is taken. */
        NMI("nmi");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        /** As a schedule spells it. */
        public String word() {
            return word;
        }
    }

    public Transition {
        choices = List.copyOf(choices);
    }

    /** As a line of a {@link Schedule}. */
    public Schedule.Step toStep() {
        StringBuilder words = new StringBuilder(kind.word);
        if (kind == Kind.IPI) {
            words.append(" 0x").append(Integer.toHexString(vector));
        }
        if (!choices.isEmpty()) {
            words.append(" see=").append(choices.stream().map(String::valueOf).collect(Collectors.joining(",")));
        }
        if (!text.isEmpty()) {
            words.append(' ').append(text);
        }
        return Schedule.Step.of("C" + core, words.toString().trim().split("\\s+"));
    }

    /**
     * Reads what {@link #toStep} wrote.
     *
     * @throws IllegalArgumentException with what is wrong, if it is no transition of a machine
     */
    public static Transition of(Schedule.Step step) {
        List<String> words = new ArrayList<>(step.words());
        String word = words.remove(0);
        Kind kind = Arrays.stream(Kind.values())
                .filter(candidate -> candidate.word.equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("`" + word + "` is none of step, drain, ipi, nmi"));
        if (!step.actor().matches("C[0-9]{1,4}")) {
            throw new IllegalArgumentException("`" + step.actor() + "` is no core, such as C0");
        }
        int vector = 0;
        if (kind == Kind.IPI) {
            String number = words.isEmpty() ? "" : words.remove(0);
            if (!number.matches("0x[0-9a-f]{1,2}")) {
                throw new IllegalArgumentException("`" + number + "` is no vector, such as 0xfb");
            }
            vector = Integer.parseInt(number.substring(2), 16);
        }
        List<Integer> choices = new ArrayList<>();
        if (!words.isEmpty() && words.get(0).matches("see=[0-9]{1,9}(,[0-9]{1,9})*")) {
            for (String choice : words.remove(0).substring(4).split(",", -1)) {
                choices.add(Integer.parseInt(choice));
            }
        }
        return new Transition(
                Integer.parseInt(step.actor().substring(1)), kind, vector, choices, String.join(" ", words));
    }

    @Override
    public String toString() {
        return toStep().toString();
    }
}
