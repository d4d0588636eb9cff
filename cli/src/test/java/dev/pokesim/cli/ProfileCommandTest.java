package dev.pokesim.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.pokesim.cli.console.Console;
import dev.pokesim.cli.console.Interruption;
import dev.pokesim.emulator.coherence.MachineProfileReader;
import dev.pokesim.patcher.scenario.ScenarioReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code poke-sim profile} as a user meets it: through the program, with its errors and exit statuses. */
class ProfileCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder = Path.of("");

    @Test
    void listNamesEveryEmbeddedProfileAndScenario() {
        assertEquals(0, run("profile", "list"));
        MachineProfileReader.embeddedNames()
                .forEach(name -> assertTrue(out.toString().contains(" " + name + " ")));
        ScenarioReader.embeddedNames().forEach(name -> assertTrue(out.toString().contains(" " + name + " ")));
        assertTrue(out.toString().contains("milan (default)"));
        assertEquals("", err.toString());
    }

    @Test
    void listAsJsonHasTheSameNames() {
        JsonObject json = json("profile", "list", "--format", "json");
        assertEquals(
                MachineProfileReader.embeddedNames().size(),
                json.getAsJsonArray("profiles").size());
        assertEquals(
                "busy-server",
                json.getAsJsonArray("scenarios")
                        .get(0)
                        .getAsJsonObject()
                        .get("name")
                        .getAsString());
    }

    @Test
    void showPrintsEachConstantWithUnitEvidenceAndSource() {
        assertEquals(0, run("profile", "show", "milan"));
        assertTrue(out.toString().startsWith("profile milan: Two sockets"));
        assertTrue(
                out.toString().lines().anyMatch(l -> l.matches(" *guest-instruction +0\\.4 +ns +A +one instruction.*")),
                out.toString());
        assertTrue(out.toString().contains("evidence: M measured and published, "));
    }

    @Test
    void showAsJsonHasNumbersInTheUnitOfTheFile() {
        JsonObject json = json("profile", "show", "--format", "json", "milan");
        assertEquals("milan", json.get("name").getAsString());
        assertEquals("0.4", constant(json, "guest-instruction").get("value").toString());
        assertEquals("1000", constant(json, "ipi-delivery").get("value").toString());
        assertEquals("ns", constant(json, "ipi-delivery").get("unit").getAsString());
    }

    @Test
    void wordsOfAScenarioAreNumbersInJson() {
        JsonObject json = json("profile", "show", "--scenario", "fifo", "--format", "json");
        assertEquals("scenario", json.get("kind").getAsString());
        assertEquals("1", constant(json, "service-order").get("value").toString());
        assertEquals("fifo", constant(json, "service-order").get("text").getAsString());
        assertEquals("0", constant(json, "softirq").get("value").toString());
    }

    @Test
    void validFileIsSaidToBeValid() throws IOException {
        Path file = Files.writeString(folder.resolve("mine.yaml"), "description: mine\nextends: mid\n");
        assertEquals(0, run("profile", "validate", file.toString()));
        assertEquals(file + ": valid profile with 26 constants (4 M, 0 K, 3 P, 19 A)\n", out.toString());
    }

    @Test
    void validFileAsJsonCountsTheEvidence() throws IOException {
        Path file = Files.writeString(folder.resolve("mine.yaml"), "description: mine\nextends: quiet\n");
        JsonObject json = json("profile", "validate", "--scenario", file.toString(), "--format", "json");
        assertEquals("scenario", json.get("kind").getAsString());
        assertEquals(12, json.get("constants").getAsInt());
        assertEquals(1, json.getAsJsonObject("evidence").get("K").getAsInt());
    }

    @Test
    void mistakeIsOneLineWithFileAndLineAndStatusTwo() throws IOException {
        Path file = Files.writeString(
                folder.resolve("mine.yaml"), "description: mine\nextends: mid\nmachine:\n  stroe: 1\n");
        for (String command : new String[] {"show", "validate"}) {
            err.getBuffer().setLength(0);
            assertEquals(2, run("profile", command, file.toString()));
            assertTrue(
                    err.toString()
                            .startsWith("poke-sim: " + file + ":4: machine.stroe: unknown field; known here are "),
                    err.toString());
            assertEquals(1, err.toString().lines().count());
            assertEquals("", out.toString());
        }
    }

    @Test
    void profileIsNoScenario() {
        String mid = Path.of(System.getProperty("pokesim.testdata"), "profiles", "mid.yaml")
                .toString();
        assertEquals(2, run("profile", "validate", "--scenario", mid));
        assertTrue(err.toString().contains("topology: unknown field; known here are contention, "), err.toString());
    }

    @Test
    void unknownNameListsTheEmbeddedOnes() {
        assertEquals(2, run("profile", "show", "nope"));
        assertEquals(
                "poke-sim: nope: neither an embedded profile nor a file; embedded are milan, mid\n", err.toString());
    }

    @Test
    void directoryIsRefused() {
        assertEquals(2, run("profile", "validate", folder.toString()));
        assertEquals("poke-sim: " + folder + ": is a directory; name a YAML file\n", err.toString());
    }

    @Test
    void subcommandIsNeeded() {
        assertEquals(2, run("profile"));
        assertEquals("poke-sim: missing required subcommand; try poke-sim profile --help\n", err.toString());
    }

    private int run(String... args) {
        Console console = new Console(new PrintWriter(out), new PrintWriter(err), false, false, new Interruption());
        return PokeSim.run(console, args);
    }

    private JsonObject json(String... args) {
        assertEquals(0, run(args), err::toString);
        return JsonParser.parseString(out.toString()).getAsJsonObject();
    }

    private static JsonObject constant(JsonObject report, String name) {
        for (var constant : report.getAsJsonArray("constants")) {
            if (constant.getAsJsonObject().get("name").getAsString().equals(name)) {
                return constant.getAsJsonObject();
            }
        }
        throw new AssertionError("no constant " + name);
    }
}
