package dev.pokesim.cli.console;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Finds the names that a user may have meant. */
public final class CloseMatches {
    private static final int MOST = 3;

    private CloseMatches() {}

    /**
     * The names closest to what was typed: those that contain it or begin it first, then those a few typing errors away.
     *
     * @return at most 3, the closest first; empty if nothing is close
     */
    public static List<String> of(String typed, Collection<String> names) {
        String wanted = typed.toLowerCase(Locale.ROOT);
        return names.stream()
                .distinct()
                .filter(name -> distance(wanted, name) <= Math.max(2, typed.length() / 3))
                .sorted(Comparator.<String>comparingInt(name -> distance(wanted, name))
                        .thenComparing(Comparator.naturalOrder()))
                .limit(MOST)
                .toList();
    }

    /** {@code ; did you mean a or b?}, or empty text if nothing is close. */
    public static String question(String typed, Collection<String> names) {
        List<String> close = of(typed, names);
        return close.isEmpty() ? "" : "; did you mean " + String.join(" or ", close) + "?";
    }

    private static int distance(String wanted, String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return !wanted.isEmpty() && (lower.contains(wanted) || wanted.contains(lower)) ? 0 : edits(wanted, lower);
    }

    /** Insertions, deletions and replacements that turn one word into another: the Levenshtein distance. */
    private static int edits(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j - 1], diagonal));
            }
        }
        return row[to.length()];
    }
}
