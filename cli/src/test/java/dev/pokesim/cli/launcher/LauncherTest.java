package dev.pokesim.cli.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.cli.launcher.FakeCheckout.Ended;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Executes the launchers with a fake Java and a fake Maven; the real ones have {@code PackagedToolTest}. */
class LauncherTest {
    private static final String BUILDING = "poke-sim: building (first use or sources changed)...\n";

    private final Path folder;
    private final FakeCheckout checkout;

    LauncherTest(@TempDir Path folder) throws IOException {
        this.folder = folder;
        checkout = new FakeCheckout(folder);
    }

    @Test
    void firstUseBuildsAndSaysSoInOneLine() throws Exception {
        Ended first = checkout.run("run");
        assertEquals(BUILDING, first.err());
        assertEquals(0, first.status());
        assertTrue(first.out().endsWith("<run>\n"), first.out());
        assertEquals(List.of("-q -ntp -B -Dlean -Dmaven.test.skip=true package"), checkout.calls("mvn"));
    }

    @Test
    void secondUseDoesNotBuild() throws Exception {
        checkout.run("run");
        assertEquals("", checkout.run("run").err());
        assertEquals(1, checkout.calls("mvn").size());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pom.xml",
                "cli/pom.xml",
                "emulator/src/main/java/Jmp.java",
                "testdata/profiles/milan.yaml",
                "emulator/src/main/java"
            })
    void aNewerInputBuildsAgain(String file) throws Exception {
        checkout.run("run");
        checkout.touch(file);
        assertEquals(BUILDING, checkout.run("run").err());
        assertEquals(2, checkout.calls("mvn").size());
    }

    @Test
    void argumentsPassUnchanged() throws Exception {
        String[] arguments = {"run", "a  b", "*", "", "$HOME", "`id`", "\\", "\"'", "-Dx", "--", "line\nbreak", "\u00e4"
        };
        String expected = "<" + String.join(">\n<", arguments) + ">\n";
        Ended ended = checkout.run(arguments);
        assertEquals(expected, ended.out().substring(ended.out().indexOf('<')));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 77, 143})
    void exitStatusPassesUnchanged(int status) throws Exception {
        Map<String, String> environment = Map.of("STATUS", Integer.toString(status));
        assertEquals(
                status,
                checkout.run(environment, checkout.root.resolve("poke-sim"), "run")
                        .status());
    }

    @Test
    void javaTakesThePlaceOfTheLauncherSoThatSignalsReachIt() throws Exception {
        checkout.run("run");
        Process process = checkout.start(Map.of(), checkout.root.resolve("poke-sim"), "run");
        assertEquals(
                "pid " + process.pid(),
                FakeCheckout.end(process).out().lines().findFirst().orElse(""));
    }

    @Test
    void chainsOfSymbolicLinksLeadToTheCheckout() throws Exception {
        Path links = Files.createDirectories(folder.resolve("links and more"));
        Path absolute = Files.createSymbolicLink(links.resolve("absolute"), checkout.root.resolve("poke-sim"));
        Path relative = Files.createSymbolicLink(links.resolve("relative"), Path.of("absolute"));
        // Past the script at the top, which has run by then.
        Path built = Files.createSymbolicLink(
                links.resolve("built"), checkout.root.resolve("cli/target/poke-sim/bin/poke-sim"));
        Path toBuilt = Files.createSymbolicLink(links.resolve("to-built"), Path.of("built"));
        Path toFolder = Files.createSymbolicLink(folder.resolve("to-folder"), checkout.root);
        for (Path launcher : List.of(absolute, relative, toFolder.resolve("poke-sim"), built, toBuilt)) {
            Ended ended = checkout.run(Map.of(), launcher, "run");
            assertEquals(0, ended.status(), ended.err());
            assertTrue(ended.out().endsWith("<run>\n"), ended.out());
        }
        assertEquals(1, checkout.calls("mvn").size());
    }

    @Test
    void theLauncherIsFoundThroughThePathToo() throws Exception {
        Files.createSymbolicLink(checkout.path.resolve("poke-sim"), checkout.root.resolve("poke-sim"));
        Ended ended = checkout.run(Map.of(), checkout.path.resolve("sh"), "-c", "poke-sim run");
        assertTrue(ended.out().endsWith("<run>\n"), ended.out() + ended.err());
    }

    @Test
    void aFailedBuildIsOneLineThatNamesCauseAndLog() throws Exception {
        Ended ended = checkout.run(Map.of("MVN_FAILS", "1"), checkout.root.resolve("poke-sim"), "run");
        Path log = checkout.root.toRealPath().resolve("target/build.log");
        assertEquals(4, ended.status());
        assertEquals(
                BUILDING + "poke-sim: the build failed: /a/Jmp.java:[7,1] ';' expected; all of its output is in " + log
                        + "\n",
                ended.err());
        assertTrue(Files.readString(log).contains("COMPILATION ERROR"));
        assertEquals(List.of(), checkout.calls("java"));
    }

    @Test
    void missingMavenIsOneLine() throws Exception {
        Files.delete(checkout.path.resolve("mvn"));
        assertEquals(
                new Ended(4, "", "poke-sim: no mvn found to build with; install Maven, version 3.8.6 or newer\n"),
                checkout.run("run"));
    }

    @Test
    void missingCompilerIsOneLine() throws Exception {
        Files.delete(checkout.path.resolve("javac"));
        assertEquals(
                new Ended(
                        4,
                        "",
                        "poke-sim: no javac found to build with; install a JDK, version 17 or newer, or set JAVA_HOME\n"),
                checkout.run("run"));
    }

    @Test
    void missingJavaIsOneLine() throws Exception {
        checkout.run("run");
        Files.delete(checkout.path.resolve("java"));
        assertEquals(
                new Ended(
                        4,
                        "",
                        "poke-sim: no java found: none is in PATH; install a JDK, version 17 or newer, or set JAVA_HOME or "
                                + "POKE_SIM_JAVA\n"),
                checkout.run("run"));
    }

    @Test
    void aJdkThatIsTooOldIsOneLine() throws Exception {
        checkout.run("run");
        Path old = checkout.jdk("jdk 8", "JAVA_VERSION=\"1.8.0_292\"\n");
        Ended ended = runOn(old);
        assertEquals(4, ended.status());
        assertEquals(
                "poke-sim: " + old.toRealPath().resolve("bin/java")
                        + " is Java \"1.8.0_292\", too old; install a JDK, version 17 "
                        + "or newer, or set JAVA_HOME or POKE_SIM_JAVA\n",
                ended.err());
    }

    @Test
    void javaIsChosenByPokeSimJavaThenJavaHomeThenThePath() throws Exception {
        checkout.run("run");
        Files.delete(checkout.path.resolve("java"));
        String home = checkout.jdk("home", "").toString();
        String own = checkout.jdk("own", "").toString();
        Path launcher = checkout.root.resolve("poke-sim");
        assertEquals(0, checkout.run(Map.of("JAVA_HOME", home), launcher, "run").status());
        assertEquals(
                0,
                checkout.run(Map.of("JAVA_HOME", "/none", "POKE_SIM_JAVA", own), launcher, "run")
                        .status());
        assertEquals(
                0,
                checkout.run(Map.of("JAVA_HOME", "/none", "POKE_SIM_JAVA", own + "/bin/java"), launcher, "run")
                        .status());
        assertTrue(checkout.run(Map.of("JAVA_HOME", "/none"), launcher, "run")
                .err()
                .contains("JAVA_HOME is /none"));
    }

    @Test
    void optionsForTheJvmAreSplitAtBlanksAndNothingElse() throws Exception {
        checkout.run(Map.of("POKE_SIM_OPTS", "-Xmx8g  /*"), checkout.root.resolve("poke-sim"), "run");
        String call = checkout.calls("java").get(0);
        assertTrue(call.contains(" -Xmx8g /* -jar "), call);
        assertTrue(call.contains("-XX:+UseSerialGC"), call);
    }

    @Test
    void aCollectorOfTheUsersReplacesOurs() throws Exception {
        checkout.run(Map.of("POKE_SIM_OPTS", "-XX:+UseParallelGC"), checkout.root.resolve("poke-sim"), "run");
        assertFalse(checkout.calls("java").get(0).contains("-XX:+UseSerialGC"));
    }

    @Test
    void onlyShortCommandsGoWithoutTheSecondCompiler() throws Exception {
        for (String command : List.of(
                "run",
                "compare",
                "sweep",
                "check",
                "replay",
                "bpf",
                "gdb",
                "step",
                "trace",
                "--version",
                "profile",
                "sites")) {
            checkout.run(command);
        }
        assertEquals(
                List.of(false, false, false, false, false, false, false, false, false, true, true, true),
                checkout.calls("java").stream()
                        .map(call -> call.contains("-XX:TieredStopAtLevel=1"))
                        .toList());
    }

    @Test
    void helpNeedsNoJava() throws Exception {
        checkout.run("run");
        Files.delete(checkout.path.resolve("java"));
        assertEquals(new Ended(0, "the help\n", ""), checkout.run("--help"));
    }

    @Test
    void theArchiveIsMadeOncePerJdkAndAgainWhenTheJdkChanges() throws Exception {
        checkout.run("run");
        Path jdk = checkout.jdk("jdk 17", "JAVA_VERSION=\"17.0.15\"\n");
        Ended first = runOn(jdk);
        assertEquals("poke-sim: preparing faster starts on " + jdk.toRealPath() + " (once)...\n", first.err());
        assertEquals(2, checkout.calls("archive").size());
        assertEquals("", runOn(jdk).err());
        assertEquals(2, checkout.calls("archive").size());
        List<String> starts = checkout.calls("java");
        assertTrue(starts.get(starts.size() - 1).startsWith("-XX:SharedArchiveFile="), starts.toString());

        Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"17.0.16\"\n");
        assertEquals(0, runOn(jdk).status());
        assertEquals(4, checkout.calls("archive").size());
        runOn(checkout.jdk("jdk 25", "JAVA_VERSION=\"25\"\n"));
        assertEquals(6, checkout.calls("archive").size());
        runOn(jdk);
        assertEquals(6, checkout.calls("archive").size());
    }

    @Test
    void withoutAnArchiveTheToolRunsAllTheSameAndDoesNotTryAgain() throws Exception {
        checkout.run("run");
        String jdk = checkout.jdk("jdk", "JAVA_VERSION=\"17\"\n").toString();
        Map<String, String> environment = Map.of("DUMP_FAILS", "1", "POKE_SIM_JAVA", jdk);
        for (int i = 0; i < 2; i++) {
            Ended ended = checkout.run(environment, checkout.root.resolve("poke-sim"), "run");
            assertEquals(0, ended.status());
            assertTrue(ended.out().endsWith("<run>\n"), ended.out());
        }
        assertEquals(1, checkout.calls("archive").size());
        assertFalse(checkout.calls("java").get(1).contains("-XX:SharedArchiveFile="));
    }

    @Test
    void oneOfTwoFirstUsesBuildsAndTheOtherWaits() throws Exception {
        Path gate = folder.resolve("gate");
        assertEquals(0, new ProcessBuilder("mkfifo", gate.toString()).start().waitFor());
        Map<String, String> environment = Map.of("GATE", gate.toString());
        Path launcher = checkout.root.resolve("poke-sim");
        Process builder = checkout.start(environment, launcher, "run");
        BufferedReader builderErr = builder.errorReader(StandardCharsets.UTF_8);
        assertEquals(BUILDING.strip(), builderErr.readLine());
        Process waiter = checkout.start(environment, launcher, "run");
        BufferedReader waiterErr = waiter.errorReader(StandardCharsets.UTF_8);
        assertEquals("poke-sim: waiting for another build of this checkout", waiterErr.readLine());
        Files.writeString(gate, "open\n");
        assertEquals(null, waiterErr.readLine());
        assertEquals(0, builder.waitFor());
        assertEquals(0, waiter.waitFor());
        assertEquals(1, checkout.calls("mvn").size());
        assertEquals(2, checkout.calls("java").size());
    }

    @Test
    void withoutFlockTheLockIsAFolderThatIsGoneAfterwards() throws Exception {
        Files.delete(checkout.path.resolve("flock"));
        assertEquals(BUILDING, checkout.run("run").err());
        assertFalse(Files.exists(checkout.root.resolve("target/build.lock.d")));
    }

    private Ended runOn(Path jdk) throws IOException, InterruptedException {
        return checkout.run(Map.of("POKE_SIM_JAVA", jdk.toString()), checkout.root.resolve("poke-sim"), "run");
    }
}
