package dev.pokesim.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.pokesim.cli.console.Console;
import dev.pokesim.cli.console.Interruption;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The stepper through the command line, without a terminal: keys from standard input. */
class StepCommandTest {
    private static final String TORN = Path.of(
                    System.getProperty("pokesim.testdata"), "schedules", "torn-jmp-after-missing-sync.schedule")
            .toString();

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int pokeSim(String keys, String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        Console console = new Console(
                new PrintWriter(out),
                new PrintWriter(err),
                false,
                false,
                new Interruption(),
                new ByteArrayInputStream(keys.getBytes(StandardCharsets.UTF_8)),
                false);
        return PokeSim.run(console, arguments);
    }

    private List<String> lines() {
        return out.toString().lines().toList();
    }

    @Test
    void aLineIsPrintedForEachKey() {
        assertEquals(0, pokeSim("p\nmM cstep write tail\nzq m", "step", TORN));
        assertEquals("""
                0/172  start  (looking at core 0 in patcher)
                70/172  core 0  drain 0x1000010000ef=0xcc  [text at 0xffffffff810000ef]
                71/172  core 0  serialise  [serialise]
                70/172  core 0  drain 0x1000010000ef=0xcc  [text at 0xffffffff810000ef]
                119/172  core 0  write tail  [step-start: write tail]
                119/172  core 0  write tail  [step-start: write tail]
                -- no key `z`; ? shows the keys
                """, out.toString());
        assertEquals("", err.toString());
    }

    /** What `check` writes is opened, and the torn instruction reached, with less than ten keys. */
    @ParameterizedTest
    @CsvSource({"check --protocol broken-no-second-sync, v", "check --machine --protocol broken-no-second-sync, vMm"})
    void theTornInstructionIsAFewKeysAway(String check, String keys) throws IOException {
        String[] words = (check + " --quiet --out").split(" ");
        String[] arguments =
                Stream.concat(Stream.of(words), Stream.of(folder.toString())).toArray(String[]::new);
        assertEquals(1, pokeSim("", arguments), err::toString);
        Path schedule;
        try (Stream<Path> files = Files.list(folder)) {
            schedule = files.findFirst().orElseThrow();
        }
        assertEquals(0, pokeSim(keys, "step", schedule.toString(), "--screen", "80x24"), err::toString);
        List<String> lines = lines();
        assertEquals((keys.length() + 1) * 25, lines.size());
        String last = String.join("\n", lines.subList(lines.size() - 25, lines.size()));
        assertTrue(last.contains("!! NoTornInstruction"), last);
        assertTrue(last.contains("~"), last);
    }

    @Test
    void theSameKeysPrintTheSame() {
        String keys = "vMMPPicstale\nNjJ0\nmk?q<psse";
        assertEquals(0, pokeSim(keys, "step", TORN, "--screen", "200x50"));
        String first = out.toString();
        assertEquals(0, pokeSim(keys, "step", TORN, "--screen", "200x50"));
        assertEquals(first, out.toString());
    }

    @Test
    void programsGetAnObjectPerKey() {
        assertEquals(0, pokeSim("vt", "step", TORN, "--format", "json"));
        List<JsonObject> objects = lines().stream()
                .map(line -> JsonParser.parseString(line).getAsJsonObject())
                .toList();
        assertEquals(3, objects.size());
        assertEquals(1, objects.get(0).get("version").getAsInt());
        assertEquals(0, objects.get(0).get("position").getAsLong());
        JsonObject violated = objects.get(1);
        assertEquals(violated.get("length"), violated.get("position"));
        assertTrue(violated.get("violation").getAsString().startsWith("NoTornInstruction: "));
        assertEquals("fetch", violated.get("events").getAsJsonArray().get(0).getAsString());
        assertEquals(
                "no trap after this; T looks before",
                objects.get(2).get("message").getAsString());
    }

    @Test
    void theTokenOfAScheduleWillDo() {
        assertEquals(1, pokeSim("", "check", "--protocol", "broken-no-second-sync", "--out", folder.toString()));
        String token = lines().stream()
                .filter(line -> line.contains("poke1:"))
                .map(line -> line.replaceFirst(".*(poke1:\\S+).*", "$1"))
                .findFirst()
                .orElseThrow();
        assertEquals(0, pokeSim("v", "step", token), err::toString);
        assertTrue(out.toString().contains("!! NoTornInstruction"), out.toString());
    }

    @Test
    void aTraceIsWalkedInTime() {
        String trace = folder.resolve("a.trace").toString();
        String[] run = {"run", "--cores", "16", "--sites", "12", "--hot-sites", "4", "--refs", "global", "--quiet"};
        List<String> recorded = new ArrayList<>(List.of(run));
        recorded.addAll(List.of("--trace", trace));
        assertEquals(0, pokeSim("", recorded.toArray(String[]::new)), err::toString);

        assertEquals(0, pokeSim("ctime 20us\nmMctime 1s\nctime 20us\nCtrap\nv", "step", trace), err::toString);
        List<String> lines = lines();
        assertTrue(lines.get(0).endsWith("0.000000 us  start  (looking at core 0 in patcher)"), lines.get(0));
        double time = Double.parseDouble(lines.get(1).split(" +")[1]);
        assertTrue(time >= 20 && time < 21, lines.get(1));
        assertFalse(lines.get(2).equals(lines.get(1)), lines.get(2));
        assertEquals(lines.get(1), lines.get(3));
        String[] end = lines.get(4).split("[ /]+");
        assertEquals(end[0], end[1], "after the last moment there is only the end");
        assertEquals(lines.get(1), lines.get(5));
        assertTrue(lines.get(6).contains("[trap 3]"), lines.get(6));
        assertEquals("-- nothing is wrong in this run", lines.get(8));

        assertEquals(0, pokeSim("ctrap\nccore 3 and update\n", "step", trace, "--screen", "160x50"), err::toString);
        String screen = String.join("\n", lines().subList(lines().size() - 51, lines().size()));
        assertTrue(screen.contains("line  bp_desc.refs: core 3 owns it"), screen);
        assertTrue(screen.contains("Place 3 (0 to 11)"), screen);
    }

    @Test
    void whateverIsTypedEndsWithoutAnError() {
        StringBuilder keys = new StringBuilder();
        for (int i = 0; i < 3000; i++) {
            keys.append((char) (i * 7919 % 300));
        }
        assertEquals(0, pokeSim(keys.toString().replace("q", ""), "step", TORN), err::toString);
        lines().forEach(line -> assertFalse(line.chars().anyMatch(Character::isISOControl), line));
    }

    @ParameterizedTest
    @CsvSource({
        "no-such.schedule, cannot read",
        "pom.xml, pom.xml:1",
        "poke1:zzzz, the token",
    })
    void whatIsNoRunIsRefusedInOneLine(String file, String reason) {
        assertEquals(2, pokeSim("", "step", file));
        assertEquals("", out.toString());
        assertEquals(1, err.toString().lines().count(), err::toString);
        assertTrue(err.toString().contains(reason), err::toString);
    }

    @ParameterizedTest
    @CsvSource({"80, is not a size", "8x5, a screen has", "99999x24, is not a size"})
    void aScreenThatCannotBeIsRefused(String size, String reason) {
        assertEquals(2, pokeSim("", "step", TORN, "--screen", size));
        assertTrue(err.toString().contains(reason), err::toString);
    }
}
