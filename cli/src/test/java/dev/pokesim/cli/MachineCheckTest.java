package dev.pokesim.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.pokesim.cli.console.Console;
import dev.pokesim.cli.console.Interruption;
import dev.pokesim.emulator.explore.Schedule;
import dev.pokesim.patcher.protocol.PatchProtocol;
import dev.pokesim.patcher.protocol.PatchProtocols;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code check --machine}, the schedules that check writes, and their replay. */
class MachineCheckTest {
    private static final String ELF =
            Path.of(System.getProperty("pokesim.testdata"), "elf").toString();

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

    /** With schedules in the folder of this test. */
    private int check(String arguments) {
        return pokeSim(Stream.concat(
                        Stream.of(("check --quiet " + arguments).split(" +"))
                                .map(word -> word.replace("ELF", ELF)), // the path may have blanks
                        Stream.of("--out", folder.toString()))
                .toArray(String[]::new));
    }

    private JsonObject json() {
        return JsonParser.parseString(out.toString()).getAsJsonObject();
    }

    private String firstLine() {
        return out.toString().lines().findFirst().orElse("");
    }

    private Path schedule() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> all = files.toList();
            assertEquals(1, all.size(), all::toString);
            return all.get(0);
        }
    }

    private Path changed(String from, String to) throws IOException {
        String text = Files.readString(schedule());
        assertTrue(text.contains(from), text);
        Path other = folder.resolve("changed.schedule");
        Files.writeString(other, text.replaceFirst(java.util.regex.Pattern.quote(from), to));
        return other;
    }

    static Stream<String> broken() {
        return PatchProtocols.ALL.stream()
                .filter(protocol -> !protocol.isSafe())
                .map(PatchProtocol::name);
    }

    @ParameterizedTest
    @MethodSource("broken")
    void whatTheMachineDoesWrongIsWrongAgain(String protocol) throws IOException {
        assertEquals(1, check("--machine --passes 1 --protocol " + protocol), err::toString);
        assertEquals("VIOLATED: an order of micro-ops breaks " + protocol + " under fetch mode window", firstLine());
        Path written = schedule();
        assertTrue(out.toString().contains(written.toString()), out::toString);
        assertEquals(0, pokeSim("replay", written.toString(), "--quiet"), err::toString);
        assertTrue(firstLine().startsWith("AS EXPECTED: it ends with "), out::toString);
        assertEquals("", err.toString());
        String token = Schedule.parse("", Files.readAllBytes(written)).token();
        assertEquals(0, pokeSim("replay", token), err::toString);
    }

    @Test
    void coverageIsSaidInTextAndJson() {
        assertEquals(0, check("--machine --passes 1"), err::toString);
        assertTrue(
                out.toString().matches("(?s).*\nCoverage: [0-9]+ of 69 states of the proof [(][0-9.]+ %[)][.]\n.*"),
                out::toString);
        assertEquals(0, check("--machine --cores 3 --strategy pos --runs 20 --format json"), err::toString);
        JsonObject coverage = json().getAsJsonObject("coverage");
        int reached = coverage.get("reached").getAsInt();
        assertTrue(reached > 10 && reached < coverage.get("states").getAsInt(), coverage::toString);
    }

    @Test
    void whyThereIsNoCoverageIsSaid() {
        assertEquals(1, check("--machine --passes 1 --protocol broken-refs-late"), err::toString);
        assertTrue(out.toString().contains("Coverage: not known: the proof finds the protocol wrong"), out::toString);
        assertEquals(0, check("--machine --passes 1 --refs global-fetch-add --strategy pos --runs 5"), err::toString);
        assertTrue(out.toString().contains("Coverage: not known: no proof is about such a machine"), out::toString);
        assertEquals(0, check("--machine --cores 24 --sites 12 --strategy pos --runs 1"), err::toString);
        assertTrue(out.toString().contains("not known: the proof has more than 500,000 states."), out::toString);
    }

    @ParameterizedTest
    @MethodSource("broken")
    void whatAProofShowsIsShownAgain(String protocol) throws IOException {
        assertEquals(1, check("--fetch all --protocol " + protocol), err::toString);
        String before = table(out.toString());
        assertEquals(0, pokeSim("replay", schedule().toString()), err::toString);
        assertEquals(before, table(out.toString()));
        assertTrue(out.toString().contains("\nConfirmed: "), out::toString);
    }

    private static String table(String text) {
        int start = text.indexOf("\nstep ");
        return text.substring(start, text.indexOf("!! ", start));
    }

    @Test
    void aScenarioIsReplayedToo() throws IOException {
        assertEquals(1, check("--scenario nops-optimised-interrupted"), err::toString);
        assertEquals(0, pokeSim("replay", schedule().toString()), err::toString);
    }

    @Test
    void aScenarioIsExploredOnTheMachineAndReplayed() throws IOException {
        assertEquals(0, check("--machine --scenario stop-machine"), err::toString);
        assertEquals(1, check("--machine --scenario handler-waits"), err::toString);
        assertEquals("VIOLATED: an order of micro-ops breaks handler-waits under fetch mode window", firstLine());
        assertEquals(0, pokeSim("replay", schedule().toString()), err::toString);
        assertTrue(firstLine().startsWith("AS EXPECTED: it ends with EveryWaitEnds"), out::toString);
        Path other = changed("scenario=handler-waits", "scenario=text-poke");
        assertEquals(2, pokeSim("replay", other.toString()));
        assertTrue(err.toString().contains("another one"), err::toString);
        assertEquals(2, check("--machine --scenario handler-waits --sites 2"));
        assertTrue(err.toString().contains("leave out --sites"), err::toString);
    }

    @Test
    void aFilesSitesAreReplayedWithTheFile() throws IOException {
        String arguments = "--machine --protocol broken-refs-late --passes 1 --input ELF/statickeys.elf --key stats_key"
                + " --sites 1";
        assertEquals(1, check(arguments), err::toString);
        assertEquals(0, pokeSim("replay", schedule().toString()), err::toString);
        Path moved = changed("input=", "input=nowhere%2F");
        assertEquals(2, pokeSim("replay", moved.toString()));
        assertTrue(err.toString().contains("nowhere/"), err::toString);
    }

    @Test
    void aSafeMachineIsExhausted() {
        assertEquals(0, check("--machine --passes 1"), err::toString);
        assertEquals(
                "SAFE: exhausted: no order of the micro-ops of 2 cores and 1 site, 1 call a core breaks text-poke-batch under "
                        + "fetch mode window",
                firstLine());
    }

    @Test
    void whatIsStoppedIsIncomplete() {
        assertEquals(3, check("--machine --cores 4 --memory-limit 1m --format json"), err::toString);
        assertEquals("incomplete", json().get("verdict").getAsString());
        assertEquals("memory", json().get("stoppedBy").getAsString());
        assertEquals(3, check("--machine --cores 16 --strategy pos --runs 9999999 --time-limit 1s"), err::toString);
        assertTrue(
                firstLine().startsWith("INCOMPLETE: stopped by the time limit before all runs were done"), firstLine());
    }

    @Test
    void aSampleThatFindsNothingIsNoProof() {
        assertEquals(0, check("--machine --cores 4 --sites 2 --strategy portfolio --runs 12"), err::toString);
        assertEquals(
                "NOT FOUND: sampled, not proved: none of 12 runs of 4 cores and 2 sites, 2 calls a core broke "
                        + "text-poke-batch under fetch mode window",
                firstLine());
    }

    @Test
    void aSampleSaysWhatIsGuaranteedAndWhatWasSeen() {
        assertEquals(
                1,
                check("--machine --cores 8 --sites 4 --strategy pct --depth 2 --runs 40 --format json"
                        + " --protocol broken-no-int3"),
                err::toString);
        JsonObject sample = json().getAsJsonObject("sample");
        JsonObject pct = sample.getAsJsonArray("schedulers").get(0).getAsJsonObject();
        assertEquals("pct-2", pct.get("name").getAsString());
        assertEquals(40, pct.get("runs").getAsInt());
        assertTrue(pct.get("found").getAsInt() > 4, sample::toString);
        double product =
                sample.get("actors").getAsDouble() * sample.get("longestRun").getAsDouble();
        assertEquals(1 / product, pct.get("hitBound").getAsDouble(), 1e-12);
        assertEquals(Math.pow(1 - 1 / product, 40), pct.get("missBound").getAsDouble(), 1e-9);
        JsonObject trace = json().getAsJsonObject("found").getAsJsonObject("trace");
        assertEquals(2, trace.get("cores").getAsInt(), "two cores are enough to show it");
    }

    @Test
    void aPrefixEndsWhereItEndsAndSaysWhatCouldFollow() throws IOException {
        check("--protocol broken-no-second-sync");
        Path shorter = changed("P write 0 +0 eb\nC1 fetch 0 eb 90\n", "");
        assertEquals(1, pokeSim("replay", shorter.toString()));
        assertTrue(
                firstLine().startsWith("DIFFERENT: nothing is wrong after step 8; the schedule expects"), firstLine());
        assertEquals(0, pokeSim("replay", shorter.toString(), "--prefix"));
        assertTrue(firstLine().startsWith("PREFIX: "), firstLine());
        assertTrue(out.toString().contains("\n  P write 0 +0 eb\n"), out::toString);
    }

    @Test
    void statesHaveHashes() throws IOException {
        check("--protocol broken-no-int3");
        pokeSim("replay", schedule().toString(), "--states", "--format", "json");
        List<String> hashes = json().getAsJsonArray("steps").asList().stream()
                .map(JsonElement::getAsJsonObject)
                .map(step -> step.get("state").getAsString())
                .toList();
        assertEquals(hashes.size(), hashes.stream().distinct().count());
        assertTrue(hashes.get(0).matches("[0-9a-f]{16}"), hashes::toString);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "P sync.send|P sync.done|step 5: `P sync.done` is not possible here; possible:",
                "C1 ack|C7 ack|step 6: `C7` is no actor here; there are P and C1 to C1",
                "P publish C1|P publish C9|step 2: `P publish C9` is not possible",
                "C1 fetch 0 eb 90|C1 fetch 0 eb 91|step 10: `C1 fetch 0 eb 91` is not possible here; possible: `C1 fetch 0 eb 90`",
                "cores=2|cores=3|model: the model that it was made with is another one",
                "cores=2|cores=9999|config: cores=9999 is no number between 2 and 4096",
                "fetch=window|fetch=door|config: fetch=door is none of coherent, ",
                "batches=0|batches=1|config: batches: there is no place `1`",
                ":6690:|:66:|config: places: patch at 0xffffffff810000ef: old text has 1 bytes",
                "refs=percpu|refs=percpu more=1|config: unknown more",
                "model protocol|model toy|model: `toy` is none of protocol, machine, guest, bpf",
                "expect |origin |",
            })
    void whatDoesNotFitIsRefusedWithAReason(String from, String to, String reason) throws IOException {
        check("--protocol broken-no-second-sync");
        Path other = changed(from, to);
        assertEquals(2, pokeSim("replay", other.toString()), out::toString);
        assertTrue(err.toString().startsWith("poke-sim: " + other), err::toString);
        assertTrue(err.toString().contains(reason == null ? "stands twice" : reason), err::toString);
        assertEquals(1, err.toString().lines().count(), err::toString);
        if (reason != null && reason.startsWith("step ")) {
            // behind the first line and four headers
            int line = 5 + Integer.parseInt(reason.substring(5, reason.indexOf(':')));
            assertTrue(err.toString().contains(":" + line + ":"), err::toString);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "C0 drain|C1 drain|step 3: `C1 drain ",
                "C0 step batch starts|C0 step batch ends|`C0 step batch ends` is not possible here",
                "sites=1|sites=2|config: sites=2: the text has 1",
                "passes=1|passes=2|model: the model that it was made with is another one",
            })
    void aMachineThatIsAnotherOneIsRefused(String from, String to, String reason) throws IOException {
        check("--machine --passes 1 --protocol broken-refs-late");
        assertEquals(2, pokeSim("replay", changed(from, to).toString()), out::toString);
        assertTrue(err.toString().contains(reason), err::toString);
    }

    @Test
    void forceTriesAllTheSame() throws IOException {
        check("--machine --passes 1 --protocol broken-refs-late");
        Path other = changed("passes=1", "passes=2");
        assertEquals(0, pokeSim("replay", "--force", other.toString()), err::toString);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--passes 3|--passes needs --machine",
                "--runs 3|--runs needs --machine and a --strategy that samples",
                "--machine --runs 3|--runs needs --machine and a --strategy that samples",
                "--machine --strategy pos --depth 2|--depth needs --machine --strategy pct",
                "--machine --strategy pct --depth 4|--depth 4 is not between 1 and 3",
                "--machine --strategy all|--strategy: no all; one of exhaustive, pct, pos, random, starve, portfolio",
                "--machine --all|--machine explores one machine in one fetch mode; leave out --all",
                "--machine --cores 1025|--machine takes up to 1024 cores, not 1025",
                "--machine --fetch all|--machine takes one fetch mode; name it instead of --fetch all",
            })
    void optionsThatContradictEachOtherAreRefused(String arguments, String reason) {
        assertEquals(2, check(arguments));
        assertEquals("poke-sim: " + reason, err.toString().strip());
    }

    @Test
    void aScheduleThatCannotBeWrittenIsAnError() {
        assertEquals(
                2,
                pokeSim(
                        "check",
                        "--quiet",
                        "--protocol",
                        "broken-no-int3",
                        "--out",
                        folder.resolve("none").toString()));
        assertTrue(err.toString().contains("cannot write the schedule"), err::toString);
        assertEquals(2, pokeSim("replay", folder.resolve("none").toString()));
        assertTrue(err.toString().contains("cannot read the schedule"), err::toString);
        assertEquals(2, pokeSim("replay", "poke1:xx"));
    }
}
