package dev.pokesim.emulator.datafile;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.reader.ReaderException;

/**
 * One mapping of a YAML file whose every complaint names file, line and field. It reads the syntax tree, not objects:
 * a file can neither create Java objects nor lose its line numbers.
 */
public final class YamlFields {
    /** The largest file that is read, in bytes. */
    public static final int MAX_BYTES = 1 << 20;

    // A profile is four levels deep, aliases have no use in one; the bounds stop files made to exhaust a reader.
    private static final int MAX_NESTING = 12;
    private static final int MAX_ALIASES = 10;
    private static final int MAX_TEXT = 500;
    private static final int MAX_ITEMS = 1000;

    private final String file;
    private final String path;
    private final int line;
    private final Map<String, NodeTuple> fields;
    // Whatever is not stated here is taken from there.
    private final @Nullable YamlFields base;

    private YamlFields(String file, String path, int line, MappingNode mapping, @Nullable YamlFields base) {
        this(file, path, line, byName(file, path, mapping), base);
    }

    private YamlFields(String file, String path, int line, Map<String, NodeTuple> fields, @Nullable YamlFields base) {
        this.file = file;
        this.path = path;
        this.line = line;
        this.fields = fields;
        this.base = base;
    }

    /**
     * Reads a file of the user's.
     *
     * @throws InvalidDataFile if it cannot be read, is larger than {@link #MAX_BYTES} or is no YAML mapping
     */
    public static YamlFields read(Path file) {
        String name = file.toString();
        if (Files.isDirectory(file)) {
            throw new InvalidDataFile(name, 0, "", "is a directory; name a YAML file");
        }
        try (InputStream in = Files.newInputStream(file)) {
            return parse(name, in.readNBytes(MAX_BYTES + 1));
        } catch (NoSuchFileException e) {
            throw new InvalidDataFile(name, 0, "", "no such file; check the path");
        } catch (AccessDeniedException e) {
            throw new InvalidDataFile(name, 0, "", "may not be read; check its permissions");
        } catch (IOException e) {
            throw new InvalidDataFile(
                    name, 0, "", "cannot be read (" + e.getMessage() + "); name a readable YAML file");
        }
    }

    /**
     * Reads the text of a file.
     *
     * @param file    its name for messages
     * @param content UTF-8
     * @throws InvalidDataFile if it is too large or no YAML mapping
     */
    public static YamlFields parse(String file, byte[] content) {
        if (content.length > MAX_BYTES) {
            throw new InvalidDataFile(
                    file, 0, "", "is larger than " + MAX_BYTES + " bytes; name a profile or scenario, not a data set");
        }
        String text = decode(file, content);
        Node root = compose(file, text);
        if (root == null) {
            throw new InvalidDataFile(file, 1, "", "is empty; copy an embedded file and change it");
        }
        if (!(root instanceof MappingNode mapping)) {
            throw new InvalidDataFile(file, lineOf(root), "", "is no mapping; write lines such as 'description: ...'");
        }
        return new YamlFields(file, "", lineOf(root), mapping, null);
    }

    /** These fields and, for what they do not state, those of {@code lower}; a constant is taken as a whole. */
    YamlFields over(YamlFields lower) {
        return new YamlFields(file, path, line, fields, base == null ? lower : base.over(lower));
    }

    /** The file's name for messages. */
    public String file() {
        return file;
    }

    /** The field names, those of the file that is extended first. */
    public Set<String> names() {
        Set<String> names = new LinkedHashSet<>();
        if (base != null) {
            names.addAll(base.names());
        }
        names.addAll(fields.keySet());
        return names;
    }

    /** True if this file, not one that it extends, states the field. */
    boolean has(String name) {
        return fields.containsKey(name);
    }

    /**
     * Refuses fields that nobody reads: most are typing errors.
     *
     * @throws InvalidDataFile naming the first field that is not in {@code known}
     */
    public void refuseOthers(Collection<String> known) {
        for (Map.Entry<String, NodeTuple> field : fields.entrySet()) {
            if (!known.contains(field.getKey())) {
                throw new InvalidDataFile(
                        file,
                        lineOf(field.getValue().getKeyNode()),
                        pathOf(field.getKey()),
                        "unknown field; known here are " + String.join(", ", new TreeSet<>(known)));
            }
        }
        if (base != null) {
            base.refuseOthers(known);
        }
    }

    /**
     * A text of one line; never taken from a file that is extended.
     *
     * @throws InvalidDataFile if it is missing, no text, empty, or longer than a line should be
     */
    public String text(String name) {
        ScalarNode scalar = scalar(name, "a text");
        String text = scalar.getValue().strip();
        if (text.isEmpty()) {
            throw invalid(name, "is empty; write a text");
        }
        if (text.length() > MAX_TEXT || text.indexOf('\n') >= 0) {
            throw invalid(name, "is longer than a line of " + MAX_TEXT + " characters; shorten it");
        }
        return text;
    }

