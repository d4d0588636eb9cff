package dev.pokesim.patcher.schedule;

import dev.pokesim.emulator.datafile.InvalidDataFile;
import dev.pokesim.emulator.explore.Schedule;
import java.util.List;

/**
 * What a replay must end with.
 *
 * @param oracle the property that is violated, by the name of its class
 * @param core that violates it
 * @param at after how many steps
 * @param hash of the states on the way: two replays that have the same did the same
 */
public record Expectation(String oracle, int core, int at, String hash) {
    /**
     * Reads the header of a schedule.
     *
     * @param name of the file, for messages
     * @throws InvalidDataFile if it has none, or one that nobody understands
     */
    public static Expectation read(String name, Schedule schedule) {
        List<String> words = schedule.words(Schedule.Key.EXPECT);
        if (words.isEmpty()) {
            throw Config.invalid(name, "expect", "is missing; --prefix replays without it");
        }
        Config rest = new Config(name, "expect", words.subList(1, words.size()));
        Expectation read = new Expectation(
                words.get(0),
                rest.number("core", 0, Integer.MAX_VALUE),
                rest.number("at", 0, Integer.MAX_VALUE),
                rest.word("hash"));
        rest.allRead();
        return read;
    }

    /** As a schedule has it in its header. */
    public List<String> words() {
        return List.of(oracle, "core=" + core, "at=" + at, "hash=" + hash);
    }

    @Override
    public String toString() {
        return oracle + " of core " + core + " after step " + at + ", hash " + hash;
    }
}
