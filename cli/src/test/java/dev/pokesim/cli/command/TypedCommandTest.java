package dev.pokesim.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TypedCommandTest {
    @Test
    void namesOfFilesAreLeftOutInBothSpellings() {
        assertEquals(
                "poke-sim run --cores 4 --plotter",
                TypedCommand.without(
                        Set.of("--plot", "--trace"),
                        List.of("run", "--plot", "a b.svg", "--cores", "4", "--trace=x.trace", "--plotter")));
    }

    @Test
    void aShellReadsBackWhatWasTyped() {
        assertEquals(
                "poke-sim run --input 'a b/it'\\''s $HOME' --key '' --between 1ms..2ms",
                TypedCommand.without(
                        Set.of(), List.of("run", "--input", "a b/it's $HOME", "--key", "", "--between", "1ms..2ms")));
    }
}
