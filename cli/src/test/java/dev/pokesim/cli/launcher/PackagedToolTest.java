package dev.pokesim.cli.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.cli.launcher.FakeCheckout.Ended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Executes the tool that the build has just laid out, with the real Java; runs after packaging. */
@Tag("packaged")
class PackagedToolTest {
    private static final Path TREE = Path.of(System.getProperty("pokesim.tree", "target/poke-sim"));

    private final Path folder;

    PackagedToolTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Test
    void storedHelpIsWhatTheProgramPrints() throws Exception {
        Ended program = run(List.of(System.getProperty("java.home") + "/bin/java", "-jar", jar().toString(), "--help"));
        assertEquals(Files.readString(TREE.resolve("lib/help.txt")), program.out());
        assertEquals(new Ended(0, program.out(), ""), launch("--help"));
    }

    @Test
    void versionNamesTheProgram() throws Exception {
        Ended ended = launch("--version");
        assertEquals(0, ended.status(), ended.err());
        assertTrue(ended.out().startsWith("poke-sim "), ended.out());
    }

    @Test
    void badUsageEndsWithTwoThroughTheLauncher() throws Exception {
        assertEquals(new Ended(2, "", "poke-sim: unknown option: '--such'; try poke-sim --help\n"), launch("--such"));
    }

    @Test
    void theScriptAtTheTopRunsTheBuiltTool() throws Exception {
        // Would be called, and fail, if the launcher took this build for outdated.
        FakeCheckout.script(
                folder.resolve("path/mvn"), "#!/bin/sh\necho '[ERROR] a source was saved during this build'\nexit 1\n");
        Path link = TREE.resolveSibling("a link to poke-sim");
        Files.deleteIfExists(link);
        Files.createSymbolicLink(link, FakeCheckout.PROJECT.resolve("poke-sim"));
        Ended ended = run(List.of(link.toString(), "completion", "--such"));
        Files.delete(link);
        assertEquals(new Ended(2, "", "poke-sim: unknown option: '--such'; try poke-sim completion --help\n"), ended);
    }

    @Test
    void aMovedTreeStillRuns() throws Exception {
        Path moved = folder.resolve("opt/poke sim");
        try (Stream<Path> files = Files.walk(TREE)) {
            for (Path file : files.filter(path -> !path.startsWith(TREE.resolve("lib/archive")))
                    .toList()) {
                Path copy = moved.resolve(TREE.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
        Ended first = run(List.of(moved + "/bin/poke-sim", "--version"));
        assertEquals(0, first.status(), first.err());
        Ended second = run(List.of(moved + "/bin/poke-sim", "--version"));
        assertEquals(new Ended(0, first.out(), ""), second);
    }

    @Test
    void bashAcceptsTheCompletionScript() throws Exception {
        Path script = TREE.resolve("completions/poke-sim");
        Ended ended = run(List.of("bash", "-n", script.toString()));
        assertEquals(new Ended(0, "", ""), ended);
        assertTrue(Files.readString(script).contains("complete -F _complete_poke-sim"));
    }

    @Test
    void theJarHoldsNoSecondCopyOfTheAssembler() throws Exception {
        try (JarFile contents = new JarFile(jar().toFile())) {
            assertTrue(contents.stream().anyMatch(entry -> entry.getName().startsWith("jnr/x86asm/")));
            assertFalse(contents.stream().anyMatch(entry -> entry.getName().startsWith("com/kenai/")));
        }
    }

    private static Path jar() {
        return TREE.resolve("lib/poke-sim.jar");
    }

    private Ended launch(String... arguments) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of(TREE.resolve("bin/poke-sim").toString()));
        command.addAll(List.of(arguments));
        return run(command);
    }

    private Ended run(List<String> command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().put("POKE_SIM_JAVA", System.getProperty("java.home"));
        builder.environment().remove("POKE_SIM_OPTS");
        builder.environment().compute("PATH", (name, path) -> folder.resolve("path") + ":" + path);
        return FakeCheckout.end(builder.start());
    }
}
