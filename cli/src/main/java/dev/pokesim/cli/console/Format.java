package dev.pokesim.cli.console;

import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** What a command prints its result as. */
public enum Format {
    /** For people. Its wording may change with any version. */
    TEXT,
    /** For programs: one object, its first field the {@link JsonOutput#VERSION version} of the fields. */
    JSON;

    /** Picocli's own converter would offer the names of the constants. */
    static final class Converter implements ITypeConverter<Format> {
        @Override
        public Format convert(String name) {
            for (Format format : values()) {
                if (format.toString().equalsIgnoreCase(name)) {
                    return format;
                }
            }
            throw new TypeConversionException("'" + name + "' is neither " + TEXT + " nor " + JSON);
        }
    }

    /** The name as it is typed. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
