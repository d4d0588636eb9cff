package dev.pokesim.patcher.schedule;

import dev.pokesim.emulator.datafile.InvalidDataFile;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The {@code key=value} words of one header line, each of which must be asked for. */
public final class Config {
    private final String file;
    private final String header;
    private final Map<String, String> values = new LinkedHashMap<>();

    /**
     * @param file as the user named it
     * @param header whose words these are
     * @throws InvalidDataFile if one is no key=value, or a key stands twice
     */
    public Config(String file, String header, List<String> words) {
        this.file = file;
        this.header = header;
        for (String word : words) {
            int equals = word.indexOf('=');
            if (equals <= 0) {
                throw invalid("`" + word + "` is no key=value");
            }
            if (values.put(word.substring(0, equals), word.substring(equals + 1)) != null) {
                throw invalid(word.substring(0, equals) + " stands twice");
            }
        }
    }

    static InvalidDataFile invalid(String file, String header, String what) {
        return new InvalidDataFile(file, 0, header, what);
    }

    InvalidDataFile invalid(String what) {
        return invalid(file, header, what);
    }

    boolean has(String key) {
        return values.containsKey(key);
    }

    /** A value, once. */
    public String word(String key) {
        String value = values.remove(key);
        if (value == null) {
            throw invalid(key + "= is missing");
        }
        return value;
    }

    /** A word that may be anything, such as a path. */
    String text(String key) {
        String word = word(key);
        try {
            return URLDecoder.decode(word, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw invalid(key + "=" + word + " is no percent-encoded text");
        }
    }

    /** Anything as a word; see {@link #text}. */
    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    int number(String key, int least, int most) {
        String word = word(key);
        long value = word.matches("[0-9]{1,10}") ? Long.parseLong(word) : -1;
        if (value < least || value > most) {
            throw invalid(key + "=" + word + " is no number between " + least + " and " + most);
        }
        return (int) value;
    }

    long seed(String key) {
        String word = word(key);
        if (!word.matches("-?[0-9]{1,19}")) {
            throw invalid(key + "=" + word + " is no seed");
        }
        try {
            return Long.parseLong(word);
        } catch (NumberFormatException e) {
            throw invalid(key + "=" + word + " is no seed");
        }
    }

    long address(String key) {
        return address(key, word(key));
    }

    long address(String key, String word) {
        if (!word.matches("0x[0-9a-f]{1,16}")) {
            throw invalid(key + ": " + word + " is no address, such as 0xffffffff81000000");
        }
        return Long.parseUnsignedLong(word.substring(2), 16);
    }

    /** One of several that have names. */
    public <T> T named(String key, List<T> all, Function<T, String> name) {
        String word = word(key);
        return all.stream()
                .filter(one -> name.apply(one).equals(word))
                .findFirst()
                .orElseThrow(() -> invalid(key + "=" + word + " is none of "
                        + String.join(", ", all.stream().map(name).toList())));
    }

    /** Nothing may be left that nobody understands. */
    public void allRead() {
        if (!values.isEmpty()) {
            throw invalid("unknown " + String.join(", ", values.keySet()));
        }
    }
}
