package dev.pokesim.emulator.datafile;

/** A data file that cannot be used, told in one line: {@code FILE:LINE: FIELD: what; what to do}. */
public final class InvalidDataFile extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String message;
    private final String file;
    private final int line;
    private final String field;

    /**
     * @param file    as the user named it
     * @param line    from 1; 0 if the trouble has no line (the file cannot be opened)
     * @param field   the field's path, such as {@code machine.retry-gap.unit}; empty if the whole file is meant
     * @param problem what is wrong and what to do, without a full stop
     */
    public InvalidDataFile(String file, int line, String field, String problem) {
        message = oneLine(file + (line > 0 ? ":" + line : "") + ": " + (field.isEmpty() ? "" : field + ": ") + problem);
        this.file = oneLine(file);
        this.line = line;
        this.field = oneLine(field);
    }

    /** The whole line. */
    @Override
    public String getMessage() {
        return message;
    }

    /** The file as the user named it. */
    public String file() {
        return file;
    }

    /** The line, from 1; 0 if none. */
    public int line() {
        return line;
    }

    /** The field's path; empty if the whole file is meant. */
    public String field() {
        return field;
    }

    /** What a file says may hold anything; nothing of it may break the line or drive the terminal. */
    private static String oneLine(String text) {
        StringBuilder line = new StringBuilder(text.length());
        text.codePoints().forEach(c -> line.appendCodePoint(isPrintable(c) ? c : '?'));
        return line.toString();
    }

    private static boolean isPrintable(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.UNASSIGNED,
                    Character.PRIVATE_USE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