    /** True if this file, or one that it extends, states the field. */
    public boolean states(String name) {
        return has(name) || (base != null && base.states(name));
    }

    /**
     * A line of a list, with where it stands.
     *
     * @param text not empty
     * @param line of the file, from 1
     */
    public record Item(String text, int line) {}

    /**
     * A list of texts of one line each; never taken from a file that is extended.
     *
     * @throws InvalidDataFile if it is missing, no list, empty or too long, or an entry is no text of one line
     */
    public List<Item> items(String name) {
        NodeTuple field = required(name);
        if (!(field.getValueNode() instanceof SequenceNode sequence)) {
            throw invalid(
                    name,
                    "expected a list, found " + kind(field.getValueNode()) + "; write '- ' before each of its lines");
        }
        List<Node> nodes = sequence.getValue();
        if (nodes.isEmpty() || nodes.size() > MAX_ITEMS) {
            throw invalid(name, "has " + nodes.size() + " entries; write 1 to " + MAX_ITEMS);
        }
        List<Item> items = new ArrayList<>();
        for (Node node : nodes) {
            String text = node instanceof ScalarNode scalar ? scalar.getValue().strip() : "";
            if (text.isEmpty() || text.length() > MAX_TEXT || text.indexOf('\n') >= 0) {
                throw new InvalidDataFile(
                        file,
                        lineOf(node),
                        pathOf(name),
                        "expected a text of one line, found " + kind(node) + "; write a word or a sentence");
            }
            items.add(new Item(text, lineOf(node)));
        }
        return items;
    }

    /** The complaint about an entry of a list of this mapping. */
    public InvalidDataFile invalid(String name, Item item, String problem) {
        return new InvalidDataFile(file, item.line, pathOf(name), problem);
    }

    /**
     * The fields one level down.
     *
     * @throws InvalidDataFile if the field is missing or no mapping
     */
    public YamlFields fields(String name) {
        YamlFields below = base != null && base.states(name) ? base.fields(name) : null;
        if (below != null && !has(name)) {
            return below;
        }
        return ownFields(name, below);
    }

    private YamlFields ownFields(String name, @Nullable YamlFields below) {
        NodeTuple field = required(name);
        if (!(field.getValueNode() instanceof MappingNode mapping)) {
            throw invalid(
                    name, "expected fields below it, found " + kind(field.getValueNode()) + "; indent its fields");
        }
        return new YamlFields(file, pathOf(name), lineOf(field.getKeyNode()), mapping, below);
    }

    /**
     * A constant: a field with value, unit, evidence and source below it.
     *
     * @throws InvalidDataFile if one of the four is missing, of the wrong type or out of range
     */
    public Constant constant(ConstantSpec spec) {
        if (base != null && !has(spec.name())) {
            return base.constant(spec);
        }
        YamlFields entry = ownFields(spec.name(), null);
        entry.refuseOthers(List.of("value", "unit", "evidence", "source"));
        Unit unit = entry.unit(spec);
        BigDecimal value = entry.value(spec, unit);
        return new Constant(spec.name(), entry.text("value"), unit, entry.evidence(), entry.text("source"), value);
    }

    /**
     * Constants that must all be there, and no other field.
     *
     * @return in the order of {@code specs}
     * @throws InvalidDataFile if one is missing or not valid, or there is another field
     */
    public List<Constant> constants(List<ConstantSpec> specs) {
        refuseOthers(specs.stream().map(ConstantSpec::name).toList());
        return specs.stream().map(this::constant).toList();
    }

    /** The complaint about a field of this mapping, with its line; the line of the mapping if the field is missing. */
    public InvalidDataFile invalid(String name, String problem) {
        NodeTuple field = fields.get(name);
        return new InvalidDataFile(file, field == null ? line : lineOf(field.getKeyNode()), pathOf(name), problem);
    }

    private Unit unit(ConstantSpec spec) {
        String symbol = text("unit");
        return Unit.ofSymbol(symbol)
                .filter(u -> u.dimension() == spec.dimension())
                .orElseThrow(() -> invalid(
                        "unit",
                        "'" + abbreviated(symbol) + "' is not understood here; use "
                                + spec.dimension().unitsAllowed()));
    }

    private Evidence evidence() {
        String letter = text("evidence");
        return Evidence.ofLetter(letter)
                .orElseThrow(() -> invalid(
                        "evidence",
                        "'" + abbreviated(letter) + "' is not understood; write one of "
                                + Arrays.stream(Evidence.values())
                                        .map(e -> e.letter() + " (" + e.meaning() + ")")
                                        .collect(Collectors.joining(", "))));
    }

