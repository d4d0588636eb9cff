package dev.pokesim.patcher.run;

import dev.pokesim.emulator.datafile.Constant;
import dev.pokesim.emulator.datafile.Evidence;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What a run's figures rest on and nobody has measured: printed beside them. */
public final class Assumptions {
    private Assumptions() {}

    /** One line each, the decisive ones first. */
    public static List<String> of(RunSetup setup) {
        List<String> lines = new ArrayList<>();
        lines.add("structure: a trap runs with interrupts off; a failed compare-and-exchange loses the line; "
                + "the reference count shares its line with "
                + (isPerCpu(setup) ? "the CPU's own interrupt count" : "vec and nr"));
        lines.add("hot: " + setup.hotSites() + " of " + setup.target().places().size() + " sites"
                + (setup.hotSites() == 0
                        ? " (a small batch is a module's own; a kernel's functions need the kernel around them)"
                        : ""));
        lines.add("fetch: " + setup.fetchMode() + ", " + setup.fetchMode().source());
        setup.scenario().constants().stream()
                .filter(Assumptions::isUnconfirmed)
                .map(constant -> "scenario " + text(constant))
                .forEach(lines::add);
        Stream<String> machine = setup.profile().constants().stream()
                .filter(Assumptions::isUnconfirmed)
                .map(Assumptions::text);
        lines.add("profile " + setup.profile().name() + ": " + String.join(", ", machine.toList()));
        return lines;
    }

    private static boolean isPerCpu(RunSetup setup) {
        return setup.refs().vectorPointerAddress() == 0;
    }

    private static boolean isUnconfirmed(Constant constant) {
        return constant.evidence() == Evidence.ASSUMPTION || constant.evidence() == Evidence.BACKED_OUT;
    }

    private static String text(Constant constant) {
        return switch (constant.unit().dimension()) {
            case TIME, FREQUENCY ->
                constant.name() + " " + constant.text() + " " + constant.unit().symbol();
            case COUNT, RATIO, SWITCH -> constant.name() + " " + constant.text();
        };
    }
}
