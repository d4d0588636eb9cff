package dev.pokesim.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.pokesim.cli.console.Console;
import dev.pokesim.cli.console.Interruption;
import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.patcher.protocol.PatchProtocol;
import dev.pokesim.patcher.protocol.PatchProtocols;
import dev.pokesim.patcher.sequence.PatchScenarioReader;
import java.io.BufferedReader;
import java.io.File;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CheckCommandTest {
    private static final Path ELF = Path.of(System.getProperty("pokesim.testdata"), "elf");
    /** Too many states for a second. */
    private static final String HUGE = "check --cores 9 --sites 3 --reductions none";

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int pokeSim(String arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        Console console = new Console(new PrintWriter(out), new PrintWriter(err), false, false, new Interruption());
        return PokeSim.run(
                console,
                Stream.of((arguments + " --no-schedule").split(" +"))
                        .map(word -> word.replace("ELF", ELF.toString())) // the path may have blanks
                        .toArray(String[]::new));
    }

    private JsonObject json(String arguments) {
        pokeSim(arguments + " --format json --quiet");
        return JsonParser.parseString(out.toString()).getAsJsonObject();
    }

    private String firstLine() {
        return out.toString().lines().findFirst().orElse("");
    }

    private static List<String> strings(JsonObject object, String field) {
        return object.getAsJsonArray(field).asList().stream()
                .map(JsonElement::getAsString)
                .toList();
    }

    private static List<JsonObject> objects(JsonObject object, String field) {
        JsonArray array = object.getAsJsonArray(field);
        return array.asList().stream().map(JsonElement::getAsJsonObject).toList();
    }

    @Test
    void theProtocolOfLinuxIsSafeAt480CoresAnd164Sites() {
        assertEquals(0, pokeSim("check --cores 480 --sites 164 --quiet"), err::toString);
        assertEquals(
                "SAFE: exhausted: no interleaving of 480 cores and 164 sites breaks text-poke-batch under fetch mode window",
                firstLine());
        assertEquals("", err.toString());
    }

    static Stream<String> broken() {
        return PatchProtocols.ALL.stream()
                .filter(protocol -> !protocol.isSafe())
                .map(PatchProtocol::name);
    }

    @ParameterizedTest
    @MethodSource("broken")
    void everyBrokenProtocolEndsWithStatus1AndAnInterleaving(String protocol) {
        assertEquals(1, pokeSim("check --quiet --protocol " + protocol), out::toString);
        assertTrue(
                firstLine()
                        .startsWith("VIOLATED: an interleaving breaks " + protocol
                                + " under fetch mode window: 2 cores and 1 site are enough"),
                out::toString);
        assertTrue(out.toString().contains("\nstep  core 0, patcher"), out::toString);
        assertTrue(out.toString().lines().skip(1).allMatch(line -> line.length() <= 100), out::toString);
    }

    @Test
    void anInterleavingSaysWhatEachCoreDoesAndWhatMemoryHoldsThen() {
        pokeSim("check --quiet --protocol broken-no-second-sync");
        assertTrue(out.toString().contains("""
                step  core 0, patcher         core 1                in memory then
                   1  fill array, batch 0
                   2  publish refs of core 1
                   3  all refs published
                   4  write cc at site 0+0                          cc 90  int3
                   5  send sync IPIs
                   6                          IPI: serialise
                   7  all have answered
                   8  write 3f at site 0+1                          cc 3f  int3
                   9  write eb at site 0+0                          eb 3f  jmp 0xffffffff81000130
                  10                          fetch site 0: eb 90   eb 3f  jmp 0xffffffff81000130
                                              !! NoTornInstruction

                core 1 sees  eb 90  jmp 0xffffffff81000081
                memory has   eb 3f  jmp 0xffffffff81000130
                Why:
                  byte 0 seen as eb: written in step 9
                  byte 1 seen as 90: stood there from the start, stale: memory has 3f since step
                    8
                  core 1 last serialised in step 6; between step 8 and this fetch nothing made
                    it serialise
                On 2 cores and with 1 site it goes wrong under fetch two-reads, quadword,
                  window, erratum (the weakest: two-reads), and not under coherent, line.
                """), out::toString);
    }

    @Test
    void anInterleavingIsTheSameAsData() {
        JsonObject found = json("check --protocol broken-no-second-sync").getAsJsonObject("counterexample");
        assertEquals("NoTornInstruction", found.get("oracle").getAsString());
        assertEquals(List.of("two-reads", "quadword", "window", "erratum"), strings(found, "modes"));
        assertEquals(List.of("coherent", "line"), strings(found, "otherModes"));
        JsonObject site = objects(found, "sites").get(0);
        assertEquals("bpf_run_000+0xf", site.get("location").getAsString());
        List<JsonObject> steps = objects(found, "steps");
        JsonObject fetch = steps.get(9);
        assertEquals(10, steps.size());
        assertEquals("fetch 0 eb 90", fetch.get("action").getAsString());
        assertEquals(1, fetch.get("core").getAsInt());
        assertEquals("eb 90", fetch.getAsJsonObject("seen").get("bytes").getAsString());
        assertEquals("eb 3f", fetch.getAsJsonObject("memory").get("bytes").getAsString());
        assertTrue(steps.get(4).get("memory").isJsonNull(), fetch::toString);
    }

    @Test
    void aSiteThatOnlyALaterOneIsLikeIsFoundToo() {
        // The first sites lie within a line each; the seventh does not, and only that shows under this mode.
        JsonObject result = json("check --protocol broken-no-second-sync --fetch line");
        assertEquals("violated", result.get("verdict").getAsString());
        assertEquals(
                1, objects(result.getAsJsonObject("counterexample"), "sites").size());
    }

    @Test
    void everyFetchModeHasAVerdictOfItsOwn() {
        JsonObject result = json("check --protocol broken-no-first-sync --fetch all --cores 4 --sites 1");
        assertEquals("violated", result.get("verdict").getAsString());
        assertEquals(
                List.of(
                        "coherent safe 4",
                        "two-reads violated 2",
                        "line safe 4",
                        "quadword violated 2",
                        "window violated 2",
                        "erratum violated 2"),
                objects(result, "proofs").stream()
                        .map(proof -> proof.get("fetch").getAsString() + " "
                                + proof.get("verdict").getAsString() + " "
                                + proof.get("cores").getAsInt())
                        .toList());
        assertEquals(
                "two-reads",
                result.getAsJsonObject("counterexample").get("fetch").getAsString());
        assertTrue(
                result.get("covers")
                        .getAsString()
                        .endsWith("no interleaving of 4 cores and 1 site breaks broken-no-first-sync under fetch modes "
                                + "coherent, line"),
                result::toString);
    }

    @Test
    void theBytesDoNotDependOnTheRunOrTheNumberOfWorkers() {
        String command = "check --cores 4 --sites 2 --reductions none --quiet --format json --workers ";
        assertEquals(0, pokeSim(command + 1), err::toString);
        String first = out.toString();
        assertTrue(objects(JsonParser.parseString(first).getAsJsonObject(), "proofs")
                        .get(0)
                        .get("states")
                        .getAsLong()
                > 10_000);
        for (int workers : new int[] {1, 2}) {
            pokeSim(command + workers);
            assertEquals(first, out.toString());
        }
    }

    @Test
    void reductionsLeaveOutStatesAndNoVerdict() {
        JsonObject all = json("check --cores 3 --sites 2");
        JsonObject some = json("check --cores 3 --sites 2 --reductions symmetry,prompt-sync");
        JsonObject none = json("check --cores 3 --sites 2 --reductions none");
        assertEquals(
                List.of("prompt-sync", "symmetry"),
                strings(objects(some, "proofs").get(0), "reductions"));
        assertEquals(List.of(), strings(objects(none, "proofs").get(0), "reductions"));
        long few = objects(all, "proofs").get(0).get("states").getAsLong();
        long more = objects(some, "proofs").get(0).get("states").getAsLong();
        long most = objects(none, "proofs").get(0).get("states").getAsLong();
        assertTrue(few < more && more < most, few + " " + more + " " + most);
        for (JsonObject each : List.of(all, some, none)) {
            assertEquals("safe", each.get("verdict").getAsString());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--time-limit 1ms", "--memory-limit 1m"})
    void aLimitEndsWithStatus3AndNeverLooksSafe(String limit) {
        assertEquals(3, pokeSim(HUGE + " --quiet " + limit), out::toString);
        assertTrue(
                firstLine()
                        .startsWith("INCOMPLETE: stopped by the " + (limit.startsWith("--time") ? "time" : "memory")
                                + " limit before every interleaving"),
                out::toString);
        assertFalse(out.toString().toLowerCase(java.util.Locale.ROOT).contains("safe"), out::toString);
        assertFalse(out.toString().contains("exhausted"), out::toString);
        JsonObject result = json(HUGE + " " + limit);
        assertEquals("incomplete", result.get("verdict").getAsString());
        assertNotEquals(0, objects(result, "proofs").get(0).get("frontier").getAsLong());
    }

    @Test
    void aViolationCountsEvenIfOtherModesWereStopped() {
        assertEquals(
                1,
                pokeSim("check --cores 9 --sites 3 --reductions none --memory-limit 1m --quiet --fetch all "
                        + "--protocol broken-no-first-sync"),
                out::toString);
        assertTrue(firstLine().contains("; stopped by the memory limit before"), out::toString);
    }

    @Test
    void anInterruptedProofSaysHowFarItCame() throws Exception {
        List<String> command = new ArrayList<>(List.of(
                System.getProperty("java.home") + File.separator + "bin" + File.separator + "java",
                "-cp",
                System.getProperty("java.class.path"),
                PokeSim.class.getName()));
        command.addAll(List.of(HUGE.split(" ")));
        Process process = new ProcessBuilder(command).start();
        try (BufferedReader progress = process.errorReader(StandardCharsets.UTF_8);
                BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            String line = progress.readLine();
            assertTrue(
                    line.matches("states: [0-9]+ after [0-9]+ s, .*patcher [0-9]+ %, depth [0-9]+, frontier .*"), line);
            new ProcessBuilder("kill", "-TERM", Long.toString(process.pid()))
                    .start()
                    .waitFor();
            line = output.readLine();
            assertTrue(line.startsWith("INCOMPLETE: stopped by Ctrl-C before every interleaving"), line);
            output.transferTo(java.io.Writer.nullWriter());
            assertEquals(3, process.waitFor());
        }
    }

    @Test
    void theMatrixIsAsExpected() {
        JsonObject result = json("check --all");
        assertEquals(0, result.get("unexpected").getAsInt(), out::toString);
        assertEquals(0, result.get("incomplete").getAsInt(), out::toString);
        assertEquals(
                PatchScenarioReader.embeddedNames().size() * FetchMode.values().length,
                objects(result, "cells").size());
    }

    @Test
    void aScenarioIsCheckedByNameAndByPath() {
        JsonObject broken = json("check --scenario rollback-without-sync --fetch all");
        assertEquals("violated", broken.get("verdict").getAsString());
        assertEquals(6, objects(broken, "proofs").size());
        assertEquals(0, pokeSim("check --scenario rollback-with-sync"), out::toString);
        assertTrue(
                firstLine()
                        .startsWith("SAFE: exhausted: no interleaving of 3 cores and 1 site breaks rollback-with-sync"),
                out::toString);
        String byName = out.toString();
        assertEquals(0, pokeSim("check --scenario ELF/../scenarios/catalogue/rollback-with-sync.yaml"), err::toString);
        assertEquals(byName, out.toString());
    }

    @Test
    void aSafeProtocolIsSafeForEveryNumberOfCoresAndItsWaitsEnd() {
        assertEquals(0, pokeSim("check --cores 5 --sites 2"));
        assertTrue(out.toString().contains("every wait ends if nobody is kept from going on"), out::toString);
        assertTrue(out.toString().contains("safe for every number of cores"), out::toString);
        // with one counter for all, two cores that meet somebody else's INT3 in turns can keep it from 0 for ever
        assertEquals(0, pokeSim("check --scenario descriptor-static"));
        assertTrue(out.toString().contains("livelock: with the patcher at retire.done"), out::toString);
        assertTrue(out.toString().contains("nothing is said about other numbers of cores"), out::toString);
    }

    @Test
    void theMatrixIsIncompleteIfAProofIs() {
        assertEquals(3, pokeSim("check --all --quiet --time-limit 1ms"));
        assertTrue(firstLine().startsWith("INCOMPLETE: "), out::toString);
    }

    @Test
    void growthGoesThroughSizesWithBothWaysToCountReferences() {
        JsonObject result = json("check --growth --input ELF/statickeys.elf --key stats_key");
        assertEquals(
                List.of("percpu 1", "percpu 2", "percpu 4", "global 1", "global 2", "global 4"),
                objects(result, "rows").stream()
                        .map(row -> row.get("refs").getAsString() + " "
                                + row.get("sites").getAsInt())
                        .toList());
        assertEquals("safe", result.get("verdict").getAsString());
        assertEquals(
                3,
                json("check --growth --refs global --input ELF/statickeys.elf --key stats_key")
                        .getAsJsonArray("rows")
                        .size());
        assertEquals(3, pokeSim("check --growth --reductions none --memory-limit 1m --quiet"), out::toString);
        assertTrue(out.toString().lines().anyMatch(row -> row.contains("incomplete")), out::toString);
    }

    @Test
    void aKeyOfAnElfFileIsProvedInBatchesAsTheyAreQueued() {
        JsonObject setup = json("check --input ELF/batches.elf --key flood_key --cores 16 --batches 2")
                .getAsJsonObject("setup");
        assertEquals(300, setup.get("sites").getAsInt());
        assertEquals(4, setup.get("batches").getAsInt());
        assertEquals(2, setup.get("rounds").getAsInt());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    --cores 1                   | --cores 1 is not between 2 and 4096
                    --cores 5000                | --cores 5000 is not between 2 and 4096
                    --sites 0                   | --sites 0 is not between 1 and 16384
                    --batches 0                 | --batches 0 is not between 1 and 64
                    --batches 65                | --batches 65 is not between 1 and 64
                    --workers 0                 | --workers 0 is not between 1 and 1024
                    --protocol text-poke        | --protocol: no text-poke; did you mean text-poke-batch?
                    --fetch windows             | --fetch: no windows; did you mean window?
                    --refs global-fetch-add     | --refs: no global-fetch-add; did you mean global?
                    --reductions symetry        | --reductions: no symetry; did you mean symmetry?
                    --reductions symmetry,      | --reductions: no ; one of prompt-sync, whole-handlers,
                    --time-limit 5              | '5' is not a time, such as 90s, 5m or 2h
                    --time-limit 0s             | '0s' is not a time
                    --memory-limit 5            | '5' is not an amount of memory, such as 512m or 2g
                    --all --protocol text-poke-batch | leave out --protocol
                    --all --fetch window        | leave out --fetch
                    --all --growth              | leave out --growth
                    --all --batches 2           | leave out --batches
                    --scenario text-poke --cores 9 | leave out --cores
                    --scenario text-pok         | text-pok
                    --all --cores 480           | leave out --cores
                    --growth --sites 3          | leave out --sites
                    --growth --fetch all        | --growth takes one fetch mode
                    --key k                     | --key needs --input FILE
                    --input ELF/none.elf --key k | does not exist; check the path
                    --input ELF/build.sh --key k | is not an ELF file
                    """)
    void badInputIsOneLineAndStatus2(String options, String message) {
        assertEquals(2, pokeSim("check " + options));
        assertEquals("", out.toString());
        assertTrue(err.toString().contains(message), err::toString);
        assertEquals(1, err.toString().lines().count(), err::toString);
    }
}
