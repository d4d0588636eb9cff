package dev.pokesim.cli.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.travel.Step;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StepperTest {
    private final Stepper stepper = Recorded.stepper();

    private Step last() {
        Step step = stepper.run().timeline().last();
        if (step == null) {
            throw new AssertionError("at the start");
        }
        return step;
    }

    @Test
    void everyKeyMeansOneThing() {
        Set<String> names = new HashSet<>();
        for (Keys.Row row : Keys.ROWS) {
            for (Keys.Key key : row.bound()) {
                assertTrue(names.add(key.name()), key.name());
            }
        }
    }

    @Test
    void theHelpFitsOnTheSmallestUsualScreenAndHasEveryKey() {
        String all = "";
        for (int page = 1; page <= Help.PAGES; page++) {
            List<String> lines = Help.page(page);
            assertTrue(lines.size() <= 22, lines.size() + " lines");
            lines.forEach(line -> assertTrue(line.length() <= 80, line));
            all += String.join("\n", lines);
        }
        for (Keys.Row row : Keys.ROWS) {
            for (Keys.Key key : row.bound()) {
                boolean isDigit = key.name().matches("[0-9]");
                assertTrue(isDigit || row.keys().contains(key.name()), key.name());
            }
            assertTrue(all.contains(row.keys()) && all.contains(row.what()), row.keys());
        }
    }

    /** Each key forwards finds its positions; the same in capitals finds them in the opposite order. */
    @ParameterizedTest
    @ValueSource(strings = {"m", "s", "p", "e", "i"})
    void capitalsGoTheSameWayBack(String key) {
        stepper.core("0"); // moves of one core stay with it
        List<Long> forwards = new ArrayList<>();
        for (long before = -1; Recorded.position(stepper) != before; ) {
            before = Recorded.position(stepper);
            forwards.add(before);
            Recorded.press(stepper, key);
        }
        assertTrue(forwards.size() > 3, forwards.toString());
        for (int i = forwards.size() - 2; i > 0; i--) {
            Recorded.press(stepper, key.toUpperCase(java.util.Locale.ROOT));
            assertEquals(forwards.get(i), Recorded.position(stepper));
        }
    }

    @Test
    void whatIsNotFoundLeavesEverythingAsItWas() {
        Recorded.press(stepper, "pp");
        long here = Recorded.position(stepper);
        Recorded.press(stepper, "t");
        assertEquals(here, Recorded.position(stepper));
        assertEquals("no trap after this; T looks before", stepper.message());
        Recorded.press(stepper, "c", "step nonsense");
        assertEquals(here, Recorded.position(stepper));
        assertEquals("no `step nonsense` after this; C looks before", stepper.message());
    }

    @Test
    void theSameAgainGoesOnInEitherDirection() {
        Recorded.press(stepper, "c", "step");
        assertTrue(stepper.message().contains("step sync"), stepper.message());
        Recorded.press(stepper, "n");
        assertTrue(stepper.message().startsWith("nothing was looked for yet"), stepper.message());
        Recorded.press(stepper, "c", "step write");
        long first = Recorded.position(stepper);
        assertEquals("write int3", stepper.run().protocolStep());
        Recorded.press(stepper, "n");
        assertEquals("write tail", stepper.run().protocolStep());
        Recorded.press(stepper, "N");
        assertEquals(first, Recorded.position(stepper));
    }

    @Test
    void theCoreThatActsIsLookedAtUntilAnotherIsChosen() {
        Recorded.press(stepper, "v");
        assertEquals(1, stepper.core().id());
        Recorded.press(stepper, "0", "0");
        Recorded.press(stepper, "Mm");
        assertEquals(0, stepper.core().id());
        Recorded.press(stepper, "f");
        assertEquals(1, stepper.core().id());
        Recorded.press(stepper, "2", "25");
        assertEquals("`25` is no core; there are 0 to 1", stepper.message());
        Recorded.press(stepper, "k");
        assertEquals(0, stepper.core().id());
        Recorded.press(stepper, "K");
        assertEquals(1, stepper.core().id());
    }

    @Test
    void aSearchForTextFindsMicroOpsAndEvents() {
        Recorded.press(stepper, "/", "PERF_event");
        assertTrue(last().text().contains("perf_event_text_poke"), last().text());
        Recorded.press(stepper, "\\", "write int3");
        assertTrue(last().has("step-start"));
    }

    @Test
    void theEndsAreNotPassed() {
        Recorded.press(stepper, "M");
        assertEquals("this is the start", stepper.message());
        Recorded.press(stepper, ">j");
        assertEquals("this is the end", stepper.message());
        Recorded.press(stepper, "J");
        assertEquals(stepper.run().timeline().length() - Stepper.JUMP, Recorded.position(stepper));
        Recorded.press(stepper, "<");
        assertEquals(0, Recorded.position(stepper));
    }

    @Test
    void helpIsLeftByTheKeyThatQuits() {
        Recorded.press(stepper, "?q");
        assertEquals(0, stepper.helpPage());
        assertFalse(stepper.isOver());
        Recorded.press(stepper, "??m");
        assertEquals(0, stepper.helpPage());
        assertEquals(1, Recorded.position(stepper));
        Recorded.press(stepper, "q");
        assertTrue(stepper.isOver());
    }

    @Test
    void theLogShowsTheMicroOpsAroundWhereverItComesFrom() {
        Recorded.press(stepper, "pp");
        long here = Recorded.position(stepper);
        List<History.Entry> walked = stepper.microOpsAround(20, 5);
        Stepper jumped = Recorded.stepper();
        Recorded.press(jumped, ">");
        Recorded.press(jumped, "c", "position " + here);
        List<History.Entry> other = jumped.microOpsAround(20, 5);
        assertEquals(25, walked.size());
        assertEquals(here, walked.get(19).position());
        assertEquals(here, Recorded.position(jumped));
        for (int i = 0; i < walked.size(); i++) {
            assertEquals(walked.get(i).position(), other.get(i).position());
            assertEquals(walked.get(i).step().toString(), other.get(i).step().toString());
        }
    }
}
