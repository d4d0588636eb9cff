package dev.pokesim.cli.command;

import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** What the user typed, for results that say how they were made. */
final class TypedCommand {
    private static final Pattern PLAIN = Pattern.compile("[\\w@%+=:,./-]+");

    private TypedCommand() {}

    /**
     * The command for a shell, without some options and their values: the same run is called the same, wherever its files go.
     *
     * @param arguments behind {@code poke-sim}
     * @param files options with one value each
     */
    static String without(Set<String> files, List<String> arguments) {
        StringBuilder command = new StringBuilder("poke-sim");
        for (Iterator<String> each = arguments.iterator(); each.hasNext(); ) {
            String argument = each.next();
            if (files.contains(argument)) {
                each.next();
            } else if (files.stream().noneMatch(file -> argument.startsWith(file + "="))) {
                command.append(' ').append(quoted(argument));
            }
        }
        return command.toString();
    }

    /** Source: POSIX.1-2017, Shell Command Language, "Single-Quotes". */
    private static String quoted(String argument) {
        return PLAIN.matcher(argument).matches() ? argument : "'" + argument.replace("'", "'\\''") + "'";
    }
}
