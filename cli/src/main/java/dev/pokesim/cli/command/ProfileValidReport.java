package dev.pokesim.cli.command;

import dev.pokesim.cli.console.Report;
import dev.pokesim.emulator.datafile.Evidence;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Says that a file is valid. (One that is not has no result but an error.)
 *
 * @param file      as the user named it
 * @param kind      {@code profile} or {@code scenario}
 * @param constants how many there are, inherited ones included
 * @param evidence  how many of them have which evidence, by letter
 */
record ProfileValidReport(String file, String kind, int constants, Map<String, Integer> evidence) implements Report {

    static ProfileValidReport of(String file, ProfileReport report) {
        Map<String, Integer> byLetter = new LinkedHashMap<>();
        for (Evidence evidence : Evidence.values()) {
            byLetter.put(evidence.letter(), 0);
        }
        report.constants().forEach(c -> byLetter.merge(c.evidence(), 1, Integer::sum));
        return new ProfileValidReport(file, report.kind(), report.constants().size(), byLetter);
    }

    @Override
    public void printText(PrintWriter out) {
        out.println(file + ": valid " + kind + " with " + constants + " constants ("
                + evidence.entrySet().stream()
                        .map(e -> e.getValue() + " " + e.getKey())
                        .collect(Collectors.joining(", "))
                + ")");
    }
}
