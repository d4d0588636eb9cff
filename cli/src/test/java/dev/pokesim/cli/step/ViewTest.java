package dev.pokesim.cli.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jline.utils.AttributedString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ViewTest {
    private static final ScreenSize SMALL = new ScreenSize(80, 24);

    private final Stepper stepper = Recorded.stepper();

    private static List<AttributedString> lines(Stepper stepper, ScreenSize size, boolean colour) {
        return new View(colour).lines(stepper, size, "");
    }

    private static String text(Stepper stepper, ScreenSize size, boolean colour) {
        return lines(stepper, size, colour).stream()
                .map(AttributedString::toString)
                .collect(Collectors.joining("\n"));
    }

    private String screen() {
        return text(stepper, SMALL, false);
    }

    @ParameterizedTest
    @CsvSource({"20,5", "20,60", "40,10", "79,23", "80,24", "81,25", "120,40", "149,30", "150,30", "200,60", "1000,6"})
    void theScreenIsFilledExactlyWhateverItsSize(int width, int height) {
        ScreenSize size = new ScreenSize(width, height);
        for (String keys : List.of("", "p", "e", "i", "v", "?", "?", "?", "Pk")) {
            Recorded.press(stepper, keys);
            for (String prompt : List.of("", "condition: " + "x".repeat(300))) {
                List<AttributedString> lines = new View(true).lines(stepper, size, prompt);
                assertEquals(height, lines.size());
                for (AttributedString line : lines) {
                    assertEquals(width, line.columnLength(), line.toString());
                }
            }
        }
    }

    @Test
    void eightyByTwentyFourShowsEveryPane() {
        Recorded.press(stepper, "v");
        for (String heading :
                List.of("Core IF", "executes", "Place 0", "Protocol", "Registers of core 1", "Position")) {
            assertTrue(screen().contains(heading), heading);
        }
    }

    @Test
    void theTornInstructionIsShownAsThatCoreSawItWithTheStaleByteMarked() {
        Recorded.press(stepper, "v");
        assertTrue(screen().contains("=> +0x0    eb 90~ "), screen());
        assertTrue(screen().contains("old 66 90   memory eb 3f new   new eb 3f"), screen());
        assertTrue(screen().contains("!! NoTornInstruction: core 1"), screen());
    }

    @Test
    void beforeTheFetchEveryByteThatCouldBeSeenIsListed() {
        Recorded.press(stepper, "vM");
        assertTrue(screen().contains("eb?3f?"), screen());
        assertTrue(screen().contains("may be seen as eb|cc 3f|90"), screen());
        assertFalse(screen().contains("~"), screen());
    }

    @Test
    void pokesTakeThePlaceFromOldOverInt3ToNew() {
        List<String> states = new ArrayList<>();
        states.add(memory());
        for (int i = 0; i < 3; i++) {
            Recorded.press(stepper, "p");
            states.add(memory());
        }
        assertEquals(List.of("66 90 old", "cc 90 int3", "cc 3f int3", "eb 3f new"), states);
    }

    private String memory() {
        String line = screen().lines()
                .filter(one -> one.contains("   memory "))
                .findFirst()
                .orElseThrow();
        return line.replaceAll(".*memory (.*)   new.*", "$1").strip();
    }

    @Test
    void aRegisterIsMarkedIfTheMoveChangedIt() {
        Recorded.press(stepper, "/", "rsp -= 8");
        Recorded.press(stepper, "1", "1");
        Recorded.press(stepper, "M");
        Recorded.press(stepper, "M");
        assertFalse(screen().contains("*rsp"), screen());
        Recorded.press(stepper, "m");
        assertFalse(screen().contains("*rsp"), "core 0 has moved: " + screen());
        Recorded.press(stepper, "m");
        assertTrue(screen().contains("*rsp"), screen());
        Recorded.press(stepper, "k");
        assertFalse(screen().contains("*rsp"), "those of another core: " + screen());
    }

    @Test
    void theSyncIpiIsFollowedFromSendingToItsAnswer() {
        Recorded.press(stepper, "c", "ipi");
        assertTrue(screen().contains("IPIs: sent to core 1; awaited by core 0"), screen());
        Recorded.press(stepper, "1", "1");
        List<String> seen = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            Recorded.press(stepper, "m");
            screen().lines()
                    .filter(line -> line.contains("IPIs"))
                    .map(line -> line.replaceAll(".*IPIs: ", "").strip())
                    .filter(ipis -> seen.isEmpty() || !seen.get(seen.size() - 1).equals(ipis))
                    .forEach(seen::add);
        }
        assertEquals(
                List.of("sent to core 1; awaited by core 0", "taken by core 1; awaited by core 0", "none"),
                seen.subList(0, 3));
    }

    @Test
    void withoutColourNothingIsColoured() {
        Recorded.press(stepper, "v");
        for (AttributedString line : lines(stepper, SMALL, false)) {
            assertFalse(line.toAnsi().matches("(?s).*\033\\[([0-9;]*;)?[34][0-9].*"), line.toAnsi());
        }
    }

    @Test
    void everythingThatIsColouredHasAMarkOrAWordToo() {
        for (String keys : List.of("", "p", "p", "p", "m", "vM", "m")) {
            Recorded.press(stepper, keys);
            assertEquals(text(stepper, SMALL, false), text(stepper, SMALL, true));
        }
        AttributedString torn = lines(stepper, SMALL, true).stream()
                .filter(line -> line.toString().contains("90~"))
                .findFirst()
                .orElseThrow();
        assertEquals(Look.STALE.style(true), torn.styleAt(torn.toString().indexOf("90~")));
    }

    @Test
    void backwardsShowsWhatForwardsHasShown() {
        List<String> forwards = new ArrayList<>();
        forwards.add(unmarked());
        while (Recorded.position(stepper) < stepper.run().timeline().length()) {
            Recorded.press(stepper, "m");
            forwards.add(unmarked());
        }
        for (int i = forwards.size() - 2; i > 0; i--) { // at the start there is no core that has acted
            Recorded.press(stepper, "M");
            assertEquals(forwards.get(i), unmarked());
        }
    }

    /** What a move changed depends on the move. */
    private String unmarked() {
        return text(stepper, new ScreenSize(200, 60), false)
                .replace('*', ' ')
                .replaceAll("  set:.*rip", "rip")
                .replaceAll(" +\n", "\n");
    }
}
