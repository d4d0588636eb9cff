package dev.pokesim.cli.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.cli.console.UserError;
import dev.pokesim.emulator.travel.Timeline;
import dev.pokesim.patcher.travel.PatchTimeline;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConditionTest {
    private final PatchTimeline run = Recorded.run();
    private final Timeline timeline = run.timeline();

    private boolean find(String typed) {
        return timeline.searchForward(Condition.of(typed, run).wanted());
    }

    private String last() {
        return String.valueOf(timeline.last());
    }

    @ParameterizedTest
    @CsvSource({
        "poke, core 0: drain 0x1000010000ef=0xcc",
        "step sync, core 0: sync cores",
        "step WRITE TAIL, core 0: write tail",
        "stale, core 1: fetch 0xffffffff810000ef: eb 90 jmp 0xffffffff81000081",
        "violation, core 1: fetch 0xffffffff810000ef: eb 90 jmp 0xffffffff81000081",
        "nmi or, ",
        "core 1, core 1: choose a function",
        "batch-start, core 0: batch starts",
        "site 0, core 0: drain 0x1000010000ef=0xcc",
        "site 0 and core 1, core 1: fetch 0xffffffff810000ef: eb 90 jmp 0xffffffff81000081",
        "site 0xffffffff810000ef+0x1, core 0: drain 0x1000010000f0=0x3f",
        "poke and step sync, "
    })
    void aTermFindsTheFirstMicroOpThatItIsAbout(String typed, String expected) {
        if (typed.endsWith(" or")) {
            assertThrows(UserError.class, () -> find(typed));
            return;
        }
        if (expected == null) {
            assertFalse(find(typed));
            return;
        }
        assertTrue(find(typed), typed);
        assertEquals(expected, last());
    }

    @Test
    void aPositionNeedsNoSearch() {
        timeline.goTo(timeline.length());
        Objects.requireNonNull(Condition.of("position 17", run).shortcut()).accept(timeline);
        assertEquals(17, timeline.position());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "and",
                "poke and",
                "poke now",
                "core",
                "core x",
                "core 2",
                "core 99999999999999999999",
                "site 1",
                "site nowhere",
                "site +0x1",
                "time 1.2ms",
                "time soon",
                "position 173",
                "position -1",
                "postion 3"
            })
    void whatIsNoneIsSaidInOneLine(String typed) {
        UserError wrong = assertThrows(UserError.class, () -> Condition.of(typed, run));
        String message = String.valueOf(wrong.getMessage());
        assertFalse(message.isBlank() || message.contains("\n"), message);
    }

    @Test
    void aMistypedWordIsRecognised() {
        UserError wrong = assertThrows(UserError.class, () -> Condition.of("postion 3", run));
        assertEquals("`postion` is no condition; did you mean position?", wrong.getMessage());
    }

    @Test
    void anyTextIsAConditionOrRefused() {
        Random random = new Random(1);
        List<String> words = List.of(
                "poke",
                "and",
                "core",
                "site",
                "time",
                "position",
                "0",
                "7",
                "0x",
                "+0x1",
                "ms",
                "\0",
                "\u001b[2J",
                "-",
                "ä");
        for (int i = 0; i < 5000; i++) {
            StringBuilder typed = new StringBuilder();
            for (int rest = random.nextInt(6); rest > 0; rest--) {
                typed.append(words.get(random.nextInt(words.size()))).append(random.nextBoolean() ? " " : "");
            }
            try {
                Condition.of(typed.toString(), run);
            } catch (UserError refused) {
                assertFalse(String.valueOf(refused.getMessage()).isBlank());
            }
        }
        assertThrows(UserError.class, () -> Condition.of("a".repeat(100_000), run));
    }
}
