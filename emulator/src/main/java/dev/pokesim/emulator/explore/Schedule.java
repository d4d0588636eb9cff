package dev.pokesim.emulator.explore;

import dev.pokesim.emulator.datafile.InvalidDataFile;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * One order in which things happened, as a text that can be kept, compared and replayed. Everything that is not decided by the
 * schedule follows from the configuration.
 *
 * <pre>
 * poke-schedule 1
 * model protocol sha256:7c1e
 * config cores=2 fetch=window
 * expect torn core=1
 * P int3 0
 * C1 fetch 0 first=@3
 * end
 * </pre>
 *
 * <p>Words are separated by one space. What actors and words mean is the client's affair; a schedule only keeps them.
 *
 * @param headers the lines between the first one and the steps, in their order: each keyword at most once
 * @param steps what happened, in order
 */
public record Schedule(List<Header> headers, List<Step> steps) {
    /** The first line of the text. */
    public static final String FIRST_LINE = "poke-schedule 1";

    /** What a token begins with. */
    public static final String TOKEN_PREFIX = "poke1:";

    /** The longest text that is read, in bytes. */
    public static final int MAX_BYTES = 16 << 20;

    private static final int MAX_LINE = 4096;
    private static final int MAX_STEPS = 1_000_000;
    private static final String END = "end";

    /** What a header line is about. */
    public enum Key {
        /** Which transition relation: a name, and a digest of what defines it. */
        MODEL,
        /** Digest of the guest's image. */
        PROGRAM,
        /** {@code key=value} words that rebuild the initial state. */
        CONFIG,
        /** How it was found; not needed to replay it. */
        ORIGIN,
        /** What the replay must end with. */
        EXPECT;

        /** As a line begins with it. */
        public String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /**
     * A header line.
     *
     * @param words at least one
     */
    public record Header(Key key, List<String> words) {
        public Header {
            words = checked(words);
            if (words.isEmpty()) {
                throw new IllegalArgumentException("header " + key.word() + " says nothing");
            }
        }

        @Override
        public String toString() {
            return key.word() + " " + String.join(" ", words);
        }
    }

    /**
     * A step.
     *
     * @param actor who: {@code P} for a patcher, {@code C1} for a core, {@code C*} for any
     * @param words what, at least one
     */
    public record Step(String actor, List<String> words) {
        public Step {
            checked(List.of(actor));
            words = checked(words);
            if (words.isEmpty()) {
                throw new IllegalArgumentException("step of " + actor + " says nothing");
            }
            if (!isActor(actor)) {
                throw new IllegalArgumentException(
                        "actor " + actor + " must be capital letters, followed by a number or * or nothing");
            }
        }

        public static Step of(String actor, String... words) {
            return new Step(actor, List.of(words));
        }

        @Override
        public String toString() {
            return actor + " " + String.join(" ", words);
        }
    }

    public Schedule {
        headers = List.copyOf(headers);
        steps = List.copyOf(steps);
        Set<Key> seen = new HashSet<>();
        for (Header header : headers) {
            if (!seen.add(header.key)) {
                throw new IllegalArgumentException("header " + header.key.word() + " stands twice");
            }
        }
        if (steps.size() > MAX_STEPS) {
            throw new IllegalArgumentException("more than " + MAX_STEPS + " steps");
        }
    }

    private static boolean isActor(String word) {
        int letters = 0;
        while (letters < word.length() && word.charAt(letters) >= 'A' && word.charAt(letters) <= 'Z') {
            letters++;
        }
        String rest = word.substring(letters);
        return letters > 0
                && letters <= 8
                && (rest.equals("*") || rest.length() <= 9 && rest.chars().allMatch(c -> c >= '0' && c <= '9'));
    }

    private static List<String> checked(List<String> words) {
        int length = 0;
        for (String word : words) {
            if (word.isEmpty() || !word.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
                throw new IllegalArgumentException("a word of a schedule is visible ASCII without blanks");
            }
            length += 1 + word.length();
        }
        if (length > MAX_LINE - 10) {
            throw new IllegalArgumentException("a line is longer than " + MAX_LINE + " characters");
        }
        return List.copyOf(words);
    }

    /** The words of a header; empty if it is not there. */
    public List<String> words(Key key) {
        return headers.stream()
                .filter(header -> header.key == key)
                .findFirst()
                .map(Header::words)
                .orElse(List.of());
    }

    /** The same with the first {@code count} steps only, and without what was expected at the end. */
    public Schedule prefix(int count) {
        return new Schedule(
                headers.stream().filter(header -> header.key != Key.EXPECT).toList(),
                steps.subList(0, Math.min(count, steps.size())));
    }

    /** The text, each line ended by a line feed. */
    public String text() {
        StringBuilder text = new StringBuilder(FIRST_LINE).append('\n');
        headers.forEach(header -> text.append(header).append('\n'));
        steps.forEach(step -> text.append(step).append('\n'));
        return text.append(END).append('\n').toString();
    }

    /** The whole content as one word, for a log: {@value #TOKEN_PREFIX} and the deflated text in base64url. */
    public String token() {
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
        try {
            deflater.setInput(text().getBytes(StandardCharsets.US_ASCII));
            deflater.finish();
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            byte[] buffer = new byte[4096];
            while (!deflater.finished()) {
                out.write(buffer, 0, deflater.deflate(buffer));
            }
            return TOKEN_PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(out.toByteArray());
        } finally {
            deflater.end();
        }
    }

