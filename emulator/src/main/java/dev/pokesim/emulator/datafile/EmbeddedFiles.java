package dev.pokesim.emulator.datafile;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;

/**
 * Data files of one kind that come with the tool; where a user may name one of them, a file's path will do as well.
 *
 * @param owner  the class whose module holds the files
 * @param folder the absolute resource folder, with slashes at both ends
 * @param names  the files' names without their ending {@code .yaml}
 */
public record EmbeddedFiles(Class<?> owner, String folder, List<String> names) {
    private static final String ENDING = ".yaml";

    public EmbeddedFiles {
        names = List.copyOf(names);
    }

    /**
     * The embedded file of that name, or else the file at that path.
     *
     * @param kind what the file should be, for messages: {@code profile}
     * @throws InvalidDataFile if there is neither
     */
    public YamlFields read(String nameOrFile, String kind) {
        if (names.contains(nameOrFile)) {
            return YamlFields.parse(nameOrFile + ENDING, bytes(nameOrFile));
        }
        Path path;
        try {
            path = Path.of(nameOrFile);
        } catch (InvalidPathException e) {
            throw unknown(nameOrFile, kind);
        }
        if (nameOrFile.isEmpty() || !Files.exists(path)) {
            throw unknown(nameOrFile, kind);
        }
        return YamlFields.read(path);
    }

    /** What to call the thing in a file: the file's name without folder and ending. */
    public String nameOf(String nameOrFile) {
        String file = nameOrFile.substring(nameOrFile.lastIndexOf('/') + 1);
        return file.endsWith(ENDING) ? file.substring(0, file.length() - ENDING.length()) : file;
    }

    private InvalidDataFile unknown(String nameOrFile, String kind) {
        return new InvalidDataFile(
                nameOrFile,
                0,
                "",
                "neither an embedded " + kind + " nor a file; embedded are " + String.join(", ", names));
    }

    private byte[] bytes(String name) {
        try (InputStream in = owner.getResourceAsStream(folder + name + ENDING)) {
            if (in == null) {
                throw new IllegalStateException("the build left out " + folder + name + ENDING);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
