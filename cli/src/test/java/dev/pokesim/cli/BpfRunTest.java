package dev.pokesim.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code bpf run} and {@code bpf compare}. */
class BpfRunTest {
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

    private int bpf(String arguments) {
        return pokeSim(("bpf " + arguments + " --quiet").split(" +"));
    }

    private JsonObject json() {
        return JsonParser.parseString(out.toString()).getAsJsonObject();
    }

    @Test
    void theSameSeedPrintsTheSameBytes() {
        assertEquals(0, bpf("run --cores 4 --duration 1ms --seed 7"), err::toString);
        String first = out.toString();
        assertEquals(0, bpf("run --cores 4 --duration 1ms --seed 7"));
        assertEquals(first, out.toString());
        assertTrue(first.startsWith("merged, storm on 4 cores and 16 timers: 1,000 us"), first);
        assertTrue(first.contains("waits in NMI"), first);
    }

    @Test
    void aViolationIsStatus1AndNamesWhatWasFound() {
        assertEquals(1, bpf("run --form v6 --workload delete-race --cores 2 --timers 1 --duration 20ms --format json"));
        JsonObject json = json();
        assertEquals("violated", json.get("outcome").getAsString());
        assertEquals(
                "InactiveWhenFreed",
                json.getAsJsonObject("violation").get("oracle").getAsString());
        assertTrue(json.has("version"));
        assertTrue(json.getAsJsonObject("figures").get("accepted").getAsLong() > 100);
    }

    @Test
    void patchingIsToldOfBesideTheTimers() {
        String arguments = "run --cores 4 --patch-sites 16 --patch-refs global --duration 1ms";
        assertEquals(0, bpf(arguments), err::toString);
        String text = out.toString();
        assertTrue(
                text.contains("1 of 1 batches done") && text.contains("16 sites, text-poke-batch, refs global"), text);
        assertTrue(text.contains("every INT3 belongs to somebody"), text);
        assertEquals(0, bpf(arguments + " --format json"));
        JsonObject patching = json().getAsJsonObject("patching");
        assertEquals(1, patching.getAsJsonArray("batchUs").size());
        assertTrue(patching.get("trapsInNmi").getAsLong() > 0, patching::toString);
        assertTrue(patching.get("handlerMeanNs").getAsDouble() > 200, patching::toString);
        assertEquals(0, bpf("run --duration 1ms --format json"));
        assertTrue(json().get("patching").isJsonNull());
    }

    @Test
    void aBrokenPatcherIsStatus1() {
        assertEquals(
                1, bpf("run --cores 8 --timers 8 --patch-sites 64 --patch-protocol broken-refs-late --duration 2ms"));
        assertTrue(out.toString().contains("found by EveryInt3IsClaimed"), out::toString);
    }

    @Test
    void compareHasARowPerFormAndDrawsThem() throws IOException {
        Path picture = folder.resolve("ops.svg");
        assertEquals(0, bpf("compare --cores 1,2 --duration 1ms --format json --plot " + picture), err::toString);
        JsonObject json = json();
        assertEquals(6, json.getAsJsonArray("againstCores").size());
        assertEquals(18, json.getAsJsonArray("againstContention").size());
        assertEquals(18, json.getAsJsonArray("againstIrqsOff").size());
        String svg = Files.readString(picture);
        for (String form : new String[] {"locked", "v6", "merged"}) {
            assertTrue(svg.contains("data-series=\"" + form + "\"") || svg.contains(">" + form + "<"), form);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    run --cores 0                | --cores 0 is not between 1 and 510
                    run --cores 511              | --cores 511 is not between 1 and 510
                    run --timers 257             | --timers 257 is not between 1 and 256
                    run --nmi-period 0           | --nmi-period 0 is not between 1 and
                    run --workload recursoin     | did you mean recursion?
                    run --workload wqs           | did you mean wq?
                    run --workload strom         | did you mean storm?
                    run --form mergd             | did you mean merged?
                    run --duration 61s           | --duration 61000ms is more than 60000ms
                    run --allocation-failures -1 | --allocation-failures -1 is not between 0 and 1000000
                    run --patch-sites 0          | --patch-sites 0 is not between 1 and 16384
                    run --patch-sites 9 --cores 1| --patch-sites needs --cores 2 or more
                    run --patch-refs global      | --patch-refs needs --patch-sites N
                    run --patch-protocol x       | --patch-protocol needs --patch-sites N
                    run --patch-sites 9 --patch-refs globl | did you mean global?
                    run --patch-sites 9 --patch-protocol x | --patch-protocol: no x
                    compare --cores 1,600        | --cores 600 is not between 1 and 510
                    compare --plot x.gif         | name a file that ends with .svg or .png
                    """)
    void badInputIsOneLine(String arguments, String message) {
        assertEquals(2, bpf(arguments), out::toString);
        assertTrue(err.toString().contains(message), err::toString);
        assertEquals(1, err.toString().strip().lines().count(), err::toString);
    }
}
