package dev.pokesim.emulator.isa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class InstructionSetTest {
    private record Row(String mnemonic, Encoding encoding) {}

    private static List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (Instruction instruction : InstructionSet.ALL) {
            for (Encoding encoding : instruction.encodings()) {
                rows.add(new Row(instruction.mnemonic(), encoding));
            }
        }
        return rows;
    }

    @Test
    void everyInstructionClassIsListed() throws IOException, URISyntaxException, ClassNotFoundException {
        Path classes = Path.of(Instruction.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI())
                .resolve(Instruction.class.getPackageName().replace('.', '/'));
        List<String> found = new ArrayList<>();
        try (Stream<Path> files = Files.list(classes)) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith(".class") && !name.equals("package-info.class")) {
                    Class<?> type =
                            Class.forName(Instruction.class.getPackageName() + "." + name.replace(".class", ""));
                    if (Instruction.class.isAssignableFrom(type) && !Modifier.isAbstract(type.getModifiers())) {
                        found.add(type.getSimpleName());
                    }
                }
            }
        }
        List<String> listed = InstructionSet.ALL.stream()
                .map(instruction -> instruction.getClass().getSimpleName())
                .sorted()
                .toList();
        assertEquals(found, listed);
    }

    @Test
    void noBytesBelongToTwoRows() {
        List<Row> rows = rows();
        List<String> overlaps = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            for (int j = i + 1; j < rows.size(); j++) {
                Row a = rows.get(i);
                Row b = rows.get(j);
                // a row that asks for a prefix wins over one that takes any
                boolean oneIsPreferred =
                        (a.encoding.mandatoryPrefix == Encoding.ANY) != (b.encoding.mandatoryPrefix == Encoding.ANY);
                if (!oneIsPreferred && a.encoding.overlaps(b.encoding)) {
                    overlaps.add(a + " and " + b);
                }
            }
        }
        assertEquals(List.of(), overlaps);
    }

    @Test
    void everyRowHasALineInItsCasesFile() {
        Map<String, CaseFile> files =
                CaseFile.all().stream().collect(Collectors.toMap(CaseFile::mnemonic, file -> file));
        Decoder decoder = new Decoder();
        List<String> missing = new ArrayList<>();
        for (Instruction instruction : InstructionSet.ALL) {
            CaseFile file = files.get(instruction.mnemonic());
            if (file == null) {
                missing.add(instruction.mnemonic() + ".cases");
                continue;
            }
            List<String> covered = file.forms().stream()
                    .map(form -> decoder.encodingOf(form.bytes(), CpuState.TEXT).toString())
                    .toList();
            for (Encoding encoding : instruction.encodings()) {
                if (!covered.contains(encoding.toString())) {
                    missing.add(instruction.mnemonic() + ".cases: a line for " + encoding);
                }
            }
        }
        if (!missing.isEmpty()) {
            fail("missing in testdata/instructions:\n" + String.join("\n", missing));
        }
    }
}
