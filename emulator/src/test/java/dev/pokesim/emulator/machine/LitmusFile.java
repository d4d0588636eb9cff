package dev.pokesim.emulator.machine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A file of testdata/litmus; its README.md describes the notation.
 *
 * @param programs one per core, as hexadecimal bytes and as text
 * @param observed what an outcome consists of
 * @param asked the outcome that the question is about
 * @param outcomes all that are possible
 */
record LitmusFile(
        String name,
        boolean sometimes,
        List<List<Line>> programs,
        List<String> observed,
        String asked,
        TreeSet<String> outcomes) {

    /** One instruction. */
    record Line(String hex, String text) {}

    static Path directory() {
        return Path.of(System.getProperty("pokesim.testdata", "../testdata")).resolve("litmus");
    }

    /** All of them, sorted by name. */
    static List<LitmusFile> all() {
        try (Stream<Path> paths = Files.list(directory())) {
            return paths.filter(path -> path.toString().endsWith(".litmus"))
                    .sorted()
                    .map(LitmusFile::read)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static LitmusFile read(Path path) {
        List<List<Line>> programs = new ArrayList<>();
        List<String> observed = List.of();
        TreeSet<String> outcomes = new TreeSet<>();
        String answer = "";
        String asked = "";
        boolean hasQuestion = false;
        boolean hasSource = false;
        List<String> lines;
        try {
            lines = Files.readAllLines(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (String line : lines) {
            String text = line.trim();
            if (text.startsWith("# answer: ")) {
                answer = text.substring(10);
            } else if (text.startsWith("#")) {
                hasQuestion |= text.startsWith("# question: ");
                hasSource |= text.startsWith("# source: ");
            } else if (text.equals("core " + programs.size())) {
                programs.add(new ArrayList<>());
            } else if (text.startsWith("observe ")) {
                observed = List.of(text.substring(8).trim().split(" +"));
            } else if (text.startsWith("asked ")) {
                asked = text.substring(6).trim();
            } else if (text.startsWith("outcome ")) {
                outcomes.add(text.substring(8).trim());
            } else {
                int middle = text.indexOf(';');
                programs.get(programs.size() - 1)
                        .add(new Line(
                                text.substring(0, middle).replace(" ", ""),
                                text.substring(middle + 1).trim()));
            }
        }
        if (!hasQuestion || !hasSource || !List.of("sometimes", "never").contains(answer)) {
            throw new IllegalArgumentException(
                    path + ": its header lacks a question, a source, or the answer `sometimes` or `never`");
        }
        return new LitmusFile(
                path.getFileName().toString(), answer.equals("sometimes"), programs, observed, asked, outcomes);
    }

    /** The bytes of a core's program. */
    byte[] bytes(int core) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (Line line : programs.get(core)) {
            bytes.writeBytes(HexFormat.of().parseHex(line.hex()));
        }
        return bytes.toByteArray();
    }

    @Override
    public String toString() {
        return name;
    }
}