    /**
     * Reads a token.
     *
     * @param name for messages: where the token came from
     * @throws InvalidDataFile if it is none
     */
    public static Schedule ofToken(String name, String token) {
        if (!token.startsWith(TOKEN_PREFIX)) {
            throw new InvalidDataFile(name, 0, "", "no schedule token; one begins with " + TOKEN_PREFIX);
        }
        byte[] packed;
        try {
            packed = Base64.getUrlDecoder().decode(token.substring(TOKEN_PREFIX.length()));
        } catch (IllegalArgumentException e) {
            throw new InvalidDataFile(name, 0, "", "the token is damaged: no base64url; copy it whole");
        }
        return parse(name, inflate(name, packed));
    }

    private static byte[] inflate(String name, byte[] packed) {
        Inflater inflater = new Inflater(true);
        try {
            inflater.setInput(packed);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            byte[] buffer = new byte[4096];
            while (!inflater.finished()) {
                int count = inflater.inflate(buffer);
                out.write(buffer, 0, count);
                if (count == 0 && (inflater.needsInput() || inflater.needsDictionary())) {
                    throw new InvalidDataFile(name, 0, "", "the token is cut off; copy it whole");
                }
                if (out.size() > MAX_BYTES) {
                    throw new InvalidDataFile(name, 0, "", "the token holds more than " + MAX_BYTES + " bytes");
                }
            }
            if (inflater.getRemaining() != 0) {
                throw new InvalidDataFile(name, 0, "", "the token has something behind its end; copy it exactly");
            }
            return out.toByteArray();
        } catch (DataFormatException e) {
            throw new InvalidDataFile(name, 0, "", "the token is damaged; copy it whole");
        } finally {
            inflater.end();
        }
    }

    /**
     * Reads the text. Lines that begin with {@code #} and empty ones are passed over.
     *
     * @param name the file as the user named it
     * @throws InvalidDataFile with the line, if it is no schedule
     */
    public static Schedule parse(String name, byte[] bytes) {
        if (bytes.length > MAX_BYTES) {
            throw new InvalidDataFile(name, 0, "", "longer than " + MAX_BYTES + " bytes: no schedule");
        }
        String text;
        try {
            text = StandardCharsets.US_ASCII
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new InvalidDataFile(name, 0, "", "not ASCII: no schedule");
        }
        return new Parser(name).parse(text.split("\r?\n", -1));
    }

    /**
     * The line on which a step stands.
     *
     * @param bytes of a text that {@link #parse} has read
     * @param index of the step, from 0
     * @return from 1; 0 if there is no such step
     */
    public static int lineOfStep(byte[] bytes, int index) {
        String[] lines = new String(bytes, StandardCharsets.US_ASCII).split("\r?\n", -1);
        int left = index;
        for (int i = 0; i < lines.length; i++) {
            if (isActor(lines[i].split(" ", 2)[0]) && left-- == 0) {
                return i + 1;
            }
        }
        return 0;
    }

    private static final class Parser {
        private final String name;
        private final List<Header> headers = new ArrayList<>();
        private final List<Step> steps = new ArrayList<>();

        Parser(String name) {
            this.name = name;
        }

        Schedule parse(String[] lines) {
            if (!lines[0].equals(FIRST_LINE)) {
                throw new InvalidDataFile(name, 1, "", "no schedule: the first line must be `" + FIRST_LINE + "`");
            }
            for (int i = 1; i < lines.length; i++) {
                String line = lines[i];
                if (line.equals(END)) {
                    nothingBehind(lines, i + 1);
                    return new Schedule(headers, steps);
                }
                if (!line.isEmpty() && line.charAt(0) != '#') {
                    try {
                        line(i + 1, line);
                    } catch (IllegalArgumentException e) {
                        throw new InvalidDataFile(name, i + 1, "", String.valueOf(e.getMessage()));
                    }
                }
            }
            throw new InvalidDataFile(name, lines.length, "", "cut off: the last line must be `" + END + "`");
        }

        private void nothingBehind(String[] lines, int from) {
            for (int i = from; i < lines.length; i++) {
                if (!lines[i].isEmpty()) {
                    throw new InvalidDataFile(name, i + 1, "", "something stands behind `" + END + "`; remove it");
                }
            }
        }

        private void line(int number, String line) {
            if (line.length() > MAX_LINE) {
                throw new InvalidDataFile(name, number, "", "longer than " + MAX_LINE + " characters");
            }
            List<String> words = List.of(line.split(" ", -1));
            String first = words.get(0);
            List<String> rest = words.subList(1, words.size());
            if (isActor(first)) {
                if (steps.size() == MAX_STEPS) {
                    throw new InvalidDataFile(name, number, "", "more than " + MAX_STEPS + " steps");
                }
                steps.add(new Step(first, rest));
                return;
            }
            if (!steps.isEmpty()) {
                throw new InvalidDataFile(
                        name,
                        number,
                        "",
                        "`" + cut(first) + "` is no actor (P, C0, C*); headers stand before the steps");
            }
            for (Key key : Key.values()) {
                if (key.word().equals(first)) {
                    if (headers.stream().anyMatch(header -> header.key == key)) {
                        throw new InvalidDataFile(name, number, first, "stands twice; keep one");
                    }
                    headers.add(new Header(key, rest));
                    return;
                }
            }
            throw new InvalidDataFile(
                    name,
                    number,
                    "",
                    "`" + cut(first) + "` is neither a header (model, program, config, origin, expect) nor an actor");
        }

        private static String cut(String word) {
            return word.length() <= 20 ? word : word.substring(0, 20) + "...";
        }
    }
}
