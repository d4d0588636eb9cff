package dev.pokesim.cli.step;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Every key and what it does: what the stepper obeys, and what its help prints. */
final class Keys {
    private static final String CONDITION = "condition: ";
    private static final String TEXT = "text: ";
    private static final String CORE = "core: ";

    /** What a key does. */
    @FunctionalInterface
    interface Action {
        /**
         * @param typed what was typed in answer to what the key asks for; empty if it asks for nothing
         */
        void run(Stepper stepper, String typed);
    }

    /**
     * One key.
     *
     * @param name the character; for a key that has none its name, such as {@code right}
     * @param asks the question it asks before it acts; empty if it asks none
     * @param begins what the answer begins with
     */
    record Key(String name, Action action, String asks, String begins) {}

    /**
     * Keys that belong together, one line of the help.
     *
     * @param keys for readers, the key forwards first
     * @param what they do
     */
    record Row(String keys, String what, List<Key> bound) {}

    /** All, in the order of the help. */
    static final List<Row> ROWS = List.of(
            moves("m", "M", "right", "left", "micro-op, of any core", (s, way) -> s.microOps(way, 1)),
            moves("i", "I", "instruction of this core", Stepper::instruction),
            moves("s", "S", "step of the protocol", Stepper::protocolStep),
            moves("e", "E", "event on this core", Stepper::event),
            moves("p", "P", "poke: a store into the text", Stepper::poke),
            moves("t", "T", "trap: a core enters the INT3 handler", Stepper::trap),
            moves("v", "V", "violation", Stepper::violation),
            asks("c", "C", "a condition that you type, such as step sync", CONDITION, Stepper::condition),
            asks("/", "\\", "what happens has a text that you type", TEXT, Stepper::search),
            moves("n", "N", "the same condition or text again", Stepper::again),
            moves("j", "J", "pgdn", "pgup", "a hundred micro-ops", (s, way) -> s.microOps(way, Stepper.JUMP)),
            new Row(
                    "> < end home",
                    "the end, the start",
                    List.of(
                            plain(">", (s, typed) -> s.end()),
                            plain("end", (s, typed) -> s.end()),
                            plain("<", (s, typed) -> s.start()),
                            plain("home", (s, typed) -> s.start()))),
            new Row(
                    "k K down up",
                    "look at the next core, the one before",
                    List.of(
                            plain("k", (s, typed) -> s.nextCore(Way.FORWARDS)),
                            plain("down", (s, typed) -> s.nextCore(Way.FORWARDS)),
                            plain("K", (s, typed) -> s.nextCore(Way.BACKWARDS)),
                            plain("up", (s, typed) -> s.nextCore(Way.BACKWARDS)))),
            digits(),
            new Row(
                    "f",
                    "look at whichever core acts (on from the start), or stay",
                    List.of(plain("f", (s, typed) -> s.toggleFollowing()))),
            new Row(
                    "] [",
                    "look at the next place, the one before",
                    List.of(
                            plain("]", (s, typed) -> s.nextPlace(Way.FORWARDS)),
                            plain("[", (s, typed) -> s.nextPlace(Way.BACKWARDS)))),
            new Row(
                    "? h",
                    "help: keys, conditions and marks, back",
                    List.of(plain("?", (s, typed) -> s.help()), plain("h", (s, typed) -> s.help()))),
            new Row("q", "quit", List.of(plain("q", (s, typed) -> s.quit()))));

    private Keys() {}

    /** The key of a name; null if none has it. */
    static @Nullable Key named(String name) {
        for (Row row : ROWS) {
            for (Key key : row.bound()) {
                if (key.name().equals(name)) {
                    return key;
                }
            }
        }
        return null;
    }

    /** A move, and the way it goes. */
    @FunctionalInterface
    private interface Move {
        void go(Stepper stepper, Way way);
    }

    /** A move to what was typed, and the way it goes. */
    @FunctionalInterface
    private interface Search {
        void go(Stepper stepper, Way way, String typed);
    }

    private static Key plain(String name, Action action) {
        return new Key(name, action, "", "");
    }

    private static Row moves(String forwards, String backwards, String what, Move move) {
        return new Row(
                forwards + " " + backwards,
                what,
                List.of(
                        plain(forwards, (s, typed) -> move.go(s, Way.FORWARDS)),
                        plain(backwards, (s, typed) -> move.go(s, Way.BACKWARDS))));
    }

    private static Row moves(
            String forwards, String backwards, String forwardsToo, String backwardsToo, String what, Move move) {
        List<Key> bound = new ArrayList<>();
        bound.addAll(moves(forwards, backwards, what, move).bound());
        bound.addAll(moves(forwardsToo, backwardsToo, what, move).bound());
        return new Row(String.join(" ", forwards, backwards, forwardsToo, backwardsToo), what, List.copyOf(bound));
    }

    private static Row asks(String forwards, String backwards, String what, String question, Search search) {
        return new Row(
                forwards + " " + backwards,
                what,
                List.of(
                        new Key(forwards, (s, typed) -> search.go(s, Way.FORWARDS, typed), question, ""),
                        new Key(backwards, (s, typed) -> search.go(s, Way.BACKWARDS, typed), question, "")));
    }

    private static Row digits() {
        List<Key> bound = new ArrayList<>();
        for (char digit = '0'; digit <= '9'; digit++) {
            String name = String.valueOf(digit);
            bound.add(new Key(name, Stepper::core, CORE, name));
        }
        return new Row("0 to 9", "look at the core of this number", List.copyOf(bound));
    }
}
