package dev.pokesim.emulator.isa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.memory.InstructionBytes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** The text of the ELF test files, made by a compiler: objdump and the decoder agree where each instruction ends. */
class ElfTextTest {
    @Test
    void everyInstructionOfTheTestFilesHasTheLengthThatObjdumpSees() throws IOException, InterruptedException {
        List<Path> files;
        try (Stream<Path> all = Files.list(Path.of(System.getProperty("pokesim.testdata"), "elf"))) {
            files = all.filter(file -> file.toString().matches(".*\\.(elf|o|ko)")).sorted().toList();
        }
        Decoder decoder = new Decoder();
        List<String> different = new ArrayList<>();
        int compared = 0;
        for (Path file : files) {
            for (String line : objdump(file)) {
                String[] fields = line.split("\t");
                if (fields.length < 2 || !fields[0].matches(" *[0-9a-f]+:")) {
                    continue;
                }
                byte[] bytes = HexFormat.of().parseHex(fields[1].replace(" ", ""));
                int length = lengthHere(decoder, bytes);
                compared++;
                if (length != bytes.length) {
                    different.add(file.getFileName() + " " + line.strip() + ": " + length + " bytes here");
                }
            }
        }
        assertEquals("", String.join("\n", different));
        assertTrue(files.size() >= 5 && compared > 1000, files.size() + " files, " + compared + " instructions");
    }

    /** Decodes what objdump took for one instruction, followed by bytes that would lengthen a shorter one. */
    private static int lengthHere(Decoder decoder, byte[] bytes) {
        byte[] followed = java.util.Arrays.copyOf(bytes, InstructionBytes.MAX_SIZE_BYTES);
        return decoder.decode(InstructionBytes.of(followed, 0, followed.length), 0x1000)
                .bytes()
                .sizeBytes();
    }

    private static List<String> objdump(Path file) throws IOException, InterruptedException {
        Process process;
        try {
            process = new ProcessBuilder("objdump", "-d", "-w", "-Mintel", file.toString())
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            System.err.println("SKIPPED: the text of ELF files is not compared with objdump: " + e.getMessage());
            Assumptions.abort("no objdump: " + e.getMessage());
            throw e;
        }
        String output;
        try (InputStream in = process.getInputStream()) {
            output = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        assertEquals(0, process.waitFor(), output);
        return output.lines().toList();
    }
}
