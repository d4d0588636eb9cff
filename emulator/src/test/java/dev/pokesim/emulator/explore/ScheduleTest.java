package dev.pokesim.emulator.explore;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.datafile.InvalidDataFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Schedules as text and as tokens: what is written is read back, what is damaged is refused with its line. */
class ScheduleTest {
    private static final String EXAMPLE = """
            poke-schedule 1
            model protocol sha256:7c1e
            config cores=2 sites=1 fetch=window
            origin search=pct seed=0x5eed
            expect torn core=1 at=3
            P int3 0
            C* ack
            C1 fetch 0 first=@3 tail=@0
            end
            """;

    private static Schedule parse(String text) {
        return Schedule.parse("a.schedule", text.getBytes(ISO_8859_1));
    }

    @Test
    void readsWhatIsThere() {
        Schedule schedule = parse(EXAMPLE);
        assertEquals(List.of("cores=2", "sites=1", "fetch=window"), schedule.words(Schedule.Key.CONFIG));
        assertEquals(List.of(), schedule.words(Schedule.Key.PROGRAM));
        assertEquals(3, schedule.steps().size());
        assertEquals(
                Schedule.Step.of("C1", "fetch", "0", "first=@3", "tail=@0"),
                schedule.steps().get(2));
        assertEquals(EXAMPLE, schedule.text());
    }

    @Test
    void commentsAndEmptyLinesArePassedOver() {
        assertEquals(
                parse(EXAMPLE),
                parse(EXAMPLE.replace("P int3", "\n# the first byte\nP int3").replace("\n", "\r\n")));
    }

