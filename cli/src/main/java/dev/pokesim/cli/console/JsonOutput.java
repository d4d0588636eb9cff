package dev.pokesim.cli.console;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.TypeAdapter;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/**
 * Results as JSON. Equal results give equal bytes, on every JDK: fields stand in the order of the record's components, the version
 * first, and numbers do not go through {@link Double#toString}, whose digits changed with JDK 19.
 */
public final class JsonOutput {
    /** The version of the fields. Goes up when one is renamed, removed or changes its meaning; a new one does not count. */
    public static final int VERSION = 1;

    private static final Gson GSON = new GsonBuilder()
            .disableHtmlEscaping()
            .serializeNulls()
            .setPrettyPrinting()
            .registerTypeAdapter(double.class, new ReadableDouble())
            .registerTypeAdapter(Double.class, new ReadableDouble())
            .create();

    private static final Gson LINES =
            new GsonBuilder().disableHtmlEscaping().serializeNulls().create();

    private JsonOutput() {}

    /**
     * Writes one result.
     *
     * @param result an object with fields (a record, or a map with ordered keys of type String); NaN and infinities have no JSON form
     * @return the text, indented, without a final line break
     * @throws IllegalArgumentException if a number is not finite or {@code result} is not an object in JSON
     */
    public static String write(Object result) {
        if (!(GSON.toJsonTree(result) instanceof JsonObject fields)) {
            throw new IllegalArgumentException(result.getClass() + " is not an object in JSON");
        }
        JsonObject versioned = new JsonObject();
        versioned.addProperty("version", VERSION);
        fields.entrySet().forEach(field -> versioned.add(field.getKey(), field.getValue()));
        return GSON.toJson(versioned);
    }

    /**
     * Writes an object in one line, for results that are a line per thing.
     *
     * @return the text without a line break
     */
    public static String writeLine(JsonObject object) {
        return LINES.toJson(object);
    }

    /** Writes a number rounded to 15, 16 or 17 digits, the first that reads back as the same number, without trailing zeros. */
    private static final class ReadableDouble extends TypeAdapter<@Nullable Double> {
        /** So many decimal digits tell any two doubles apart. Source: IEEE 754-2019, 5.12.2. */
        private static final int DIGITS_THAT_SUFFICE = 17;

        @Override
        public void write(JsonWriter out, @Nullable Double number) throws IOException {
            if (number == null) {
                out.nullValue();
            } else if (!Double.isFinite(number)) {
                throw new IllegalArgumentException(number + " has no JSON form");
            } else {
                out.value(readable(number));
            }
        }

        @Override
        public @Nullable Double read(JsonReader in) {
            throw new UnsupportedOperationException("results are written only");
        }

        private static BigDecimal readable(double number) {
            BigDecimal exact = new BigDecimal(number);
            for (int digits = 15; digits < DIGITS_THAT_SUFFICE; digits++) {
                BigDecimal rounded = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
                if (rounded.doubleValue() == number) {
                    return plain(rounded);
                }
            }
            return plain(exact.round(new MathContext(DIGITS_THAT_SUFFICE, RoundingMode.HALF_EVEN)));
        }

        /** Without an exponent while that stays readable: 480 and not 4.8E+2. */
        private static BigDecimal plain(BigDecimal number) {
            BigDecimal stripped = number.stripTrailingZeros();
            return stripped.scale() < 0 && stripped.precision() - stripped.scale() <= DIGITS_THAT_SUFFICE
                    ? stripped.setScale(0)
                    : stripped;
        }
    }
}
