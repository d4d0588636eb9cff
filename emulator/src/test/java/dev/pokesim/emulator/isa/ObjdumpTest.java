package dev.pokesim.emulator.isa;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.pokesim.emulator.memory.InstructionBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Another decoder's opinion of all lines of the case files. */
class ObjdumpTest {
    @TempDir
    private Path directory;

    @Test
    void objdumpSeesTheSameLengthsAndTexts() throws IOException, InterruptedException {
        List<CaseFile.Form> forms = new ArrayList<>();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (CaseFile file : CaseFile.all()) {
            for (CaseFile.Form form : file.forms()) {
                forms.add(form);
                all.writeBytes(form.bytes().toArray());
            }
        }
        Path binary = directory.resolve("cases.bin");
        Files.write(binary, all.toByteArray());
        List<String> expected = objdump(binary);

        Decoder decoder = new Decoder();
        List<String> actual = new ArrayList<>();
        long address = 0;
        for (CaseFile.Form form : forms) {
            InstructionBytes bytes = form.bytes();
            String text = AssemblyText.normalised(decoder.decode(bytes, address).name());
            actual.add(Long.toHexString(address) + ": " + text);
            address += bytes.sizeBytes();
        }
        List<String> onlyObjdump = new ArrayList<>(expected);
        onlyObjdump.removeAll(new HashSet<>(actual));
        List<String> onlyHere = new ArrayList<>(actual);
        onlyHere.removeAll(new HashSet<>(expected));
        assertEquals(String.join("\n", onlyObjdump), String.join("\n", onlyHere));
        assertEquals(expected.size(), actual.size());
    }

    private List<String> objdump(Path binary) throws IOException, InterruptedException {
        Path output = directory.resolve("objdump.txt");
        Process process;
        try {
            process = new ProcessBuilder(
                            "objdump", "-D", "-w", "-b", "binary", "-mi386:x86-64", "-Mintel", binary.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
        } catch (IOException e) {
            System.err.println("SKIPPED: case files are not compared with objdump: " + e.getMessage());
            Assumptions.abort("no objdump: " + e.getMessage());
            throw e;
        }
        assertEquals(0, process.waitFor(), "exit code of objdump");
        List<String> lines = new ArrayList<>();
        for (String line : Files.readAllLines(output, StandardCharsets.UTF_8)) {
            String[] fields = line.split("\t");
            if (fields.length >= 3) {
                lines.add(fields[0].replace(":", "").trim() + ": " + AssemblyText.normalised(fields[2]));
            }
        }
        return lines;
    }
}
