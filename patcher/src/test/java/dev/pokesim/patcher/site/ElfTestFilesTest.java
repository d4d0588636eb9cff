package dev.pokesim.patcher.site;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The built files of testdata/elf belong to their sources. */
class ElfTestFilesTest {

    private final Path folder;

    ElfTestFilesTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Test
    void buildScriptGivesTheSameBytesAgain() throws IOException, InterruptedException {
        assumeTrue(
                output("gcc", "-dumpfullversion", "-dumpmachine").startsWith("12.2.")
                        && output("ld", "--version").contains("2.40"),
                "skipped: needs gcc 12.2 and binutils 2.40");
        assertEquals("", output(ElfTestFile.FOLDER.resolve("build.sh").toString(), folder.toString()));
        for (String name : ElfTestFile.NAMES) {
            assertArrayEquals(
                    Files.readAllBytes(ElfTestFile.FOLDER.resolve(name)),
                    Files.readAllBytes(folder.resolve(name)),
                    name + " is not what its source gives; run testdata/elf/build.sh");
        }
    }

    private String output(String... command) throws InterruptedException {
        Path log = folder.resolve("output");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            assertTrue(process.waitFor(1, TimeUnit.MINUTES), () -> command[0] + " does not end");
            return Files.readString(log, StandardCharsets.UTF_8);
        } catch (IOException notInstalled) {
            return "";
        }
    }
}
