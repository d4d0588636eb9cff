package dev.pokesim.cli.console;

import java.util.Locale;

/** What a command prints its result as. */
public enum Format {
    /** For people. Its wording may change with any version. */
    TEXT,
    /** For programs: one object, its first field the {@link JsonOutput#VERSION version} of the fields. */
    JSON;

    /** The name as it is typed. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
