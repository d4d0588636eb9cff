package dev.pokesim.patcher.scenario;

import dev.pokesim.emulator.datafile.Constant;
import dev.pokesim.emulator.datafile.DataFiles;
import dev.pokesim.emulator.datafile.InvalidDataFile;
import dev.pokesim.emulator.datafile.YamlFields;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads scenarios: YAML files with the sections {@code workload}, {@code contention} and {@code softirq}. */
public final class ScenarioReader {
    private static final DataFiles FILES = new DataFiles(
            "scenario",
            ScenarioReader.class,
            "/dev/pokesim/scenarios/",
            List.of("busy-server", "busy-server-no-softirq", "fifo", "random-order", "quiet"));

    private ScenarioReader() {}

    /** Names of the scenarios that come with the tool; the first one is the default. */
    public static List<String> embeddedNames() {
        return FILES.names();
    }

    /**
     * A scenario that comes with the tool, or else the user's file.
     *
     * @throws InvalidDataFile if there is neither, or it is not valid
     */
    public static Scenario read(String nameOrFile) {
        return scenario(DataFiles.nameOf(nameOrFile), FILES.read(nameOrFile));
    }

    /**
     * A scenario of the user's.
     *
     * @throws InvalidDataFile if it cannot be read or is not valid
     */
    public static Scenario read(Path file) {
        return scenario(DataFiles.nameOf(file.toString()), FILES.read(file));
    }

    /**
     * A scenario from its text.
     *
     * @param file    its name for messages
     * @param content UTF-8
     * @throws InvalidDataFile if it is not valid
     */
    public static Scenario parse(String file, byte[] content) {
        return scenario(DataFiles.nameOf(file), FILES.parse(file, content));
    }

    private static Scenario scenario(String name, YamlFields root) {
        root.refuseOthers(List.of(DataFiles.EXTENDS, "description", "workload", "contention", "softirq"));
        String description = root.text("description");
        List<Constant> constants = new ArrayList<>();
        constants.addAll(root.fields("workload").constants(Scenario.WORKLOAD));
        constants.addAll(root.fields("contention").constants(Scenario.CONTENTION));
        constants.addAll(root.fields("softirq").constants(Scenario.SOFTIRQ));
        return new Scenario(name, description, constants);
    }
}
