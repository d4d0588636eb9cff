package dev.pokesim.emulator.coherence;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.datafile.InvalidDataFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every mistake in a copy of the milan profile is told with its line and field. */
class MachineProfileReaderTest {
    private final MachineProfileReader reader =
            new MachineProfileReader(List.of("text-poke", "search-probe", "emulate-instruction"));
    private String milan = "";

    @TempDir
    private Path folder = Path.of("");

    @BeforeEach
    void readMilan() throws IOException {
        milan = Files.readString(Path.of(System.getProperty("pokesim.testdata"), "profiles", "milan.yaml"));
    }

    @Test
    void profileMayBeAFile() throws IOException {
        Path file = folder.resolve("my machine.yaml");
        Files.writeString(file, milan);
        assertEquals("my machine", reader.read(file.toString()).name());
        assertEquals("my machine", reader.read(file).name());
    }

    /** In the section of retry-gap, one line is replaced; the line number is counted from the entry's first line. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "value: 12 | value: -12 | 1 | value: -12 ns is out of range; write a value from 0 ps to 1 s",
                "value: 12 | value: 1000000001 | 1 | value: 1000000001 ns is out of range; write a value from 0 ps to 1 s",
                "value: 12 | value: 0.0001 | 1 | value: 0.0001 ns is finer than 1 ps; round it",
                "value: 12 | value: 99999999999999999999 | 1 | value: '99999999999999999999' is not understood; write a number such as 12 or 0.4",
                "value: 12 | value: 1e3 | 1 | value: '1e3' is not understood; write a number such as 12 or 0.4",
                "value: 12 | value: .nan | 1 | value: '.nan' is not understood; write a number such as 12 or 0.4",
                "value: 12 | value: '12' | 1 | value: a text in quotes or a block, not a value; write it without",
                "value: 12 | value: [12] | 1 | value: expected a number, found a list; write it on the line",
                "value: 12 | value: {a: 1} | 1 | value: expected a number, found fields; write it on the line",
                "value: 12 | value: | 1 | value: '' is not understood; write a number such as 12 or 0.4",
                "value: 12 | valeu: 12 | 1 | valeu: unknown field; known here are evidence, source, unit, value",
                "value: 12 | unit: ns | 2 | unit: is there twice, first in line 1; remove one",
                "value: 12 | # gone | 0 | value: is missing; add it",
                "unit: ns | unit: parsec | 2 | unit: 'parsec' is not understood here; use ps, ns, us",
                "unit: ns | unit: GHz | 2 | unit: 'GHz' is not understood here; use ps, ns, us",
                "unit: ns | unit: [] | 2 | unit: expected a text, found a list; write it on the line",
                "unit: ns | # gone | 0 | unit: is missing; add it",
                "evidence: A | evidence: X | 3 | evidence: 'X' is not understood; write one of M (measured and published), K (the kernel's source or documentation), P (backed out of the published figures themselves), A (assumption)",
                "evidence: A | # gone | 0 | evidence: is missing; add it",
                "source: | # source: | 0 | source: is missing; add it",
                "source: | source: '' # | 4 | source: is empty; write a text",
            })
    void mistakeInAConstantNamesItsLine(String line, String replacement, int offset, String message) {
        int entryLine = lineOf("  retry-gap:");
        int entry = milan.indexOf("  retry-gap:");
        int at = milan.indexOf(line, entry);
        String broken =
                milan.substring(0, at) + replacement.replace("\u2019", "'") + milan.substring(at + line.length());
        InvalidDataFile e = invalid(broken);
        String expected = message.replace("first in line 1;", "first in line " + (entryLine + 1) + ";");
        assertEquals("m.yaml:" + (entryLine + offset) + ": machine.retry-gap." + expected, e.getMessage());
        assertEquals(entryLine + offset, e.line());
    }

    @Test
    void missingConstantNamesItsSection() {
        InvalidDataFile e = invalid(milan.replaceFirst("  store:(\n    .*){4}\n", ""));
        assertEquals("m.yaml:" + lineOf("machine:") + ": machine.store: is missing; add it", e.getMessage());
    }

    @Test
    void unknownConstantNamesItsLine() {
        InvalidDataFile e = invalid(milan.replace("  store:", "  stroe:"));
        assertTrue(
                e.getMessage()
                        .startsWith("m.yaml:" + lineOf("  store:")
                                + ": machine.stroe: unknown field; known here are cached-read, "),
                e.getMessage());
    }

    @Test
    void constantTwiceNamesBothLines() {
        int first = lineOf("  store:");
        InvalidDataFile e = invalid(milan.replace("  locked-operation:", "  store:"));
        assertEquals(
                "m.yaml:" + (first + 5) + ": machine.store: is there twice, first in line " + first + "; remove one",
                e.getMessage());
    }

    @Test
    void constantWithoutFieldsIsRefused() {
        InvalidDataFile e = invalid(milan.replaceFirst("  store:(\n    .*){4}\n", "  store: 1 ns\n"));
        assertEquals(
                "m.yaml:" + lineOf("  store:")
                        + ": machine.store: expected fields below it, found '1 ns'; indent its fields",
                e.getMessage());
    }

    @Test
    void countMustBeWholeAndInRange() {
        int line = lineOf("  sockets:") + 1;
        assertEquals(
                "m.yaml:" + line + ": topology.sockets.value: 0 count is out of range; write a value from 1 to 64",
                invalid(milan.replaceFirst("value: 2", "value: 0")).getMessage());
        assertEquals(
                "m.yaml:" + line + ": topology.sockets.value: 2.5 count is finer than 1; round it",
                invalid(milan.replaceFirst("value: 2", "value: 2.5")).getMessage());
    }

    @Test
    void sectionsAndDescriptionAreNeeded() {
        assertEquals(
                "m.yaml:5: routines: is missing; add it",
                invalid(milan.substring(0, milan.indexOf("routines:"))).getMessage());
        assertEquals(
                "m.yaml:7: description: is missing; add it",
                invalid(milan.replaceFirst("description:", "# ")).getMessage());
        assertEquals(
                "m.yaml:1: extra: unknown field; known here are description, extends, machine, routines, topology",
                invalid("extra: 1\n" + milan).getMessage());
    }

    @Test
    void routineCostsAreThoseThatTheCallerNeeds() {
        int section = lineOf("routines:");
        String renamed = milan.replace("  text-poke:", "  text-pokes:");
        assertEquals(
                "m.yaml:" + (section + 1)
                        + ": routines.text-pokes: unknown field; known here are emulate-instruction, search-probe, text-poke",
                invalid(renamed).getMessage());
        assertEquals(
                370_000,
                new MachineProfileReader()
                        .parse("m.yaml", renamed.getBytes(UTF_8))
                        .ps("text-pokes"));
        InvalidDataFile taken = assertThrows(
                InvalidDataFile.class,
                () -> new MachineProfileReader()
                        .parse(
                                "m.yaml",
                                milan.replace("  text-poke:", "  store:").getBytes(UTF_8)));
        assertEquals(
                "m.yaml:" + (section + 1) + ": routines.store: is a constant of the machine; remove it here",
                taken.getMessage());
    }

    @Test
    void profileMayExtendAnotherAndChangeOneConstant() throws IOException {
        Files.writeString(
                folder.resolve("late.yaml"),
                "description: late snoop\nextends: milan\nmachine:\n  hold-after-operation: "
                        + "{value: 13, unit: ns, evidence: A, source: experiment}\n");
        Files.writeString(folder.resolve("later.yaml"), "description: grandchild\nextends: late.yaml\n");
        MachineProfile profile = reader.read(folder.resolve("later.yaml"));
        assertEquals(13_000, profile.holdAfterOperationPs());
        assertEquals(12_000, profile.retryGapPs());
        assertEquals("grandchild", profile.description());
        assertEquals(
                reader.read("milan").constants().stream().map(c -> c.name()).toList(),
                profile.constants().stream().map(c -> c.name()).toList());
    }

    @Test
    void extensionMayNotRestateHalfAConstant() {
        InvalidDataFile e = invalid("description: d\nextends: milan\nmachine:\n  store:\n    value: 3\n");
        assertEquals("m.yaml:4: machine.store.unit: is missing; add it", e.getMessage());
    }

    @Test
    void extendingNothingOrItselfIsRefused() throws IOException {
        assertEquals(
                "m.yaml:2: extends: 'milano' is neither an embedded profile nor a file; embedded are milan, mid",
                invalid("description: d\nextends: milano\n").getMessage());
        Path loop = folder.resolve("loop.yaml");
        Files.writeString(loop, "description: d\nextends: loop.yaml\n");
        assertEquals(
                loop + ":2: extends: more than 8 files extend each other; remove the circle",
                assertThrows(InvalidDataFile.class, () -> reader.read(loop)).getMessage());
    }

    @Test
    void nameThatIsNeitherEmbeddedNorAFileListsTheEmbeddedOnes() {
        for (String name : List.of("milano", "", "no/such/file.yaml")) {
            assertEquals(
                    name + ": neither an embedded profile nor a file; embedded are milan, mid",
                    assertThrows(InvalidDataFile.class, () -> reader.read(name)).getMessage());
        }
        assertEquals(
                "a?b: neither an embedded profile nor a file; embedded are milan, mid",
                assertThrows(InvalidDataFile.class, () -> reader.read("a\0b")).getMessage());
    }

    private InvalidDataFile invalid(String content) {
        return assertThrows(InvalidDataFile.class, () -> reader.parse("m.yaml", content.getBytes(UTF_8)));
    }

    private int lineOf(String line) {
        return milan.lines().toList().indexOf(line) + 1;
    }
}