    @Test
    void aPrefixExpectsNothing() {
        Schedule prefix = parse(EXAMPLE).prefix(2);
        assertEquals(parse(EXAMPLE).steps().subList(0, 2), prefix.steps());
        assertEquals(List.of(), prefix.words(Schedule.Key.EXPECT));
        assertEquals(3, parse(EXAMPLE).prefix(100).steps().size());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "poke-schedule 1 | poke-schedule 2 | a.schedule:1: no schedule",
                "config | kernel | a.schedule:3: `kernel` is neither",
                "origin | config | a.schedule:4: config: stands twice",
                "model protocol sha256:7c1e | model | a.schedule:2: header model says nothing",
                "P int3 0 | P | a.schedule:6: step of P says nothing",
                "C* ack | C* ack  twice | a.schedule:7: a word",
                "C* ack | C1 räck | a.schedule: not ASCII",
                "C* ack | c1 ack | a.schedule:7: `c1` is no actor",
                "C* ack | model x | a.schedule:7: `model` is no actor",
                "end | C1 fetch 0 | a.schedule:10: cut off",
                "end | end!x | a.schedule:9: `end!x` is no actor"
            })
    void refusesWithTheLine(String what, String by, String message) {
        assertTrue(EXAMPLE.contains(what));
        InvalidDataFile refused = assertThrows(
                InvalidDataFile.class, () -> parse(EXAMPLE.replaceFirst(java.util.regex.Pattern.quote(what), by)));
        assertTrue(refused.getMessage().startsWith(message), refused.getMessage());
    }

    @Test
    void nothingMayStandBehindTheEnd() {
        InvalidDataFile refused = assertThrows(InvalidDataFile.class, () -> parse(EXAMPLE + "P tail 0\n"));
        assertEquals(10, refused.line());
    }

    @Test
    void textAndTokenAreReadBackAsTheyWere() {
        Random random = new Random(1);
        for (int round = 0; round < 2000; round++) {
            List<Schedule.Header> headers = new ArrayList<>();
            for (Schedule.Key key : Schedule.Key.values()) {
                if (random.nextBoolean()) {
                    headers.add(new Schedule.Header(key, words(random)));
                }
            }
            List<Schedule.Step> steps = new ArrayList<>();
            for (int i = random.nextInt(20); i > 0; i--) {
                String actor =
                        List.of("P", "C" + random.nextInt(300), "C*", "BUF7").get(random.nextInt(4));
                steps.add(new Schedule.Step(actor, words(random)));
            }
            Schedule schedule = new Schedule(headers, steps);
            assertEquals(schedule, parse(schedule.text()));
            assertFalse(schedule.token().contains("\n"));
            assertEquals(schedule, Schedule.ofToken("--schedule", schedule.token()));
        }
    }

    private static List<String> words(Random random) {
        List<String> words = new ArrayList<>();
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            StringBuilder word = new StringBuilder();
            for (int k = 1 + random.nextInt(6); k > 0; k--) {
                word.append((char) ('!' + random.nextInt('~' - '!' + 1)));
            }
            words.add(word.toString());
        }
        return words;
    }

    @Test
    void damagedTextsAreReadOrRefused() {
        Random random = new Random(2);
        byte[] good = EXAMPLE.getBytes(ISO_8859_1);
        int refused = 0;
        for (int round = 0; round < 6_000; round++) {
            byte[] bytes = Arrays.copyOf(good, random.nextInt(4) == 0 ? random.nextInt(good.length + 1) : good.length);
            for (int i = random.nextInt(4); i > 0 && bytes.length > 0; i--) {
                bytes[random.nextInt(bytes.length)] = random.nextBoolean()
                        ? (byte) random.nextInt(256)
                        : (byte) "\n \rC#e1".charAt(random.nextInt(7));
            }
            try {
                Schedule schedule = Schedule.parse("a.schedule", bytes);
                assertEquals(schedule, parse(schedule.text()));
            } catch (InvalidDataFile e) {
                assertTrue(e.getMessage().startsWith("a.schedule"), e.getMessage());
                refused++;
            }
        }
        assertTrue(refused > 1_500, refused + " refused");
        assertTrue(refused < 5_400, refused + " refused");
    }

    @Test
    void damagedTokensAreRefused() {
        Random random = new Random(3);
        String good = parse(EXAMPLE).token();
        for (int length = 0; length < good.length(); length++) {
            String cut = good.substring(0, length);
            assertThrows(InvalidDataFile.class, () -> Schedule.ofToken("token", cut));
        }
        for (int round = 0; round < 6_000; round++) {
            StringBuilder token = new StringBuilder(good);
            for (int i = 1 + random.nextInt(3); i > 0; i--) {
                token.setCharAt(6 + random.nextInt(good.length() - 6), (char) (' ' + random.nextInt(0x60)));
            }
            try {
                Schedule schedule = Schedule.ofToken("token", token.toString());
                assertEquals(schedule, parse(schedule.text()));
            } catch (InvalidDataFile e) {
                assertTrue(e.getMessage().startsWith("token"), e.getMessage());
            }
        }
    }

    @Test
    void aTokenThatGrowsWithoutEndIsRefused() {
        byte[] zeros = new byte[1 << 20];
        java.util.zip.Deflater deflater = new java.util.zip.Deflater(9, true);
        java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
        byte[] buffer = new byte[4096];
        for (int i = 0; i < 20; i++) {
            deflater.setInput(zeros);
            while (!deflater.needsInput()) {
                out.write(buffer, 0, deflater.deflate(buffer));
            }
        }
        deflater.finish();
        while (!deflater.finished()) {
            out.write(buffer, 0, deflater.deflate(buffer));
        }
        deflater.end();
        String token = Schedule.TOKEN_PREFIX
                + java.util.Base64.getUrlEncoder().withoutPadding().encodeToString(out.toByteArray());
        InvalidDataFile refused = assertThrows(InvalidDataFile.class, () -> Schedule.ofToken("token", token));
        assertTrue(refused.getMessage().contains("more than"), refused.getMessage());
    }

    @Test
    void transitionsAreReadBackAsTheyWere() {
        List<Transition> transitions = List.of(
                new Transition(0, Transition.Kind.STEP, 0, List.of(2, 0, 1), "fetch 0xffffffff81000100"),
                new Transition(12, Transition.Kind.STEP, 0, List.of(), "refs: cmpxchg +1"),
                new Transition(1, Transition.Kind.DRAIN, 0, List.of(), ""),
                new Transition(1, Transition.Kind.IPI, 0xfb, List.of(), ""),
                new Transition(1, Transition.Kind.NMI, 0, List.of(), ""));
        for (Transition transition : transitions) {
            assertEquals(transition, Transition.of(transition.toStep()));
        }
        assertThrows(IllegalArgumentException.class, () -> Transition.of(Schedule.Step.of("P", "step")));
        assertThrows(IllegalArgumentException.class, () -> Transition.of(Schedule.Step.of("C1", "jump")));
        assertThrows(IllegalArgumentException.class, () -> Transition.of(Schedule.Step.of("C1", "ipi")));
    }
}
