package dev.pokesim.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
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
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunCommandTest {
    private static final Path ELF = Path.of(System.getProperty("pokesim.testdata"), "elf");

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int pokeSim(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        Console console = new Console(new PrintWriter(out), new PrintWriter(err), false, false, new Interruption());
        return PokeSim.run(console, arguments);
    }

    private JsonObject json(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--format", "json", "--quiet"));
        pokeSim(all.toArray(String[]::new));
        return JsonParser.parseString(out.toString()).getAsJsonObject();
    }

    @Test
    void aRunPatchesEverySiteAndNoOracleSpeaksUp() {
        assertEquals(0, pokeSim("run", "--cores", "16", "--sites", "20", "--quiet"), err::toString);
        assertTrue(out.toString().contains("nr_entries=20  Took"), out::toString);
        assertTrue(out.toString().endsWith("No oracle was violated.\n"), out::toString);
    }

    @Test
    void moreThan256SitesAreSeveralBatches() {
        JsonObject result = json("run", "--cores", "4", "--sites", "600");
        List<Integer> entries = new ArrayList<>();
        result.getAsJsonArray("batches")
                .forEach(batch ->
                        entries.add(batch.getAsJsonObject().get("entries").getAsInt()));
        assertEquals(List.of(256, 256, 88), entries);
    }

    @Test
    void theSameSeedGivesTheSameBytesTenTimesAndAnotherSeedOthers() {
        String[] run = {
            "run", "--seed", "1", "--cores", "24", "--sites", "12", "--refs", "global", "--format", "json", "-q"
        };
        assertEquals(0, pokeSim(run));
        String first = out.toString();
        for (int i = 0; i < 9; i++) {
            pokeSim(run);
            assertEquals(first, out.toString());
        }
        String[] other = run.clone();
        other[2] = "2";
        assertEquals(0, pokeSim(other));
        assertNotEquals(
                first.replace("seed 1", "").replace("\"seed\": 1", ""),
                out.toString().replace("seed 2", "").replace("\"seed\": 2", ""));
    }

    @Test
    void replicasGiveAMedianBetweenThePercentiles() {
        JsonObject latency = json("run", "--cores", "48", "--sites", "12", "--refs", "global", "--replicas", "7")
                .getAsJsonObject("latencyUs");
        double median = latency.get("median").getAsDouble();
        assertTrue(
                latency.get("p10").getAsDouble() < median
                        && median < latency.get("p90").getAsDouble(),
                latency::toString);
    }

    @Test
    void aBrokenProtocolEndsWithStatus1AndItsStory() {
        assertEquals(
                1, pokeSim("run", "--cores", "32", "--sites", "16", "--protocol", "broken-no-last-sync", "--quiet"));
        assertTrue(out.toString().contains("VIOLATED: every INT3 belongs to somebody"), out::toString);
        assertTrue(out.toString().contains("Last events of core"), out::toString);
    }

    @Test
    void aKeyOfAnElfFileIsFlippedWhileItsFunctionsRun() {
        JsonObject result = json(
                "run",
                "--input",
                ELF.resolve("statickeys.elf").toString(),
                "--key",
                "stats_key",
                "--hot-sites",
                "3",
                "--cores",
                "32");
        assertEquals("complete", result.get("outcome").getAsString());
        assertTrue(result.getAsJsonObject("traps").get("median").getAsDouble() > 0, result::toString);
        assertEquals(5, result.getAsJsonObject("setup").get("sites").getAsInt());
    }

    @Test
    void compareStandsBesideThePublishedFiguresAtTheirSize() {
        JsonObject result = json("compare", "--cores", "480", "--sites", "2");
        JsonObject global = result.getAsJsonArray("rows").get(0).getAsJsonObject();
        JsonObject perCpu = result.getAsJsonArray("rows").get(1).getAsJsonObject();
        assertEquals(324, global.get("publishedUs").getAsDouble());
        assertEquals(519, perCpu.get("publishedUs").getAsDouble());
        assertEquals(1, global.get("toPublished").getAsDouble(), 0.15);
        assertEquals(1, perCpu.get("toPublished").getAsDouble(), 0.15);
    }

    @Test
    void compareAtAnotherSizeHasNothingPublishedBeside() {
        assertEquals(0, pokeSim("compare", "--cores", "16", "--sites", "8", "--quiet"));
        assertTrue(out.toString().contains("global / percpu: "), out::toString);
        assertTrue(json("compare", "--cores", "16", "--sites", "8")
                .getAsJsonArray("rows")
                .get(0)
                .getAsJsonObject()
                .get("publishedUs")
                .isJsonNull());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    --cores 0                          | --cores 0 is not between 1 and 4096
                    --cores 5000                       | --cores 5000 is not between 1 and 4096
                    --sites 0                          | --sites 0 is not between 1 and 16384
                    --sites 99999                      | --sites 99999 is not between 1 and 16384
                    --hot-sites 165                    | --hot-sites 165 is not between 0 and the 164 sites
                    --replicas 0                       | --replicas 0 is not between 1 and 10000
                    --call-sites 101                   | --call-sites 101 is not between 0 and 100
                    --refs globl                       | --refs: no globl; did you mean global?
                    --protocol text-poke               | --protocol: no text-poke; did you mean text-poke-batch?
                    --fetch windows                    | --fetch: no windows; did you mean window?
                    --profile nope                     | nope: neither an embedded profile nor a file; embedded are
                    --scenario nope                    | nope: neither an embedded scenario nor a file; embedded are
                    --key k                            | --key needs --input FILE: generated text has one key only
                    --input ELF/none.elf --key k       | does not exist; check the path
                    --input ELF --key k                | is a directory; name an ELF file in it
                    --input ELF/build.sh --key k       | is not an ELF file
                    --input ELF/statickeys.elf         | --input needs --key KEY; list the keys of
                    --input ELF/statickeys.elf --key s | no static key s
                    --guest                            | --guest needs --input KERNEL and --key KEY
                    --guest --refs global              | --refs cannot be chosen with --guest: the kernel's code decides
                    --guest --protocol broken-no-int3  | --protocol cannot be chosen with --guest
                    --guest --input ELF/statickeys.elf --key stats_key | statickeys.elf: this is no kernel; give a vmlinux or
                    --input ELF/batches.elf --key flood_key --sites 301 | has 300 sites to patch
                    --format xml                       | 'xml' is neither text nor json
                    --seed x                           | 'x' is not a long
                    --no-such-option                   | Unknown option
                    """)
    void badInputIsOneLineAndStatus2(String options, String message) {
        List<String> arguments = new ArrayList<>(List.of("run"));
        for (String option : options.split(" ")) {
            arguments.add(option.replace("ELF", ELF.toString())); // the path may have blanks
        }
        assertEquals(2, pokeSim(arguments.toArray(String[]::new)));
        assertEquals("", out.toString());
        assertTrue(
                err.toString().toLowerCase(java.util.Locale.ROOT).contains(message.toLowerCase(java.util.Locale.ROOT)),
                err::toString);
        assertEquals(1, err.toString().lines().count(), err::toString);
    }

    @Test
    void aMalformedProfileIsNamedWithItsLine(@TempDir Path folder) throws IOException {
        Path profile = folder.resolve("broken.yaml");
        Files.writeString(profile, "description: x\ntopology:\n  sockets: 2\n");
        assertEquals(2, pokeSim("run", "--profile", profile.toString()));
        assertTrue(err.toString().contains("broken.yaml:3: "), err::toString);
    }
}
