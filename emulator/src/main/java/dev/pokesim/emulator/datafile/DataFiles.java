package dev.pokesim.emulator.datafile;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Data files of one kind: those that come with the tool, found by name, and the user's, found by path. A file may say
 * {@code extends: NAME-OR-PATH} and then states only what differs; a path is relative to the file that states it.
 *
 * @param kind   what such a file is, for messages: {@code profile}
 * @param owner  the class whose module holds the embedded files
 * @param folder the absolute resource folder, with slashes at both ends
 * @param names  the embedded files' names without their ending {@code .yaml}; the first one is the default
 */
public record DataFiles(String kind, Class<?> owner, String folder, List<String> names) {
    /** The field that names the file whose contents this one changes. */
    public static final String EXTENDS = "extends";

    private static final String ENDING = ".yaml";
    private static final int MAX_LAYERS = 8;

    public DataFiles {
        names = List.copyOf(names);
    }

    /**
     * The embedded file of that name, or else the file at that path.
     *
     * @throws InvalidDataFile if there is neither, or it cannot be read, or one that it extends cannot
     */
    public YamlFields read(String nameOrFile) {
        if (names.contains(nameOrFile)) {
            return withBase(embedded(nameOrFile), null, MAX_LAYERS);
        }
        Path file = fileAt(nameOrFile, null);
        if (file == null) {
            throw new InvalidDataFile(nameOrFile, 0, "", "neither an embedded " + kind + " nor a file; " + choices());
        }
        return read(file);
    }

    /**
     * A file of the user's.
     *
     * @throws InvalidDataFile if it cannot be read, or one that it extends cannot
     */
    public YamlFields read(Path file) {
        return withBase(YamlFields.read(file), file.toAbsolutePath().getParent(), MAX_LAYERS);
    }

    /**
     * A file from its text; paths after {@code extends} are relative to the working directory.
     *
     * @param file    its name for messages
     * @param content UTF-8
     * @throws InvalidDataFile if it is no YAML mapping, or one that it extends cannot be read
     */
    public YamlFields parse(String file, byte[] content) {
        return withBase(YamlFields.parse(file, content), null, MAX_LAYERS);
    }

    /** What to call the thing in a file: the file's name without folder and ending. */
    public static String nameOf(String nameOrFile) {
        String file = nameOrFile.substring(nameOrFile.lastIndexOf('/') + 1);
        return file.endsWith(ENDING) ? file.substring(0, file.length() - ENDING.length()) : file;
    }

    private YamlFields withBase(YamlFields fields, @Nullable Path folder, int layersLeft) {
        if (!fields.has(EXTENDS)) {
            return fields;
        }
        String base = fields.text(EXTENDS);
        if (layersLeft == 0) {
            throw fields.invalid(EXTENDS, "more than " + MAX_LAYERS + " files extend each other; remove the circle");
        }
        if (names.contains(base)) {
            return fields.over(withBase(embedded(base), null, layersLeft - 1));
        }
        Path file = fileAt(base, folder);
        if (file == null) {
            throw fields.invalid(
                    EXTENDS, "'" + base + "' is neither an embedded " + kind + " nor a file; " + choices());
        }
        return fields.over(withBase(YamlFields.read(file), file.toAbsolutePath().getParent(), layersLeft - 1));
    }

    private static @Nullable Path fileAt(String path, @Nullable Path folder) {
        if (path.isEmpty()) {
            return null;
        }
        try {
            Path file = folder == null ? Path.of(path) : folder.resolve(path);
            return Files.exists(file) ? file : null;
        } catch (InvalidPathException e) {
            return null;
        }
    }

    private String choices() {
        return "embedded are " + String.join(", ", names);
    }

    private YamlFields embedded(String name) {
        try (InputStream in = owner.getResourceAsStream(folder + name + ENDING)) {
            if (in == null) {
                throw new IllegalStateException("the build left out " + folder + name + ENDING);
            }
            return YamlFields.parse(name + ENDING, in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
