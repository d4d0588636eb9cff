package dev.pokesim.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.pokesim.cli.console.Console;
import dev.pokesim.cli.console.Interruption;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bpf check}, and the replay of what it writes. */
class BpfCheckTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;

    private int pokeSim(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        Console console = new Console(new PrintWriter(out), new PrintWriter(err), false, false, new Interruption());
        return PokeSim.run(console, arguments);
    }

    private int check(String arguments) {
        return pokeSim(Stream.concat(
                        Stream.of(("bpf check --quiet " + arguments).split(" +")),
                        Stream.of("--out", folder.toString()))
                .toArray(String[]::new));
    }

    private Path schedule() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> all = files.toList();
            assertEquals(1, all.size(), all::toString);
            return all.get(0);
        }
    }

    @Test
    void theMergedFormIsSafeAndItsCoverageIsPrinted() throws IOException {
        assertEquals(0, check("--form merged --scenario start-vs-delete"), err::toString);
        String text = out.toString();
        assertTrue(
                text.startsWith("SAFE: exhausted: no order of the micro-ops breaks merged in start-vs-delete\n"), text);
        assertTrue(text.contains("none: every interleaving"), text);
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(0, files.count());
        }
    }

    @Test
    void whatIsFoundIsShownByContextAndReplayed() throws IOException {
        assertEquals(1, check("--form v6 --scenario start-vs-delete"), err::toString);
        String shown = out.toString();
        assertTrue(shown.contains("\nInactiveWhenFreed: core 2 frees timer 0 while it is queued\n"), shown);
        String trace = shown.substring(shown.indexOf("\n   1  ") + 1, shown.indexOf("\nInactiveWhenFreed"));
        assertEquals(0, pokeSim("replay", schedule().toString(), "--quiet"), err::toString);
        assertTrue(out.toString().startsWith("AS EXPECTED: it ends with InactiveWhenFreed"), out::toString);
        assertTrue(out.toString().contains(trace), out::toString);
    }

    @Test
    void aPropertyCanBeLeftOutToSeeWhatIsBehindIt() throws IOException {
        assertEquals(1, check("--form v6 --scenario self-rearm-delete --without InactiveWhenFreed --format json"));
        JsonObject json = JsonParser.parseString(out.toString()).getAsJsonObject();
        assertEquals("violated", json.get("verdict").getAsString());
        assertEquals(
                "NoUseAfterFree", json.getAsJsonObject("trace").get("oracle").getAsString());
        assertEquals(0, pokeSim("replay", schedule().toString(), "--states"), err::toString);
        assertTrue(out.toString().contains("\nStates:\n"), out::toString);
    }

    @Test
    void aPrefixSaysWhatCouldComeNext() throws IOException {
        check("--form v6 --scenario start-vs-delete");
        List<String> lines = Files.readAllLines(schedule());
        Path cut = folder.resolve("cut.schedule");
        int steps = (int) lines.stream().filter(line -> line.startsWith("C")).count();
        Files.write(
                cut,
                Stream.concat(lines.subList(0, lines.size() - steps + 2).stream(), Stream.of("end"))
                        .toList());
        assertEquals(0, pokeSim("replay", cut.toString(), "--prefix"), err::toString);
        assertTrue(out.toString().contains("What could happen next:\n  C"), out::toString);
    }

    @Test
    void whatDoesNotExistIsNamedInOneLine() {
        assertEquals(2, check("--form merget"));
        assertTrue(err.toString().contains("--form merget: there is no such name"), err::toString);
        assertTrue(err.toString().contains("did you mean merged?"), err::toString);
        assertEquals(2, check("--scenario x"));
        assertEquals(2, check("--without x"));
        assertEquals(2, check("--workers 0"));
        assertFalse(err.toString().contains("Exception"), err::toString);
    }

    @Test
    void everyScenarioOfAFormIsHeldAgainstItsExpectedVerdict() {
        assertEquals(0, pokeSim("bpf", "check", "--quiet", "--form", "locked-unguarded", "--all"), out::toString);
        assertTrue(out.toString().startsWith("AS EXPECTED: every verdict is what it should be\n"), out::toString);
        assertTrue(
                out.toString().matches("(?s).*\nnmi-same-timer +locked-unguarded +NeverWaitsForItself +21 .*"),
                out::toString);
        assertEquals(0, pokeSim("bpf", "check", "--quiet", "--mutants", "--format", "json"), out::toString);
        JsonObject json = JsonParser.parseString(out.toString()).getAsJsonObject();
        assertEquals(json.get("mutants").getAsInt(), json.get("killed").getAsInt());
        assertTrue(json.get("killed").getAsInt() > 2, out::toString);
    }

    @Test
    void whatWasStoppedIsNotAsExpected() {
        assertEquals(3, pokeSim("bpf", "check", "--quiet", "--form", "merged", "--all", "--time-limit", "1ms"));
        assertTrue(out.toString().startsWith("INCOMPLETE: "), out::toString);
    }

    @Test
    void aBoundOfPreemptionsIsToldWithTheVerdict() {
        assertEquals(0, check("--form merged --scenario start-vs-delete --preemptions 0"), out::toString);
        assertTrue(out.toString().startsWith("SAFE: no order within the bound breaks"), out::toString);
        assertEquals(2, check("--preemptions -1"));
        assertEquals(2, check("--all --scenario start-vs-delete"));
    }

    @Test
    void theDemoFindsWhereAnNmiMayNotComeAndItsSchedulesAreReplayed() throws IOException {
        assertEquals(0, pokeSim("bpf", "demo", "--quiet", "--out", folder.toString()), err::toString);
        assertTrue(out.toString().contains("\nlocked, nmi-same-timer: "), out::toString);
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> all = files.sorted().toList();
            assertEquals(3, all.size(), all::toString);
            for (Path each : all) {
                assertEquals(0, pokeSim("replay", each.toString(), "--quiet"), err::toString);
            }
        }
    }

    @Test
    void aTimeLimitEndsWithoutAVerdict() {
        assertEquals(3, check("--form merged --scenario start-vs-delete --time-limit 1ms"), out::toString);
        assertTrue(out.toString().startsWith("INCOMPLETE: stopped by the time limit"), out::toString);
    }
}
