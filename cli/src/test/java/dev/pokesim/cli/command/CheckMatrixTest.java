package dev.pokesim.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.cli.command.CheckMatrix.Cell;
import dev.pokesim.cli.console.ExitCode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CheckMatrixTest {
    private static final Set<String> TORN = Set.of("NoTornInstruction");
    private static final Cell RIGHT = new Cell("a", "line", "safe", Set.of(), null, 9);
    private static final Cell MISSED = new Cell("a", "window", "safe", TORN, null, 9);
    private static final Cell FALSE_ALARM = new Cell("a", "window", "violated", Set.of(), "NoTornInstruction", 9);
    private static final Cell OTHER = new Cell("a", "window", "violated", TORN, "EveryWaitEnds", 9);
    private static final Cell STOPPED = new Cell("a", "window", "incomplete", Set.of(), null, 9);

    private static CheckMatrix matrix(Cell... cells) {
        return CheckMatrix.of(List.of(cells));
    }

    @Test
    void aVerdictThatShouldBeOtherwiseIsAFailureInEitherDirection() {
        assertEquals(ExitCode.FINE, matrix(RIGHT).exitCode());
        assertEquals(ExitCode.VIOLATED, matrix(RIGHT, MISSED).exitCode());
        assertEquals(ExitCode.VIOLATED, matrix(RIGHT, FALSE_ALARM).exitCode());
        assertEquals(ExitCode.VIOLATED, matrix(RIGHT, OTHER).exitCode());
        assertEquals(ExitCode.INCOMPLETE, matrix(RIGHT, STOPPED).exitCode());
    }

    @Test
    void aVerdictThatShouldBeOtherwiseIsMarkedAndCanBeSeenAlone() {
        StringWriter text = new StringWriter();
        matrix(RIGHT, MISSED).printText(new PrintWriter(text));
        assertTrue(text.toString().startsWith("NOT AS EXPECTED: 1 verdict"), text::toString);
        assertTrue(text.toString().contains("\na         safe  safe!\n"), text::toString);
        assertTrue(
                text.toString().contains("should be NoTornInstruction: poke-sim check --scenario a --fetch"),
                text::toString);
    }
}