    private BigDecimal value(ConstantSpec spec, Unit unit) {
        ScalarNode scalar = scalar("value", "a number");
        if (scalar.getScalarStyle() != DumperOptions.ScalarStyle.PLAIN) {
            throw invalid("value", "a text in quotes or a block, not a value; write it without");
        }
        try {
            return spec.parse(scalar.getValue(), unit);
        } catch (IllegalArgumentException e) {
            throw invalid("value", String.valueOf(e.getMessage()));
        }
    }

    private ScalarNode scalar(String name, String expected) {
        NodeTuple field = required(name);
        if (!(field.getValueNode() instanceof ScalarNode scalar)) {
            throw invalid(
                    name, "expected " + expected + ", found " + kind(field.getValueNode()) + "; write it on the line");
        }
        return scalar;
    }

    private NodeTuple required(String name) {
        NodeTuple field = fields.get(name);
        if (field == null) {
            throw new InvalidDataFile(file, line, pathOf(name), "is missing; add it");
        }
        return field;
    }

    private String pathOf(String name) {
        return pathOf(path, name);
    }

    private static String pathOf(String path, String name) {
        return (path.isEmpty() ? "" : path + ".") + abbreviated(name);
    }

    private static Map<String, NodeTuple> byName(String file, String path, MappingNode mapping) {
        Map<String, NodeTuple> byName = new LinkedHashMap<>();
        for (NodeTuple tuple : mapping.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                throw new InvalidDataFile(
                        file,
                        lineOf(tuple.getKeyNode()),
                        path,
                        "a field's name must be a word, not " + kind(tuple.getKeyNode()) + "; remove it");
            }
            NodeTuple earlier = byName.putIfAbsent(key.getValue(), tuple);
            if (earlier != null) {
                throw new InvalidDataFile(
                        file,
                        lineOf(key),
                        pathOf(path, key.getValue()),
                        "is there twice, first in line " + lineOf(earlier.getKeyNode()) + "; remove one");
            }
        }
        return byName;
    }

    private static @Nullable Node compose(String file, String text) {
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(MAX_BYTES);
        options.setNestingDepthLimit(MAX_NESTING);
        options.setMaxAliasesForCollections(MAX_ALIASES);
        try {
            return new Yaml(options).compose(new StringReader(text));
        } catch (ReaderException e) {
            String start = text.substring(0, text.offsetByCodePoints(0, e.getPosition()));
            int line = 1 + (int) start.chars().filter(c -> c == '\n').count();
            throw new InvalidDataFile(
                    file,
                    line,
                    "",
                    String.format("holds the unprintable character U+%04X; remove it", e.getCodePoint()));
        } catch (MarkedYAMLException e) {
            Mark mark = e.getProblemMark() == null ? e.getContextMark() : e.getProblemMark();
            String problem = e.getProblem() == null ? "malformed" : e.getProblem();
            throw new InvalidDataFile(
                    file,
                    mark == null ? 1 : mark.getLine() + 1,
                    "",
                    "is no YAML: " + abbreviated(problem, 200) + "; correct this line or the one before");
        } catch (YAMLException e) {
            // A bound on nesting or aliases was exceeded; the library does not say where.
            throw new InvalidDataFile(file, 0, "", e.getMessage() + "; write plain fields, three levels deep");
        }
    }

    private static String decode(String file, byte[] content) {
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer bytes = ByteBuffer.wrap(content);
        CharBuffer text = CharBuffer.allocate(content.length);
        CoderResult result = decoder.decode(bytes, text, true);
        text.flip();
        if (result.isError()) {
            int line = 1 + (int) text.chars().filter(c -> c == '\n').count();
            throw new InvalidDataFile(file, line, "", "is no UTF-8 text; save it as UTF-8, or name a YAML file");
        }
        return text.toString();
    }

    private static String kind(Node node) {
        if (node instanceof MappingNode) {
            return "fields";
        }
        if (node instanceof SequenceNode) {
            return "a list";
        }
        String text = node instanceof ScalarNode scalar ? scalar.getValue().strip() : "";
        return text.isEmpty() ? "nothing" : "'" + abbreviated(text) + "'";
    }

    static String abbreviated(String text) {
        return abbreviated(text, 40);
    }

    // The library's messages repeat what the file says at any length.
    private static String abbreviated(String text, int length) {
        return text.length() <= length ? text : text.substring(0, length) + "...";
    }

    private static int lineOf(Node node) {
        return node.getStartMark().getLine() + 1;
    }
}
