package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.memory.InstructionBytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A file of testdata/instructions; its README.md describes the notation. */
record CaseFile(Path path, List<Form> forms) {
    /**
     * One encoding form.
     *
     * @param notNative why the host must not execute it, or null
     */
    record Form(
            String place,
            InstructionBytes bytes,
            String text,
            @Nullable String notNative,
            List<Fixed> fixed) {
        AssemblyText assembly() {
            return AssemblyText.of(text);
        }

        @Override
        public String toString() {
            return bytes + " ; " + text;
        }
    }

    /** Explicit inputs and outputs. */
    record Fixed(String place, String in, String out) {
        CpuState before() {
            CpuState state = new CpuState();
            apply(state, in);
            return state;
        }

        /**
         * @param next address behind the instruction, where it goes on unless the case says something else
         */
        CpuState after(long next) {
            CpuState state = before();
            state.rip = out.contains("fault=") || out.contains("refused=") ? CpuState.TEXT : next;
            apply(state, out);
            return state;
        }

        private void apply(CpuState state, String words) {
            for (String word : words.trim().split("\\s+")) {
                if (!word.isEmpty() && !word.equals("-")) {
                    try {
                        state.set(word);
                    } catch (IllegalArgumentException e) {
                        throw new IllegalArgumentException(place + ": " + e.getMessage(), e);
                    }
                }
            }
        }
    }

    static Path directory() {
        return Path.of(System.getProperty("pokesim.testdata", "../testdata")).resolve("instructions");
    }

    /** All of them, sorted by name. */
    static List<CaseFile> all() {
        try (Stream<Path> paths = Files.list(directory())) {
            return paths.filter(path -> path.toString().endsWith(".cases"))
                    .sorted()
                    .map(CaseFile::read)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String mnemonic() {
        return path.getFileName().toString().replace(".cases", "");
    }

    static CaseFile read(Path path) {
        List<String> lines;
        try {
            lines = Files.readAllLines(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<Form> forms = new ArrayList<>();
        StringBuilder header = new StringBuilder();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).trim();
            String place = path.getFileName() + ":" + (i + 1);
            if (line.isEmpty() || line.startsWith("#")) {
                header.append(line).append('\n');
            } else if (line.startsWith("in ")) {
                int arrow = line.indexOf("-> out ");
                if (forms.isEmpty() || arrow < 0) {
                    throw new IllegalArgumentException(place + ": not `in ... -> out ...` below a form: " + line);
                }
                forms.get(forms.size() - 1)
                        .fixed()
                        .add(new Fixed(place, line.substring(3, arrow), line.substring(arrow + 7)));
            } else {
                forms.add(form(place, line));
            }
        }
        for (String key : List.of("# question:", "# answer:", "# source:")) {
            if (header.indexOf(key) < 0) {
                throw new IllegalArgumentException(path.getFileName() + ": its header has no line `" + key + " ...`");
            }
        }
        return new CaseFile(path, forms);
    }

    private static Form form(String place, String line) {
        String[] fields = line.split(" *; *");
        if (fields.length < 2 || fields.length > 3 || fields.length == 3 && !fields[2].startsWith("not native: ")) {
            throw new IllegalArgumentException(
                    place + ": not `bytes ; text` or `bytes ; text ; not native: reason`: " + line);
        }
        byte[] bytes = HexFormat.of().parseHex(fields[0].replace(" ", ""));
        return new Form(
                place,
                InstructionBytes.of(bytes, 0, bytes.length),
                AssemblyText.normalised(fields[1]),
                fields.length == 3 ? fields[2].substring("not native: ".length()) : null,
                new ArrayList<>());
    }
}
