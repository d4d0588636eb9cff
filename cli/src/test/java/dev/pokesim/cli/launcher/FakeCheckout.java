package dev.pokesim.cli.launcher;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A checkout with the real launcher scripts, a file or two per folder, and a PATH of its own, on which {@code java}, {@code javac}
 * and {@code mvn} are scripts that write down how they were called. Its path has blanks and other characters that break careless
 * shell scripts.
 */
final class FakeCheckout {
    static final Path PROJECT =
            Path.of(System.getProperty("pokesim.root", "..")).toAbsolutePath().normalize();

    /** What the launchers may use, besides Java and Maven. */
    private static final List<String> TOOLS =
            List.of("sh", "readlink", "find", "mkdir", "flock", "sed", "head", "cat", "rm", "mv", "sleep", "rmdir");

    private static final String MVN = """
            #!/bin/sh
            printf '%s\\n' "$*" >>"$CALLS/mvn"
            if [ -n "${GATE-}" ]; then read -r open <"$GATE"; fi
            if [ -n "${MVN_FAILS-}" ]; then
                echo "[ERROR] COMPILATION ERROR : "
                echo "[ERROR] /a/Jmp.java:[7,1] ';' expected"
                exit 1
            fi
            tree=cli/target/poke-sim
            /bin/mkdir -p "$tree/bin" "$tree/lib"
            /bin/cp cli/src/main/dist/bin/poke-sim "$tree/bin/poke-sim"
            echo "the help" >"$tree/lib/help.txt"
            : >"$tree/lib/poke-sim.jar"
            : >"$tree/built"
            """;

    /** Prints each argument of the program on a line; plays the JVM's part in making an archive. */
    private static final String JAVA = """
            #!/bin/sh
            case "$*" in
                *-XX:DumpLoadedClassList=* | *-Xshare:dump*)
                    printf '%s\\n' "$*" >>"$CALLS/archive"
                    [ -z "${DUMP_FAILS-}" ] || exit 1
                    for option; do case $option in -XX:SharedArchiveFile=*) : >"${option#*=}" ;; esac; done
                    exit 0 ;;
            esac
            printf '%s\\n' "$*" >>"$CALLS/java"
            echo "pid $$"
            while [ "$1" != -jar ]; do shift; done
            shift 2
            for argument; do printf '<%s>\\n' "$argument"; done
            exit "${STATUS:-0}"
            """;

    private final Path folder;
    final Path root;
    final Path path;
    final Path calls;

    FakeCheckout(Path folder) throws IOException {
        this.folder = folder;
        root = Files.createDirectories(folder.resolve("it's a $HOME * check\"out"));
        path = Files.createDirectories(folder.resolve("path"));
        calls = Files.createDirectories(folder.resolve("calls"));
        for (String tool : TOOLS) {
            // Not a link: JUnit warns about each that leads out of the temporary folder.
            String installed = Files.exists(Path.of("/usr/bin", tool)) ? "/usr/bin/" : "/bin/";
            script(path.resolve(tool), "#!/bin/sh\nexec " + installed + tool + " \"$@\"\n");
        }
        script(path.resolve("mvn"), MVN);
        script(path.resolve("java"), JAVA);
        script(path.resolve("javac"), "#!/bin/sh\n");
        copy("poke-sim");
        copy("cli/src/main/dist/bin/poke-sim");
        for (String file :
                List.of("pom.xml", "cli/pom.xml", "emulator/src/main/java/Jmp.java", "testdata/profiles/milan.yaml")) {
            Files.createDirectories(root.resolve(file).getParent());
            Files.writeString(root.resolve(file), file);
        }
    }

    static void script(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        makeExecutable(file);
    }

    /** A JDK's folder with the same {@code java} and a file that says which one it is. */
    Path jdk(String name, String release) throws IOException {
        Path jdk = folder.resolve(name);
        script(jdk.resolve("bin/java"), JAVA);
        Files.writeString(jdk.resolve("release"), release);
        return jdk;
    }

    private void copy(String file) throws IOException {
        Path copy = root.resolve(file);
        Files.createDirectories(copy.getParent());
        Files.copy(PROJECT.resolve(file), copy);
        makeExecutable(copy);
    }

    private static void makeExecutable(Path file) throws IOException {
        if (!file.toFile().setExecutable(true)) {
            throw new IOException("cannot make " + file + " executable");
        }
    }

    /** The lines that one of the fakes wrote down, one per call. */
    List<String> calls(String program) throws IOException {
        Path file = calls.resolve(program);
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    /** How a launcher ended. */
    record Ended(int status, String out, String err) {}

    Ended run(String... arguments) throws IOException, InterruptedException {
        return run(Map.of(), root.resolve("poke-sim"), arguments);
    }

    Ended run(Map<String, String> environment, Path launcher, String... arguments)
            throws IOException, InterruptedException {
        return end(start(environment, launcher, arguments));
    }

    Process start(Map<String, String> environment, Path launcher, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().clear();
        builder.environment().putAll(Map.of("PATH", path.toString(), "CALLS", calls.toString(), "CDPATH", "/"));
        builder.environment().putAll(environment);
        return builder.start();
    }

    static Ended end(Process process) throws IOException, InterruptedException {
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), out, err);
    }

    /** Makes a file of the checkout newer than the last build. */
    void touch(String file) {
        try {
            Path built = root.resolve("cli/target/poke-sim/built");
            Files.setLastModifiedTime(
                    root.resolve(file),
                    FileTime.fromMillis(Files.getLastModifiedTime(built).toMillis() + 1_000));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
