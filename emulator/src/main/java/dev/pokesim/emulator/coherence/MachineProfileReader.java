package dev.pokesim.emulator.coherence;

import dev.pokesim.emulator.datafile.Constant;
import dev.pokesim.emulator.datafile.ConstantSpec;
import dev.pokesim.emulator.datafile.DataFiles;
import dev.pokesim.emulator.datafile.InvalidDataFile;
import dev.pokesim.emulator.datafile.YamlFields;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Reads machine profiles: YAML files with the sections {@code topology}, {@code machine} and {@code routines}. The
 * machine knows the constants of the first two; {@code routines} holds the costs of steps that only the layers above
 * take, and they say which ones they need. A profile may extend another one, see {@link DataFiles}.
 */
public final class MachineProfileReader {
    private static final DataFiles FILES =
            new DataFiles("profile", MachineProfileReader.class, "/dev/pokesim/profiles/", List.of("milan", "mid"));

    private final Optional<List<String>> routines;

    /** A reader that takes whatever routine costs a profile has. */
    public MachineProfileReader() {
        routines = Optional.empty();
    }

    /** A reader that wants exactly these costs in the section {@code routines}. */
    public MachineProfileReader(Collection<String> routines) {
        this.routines = Optional.of(List.copyOf(routines));
    }

    /** Names of the profiles that come with the tool; the first one is the default. */
    public static List<String> embeddedNames() {
        return FILES.names();
    }

    /**
     * A profile that comes with the tool, or else the user's file.
     *
     * @throws InvalidDataFile if there is neither, or it is not valid
     */
    public MachineProfile read(String nameOrFile) {
        return profile(DataFiles.nameOf(nameOrFile), FILES.read(nameOrFile));
    }

    /**
     * A profile of the user's.
     *
     * @throws InvalidDataFile if it cannot be read or is not valid
     */
    public MachineProfile read(Path file) {
        return profile(DataFiles.nameOf(file.toString()), FILES.read(file));
    }

    /**
     * A profile from its text.
     *
     * @param file    its name for messages
     * @param content UTF-8
     * @throws InvalidDataFile if it is not valid
     */
    public MachineProfile parse(String file, byte[] content) {
        return profile(DataFiles.nameOf(file), FILES.parse(file, content));
    }

    private MachineProfile profile(String name, YamlFields root) {
        root.refuseOthers(List.of(DataFiles.EXTENDS, "description", "topology", "machine", "routines"));
        String description = root.text("description");
        List<Constant> constants = new ArrayList<>();
        constants.addAll(root.fields("topology").constants(MachineProfile.TOPOLOGY));
        constants.addAll(root.fields("machine").constants(MachineProfile.MACHINE));
        YamlFields costs = root.fields("routines");
        for (String cost : costs.names()) {
            if (constants.stream().anyMatch(c -> c.name().equals(cost))) {
                throw costs.invalid(cost, "is a constant of the machine; remove it here");
            }
        }
        constants.addAll(costs.constants(routines.orElseGet(() -> List.copyOf(costs.names())).stream()
                .map(ConstantSpec::time)
                .toList()));
        return new MachineProfile(name, description, constants);
    }
}
