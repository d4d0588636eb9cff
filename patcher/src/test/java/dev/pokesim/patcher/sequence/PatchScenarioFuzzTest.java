package dev.pokesim.patcher.sequence;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.datafile.InvalidDataFile;
import dev.pokesim.patcher.proof.ProofResult;
import dev.pokesim.patcher.proof.ProtocolExplorer;
import dev.pokesim.patcher.proof.Reduction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever the bytes are, a scenario is read and can be proved, or is refused in one line: nothing else ever happens. */
class PatchScenarioFuzzTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final List<byte[]> files = new ArrayList<>();

    @BeforeEach
    void readCatalogue() throws IOException {
        Path folder = Path.of(System.getProperty("pokesim.testdata"), "scenarios", "catalogue");
        for (String name : PatchCatalogue.NAMES) {
            files.add(Files.readAllBytes(folder.resolve(name + ".yaml")));
        }
    }

    /** Whether it is read; then it is also proved, as far as a moment allows. */
    private static boolean isAccepted(byte[] content, String what) {
        PatchScenario scenario;
        try {
            scenario = PatchScenarioReader.parse("fuzz.yaml", content);
        } catch (InvalidDataFile refused) {
            String message = String.valueOf(refused.getMessage());
            assertTrue(message.startsWith("fuzz.yaml"), message);
            assertEquals(1, message.lines().count(), what + ": " + message);
            return false;
        } catch (RuntimeException e) {
            throw new AssertionError(what + "\n" + new String(content, ISO_8859_1), e);
        }
        return scenario.expected(FetchMode.WINDOW) != null;
    }

    private static void prove(byte[] content, String what) {
        try {
            PatchScenario scenario = PatchScenarioReader.parse("fuzz.yaml", content);
            if (scenario.cores() > 8) {
                return; // large, not strange
            }
            ProofResult result = new ProtocolExplorer(scenario.setup(FetchMode.WINDOW), Reduction.ALL, 1, 1L << 26)
                    .prove(extent -> extent.states() < 2000);
            assertTrue(result.verdict() != null);
        } catch (RuntimeException e) {
            throw new AssertionError(what + "\n" + new String(content, ISO_8859_1), e);
        }
    }

    @Test
    void everyTruncationIsReadOrRefused() {
        assertTimeoutPreemptively(LIMIT, () -> {
            for (int file = 0; file < files.size(); file += 6) {
                byte[] whole = files.get(file);
                int accepted = 0;
                for (int length = 0; length < whole.length; length++) {
                    accepted += isAccepted(
                                    Arrays.copyOf(whole, length),
                                    "the first " + length + " bytes of " + PatchCatalogue.NAMES.get(file))
                            ? 1
                            : 0;
                }
                assertTrue(accepted < 60, accepted + " truncations of " + PatchCatalogue.NAMES.get(file));
            }
        });
    }

    @Test
    void changedBytesAreReadOrRefusedAndWhatIsReadCanBeProved() {
        assertTimeoutPreemptively(LIMIT, () -> {
            Random random = new Random(1);
            int accepted = 0;
            for (int round = 0; round < 700; round++) {
                byte[] changed = files.get(random.nextInt(files.size())).clone();
                for (int i = random.nextInt(3); i >= 0; i--) {
                    changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
                }
                String what = "seed 1, round " + round;
                if (isAccepted(changed, what)) {
                    accepted++;
                    prove(changed, what);
                }
            }
            assertTrue(accepted > 70 && accepted < 600, accepted + " of 700 were accepted");
        });
    }

    /** Lines of other scenarios in random places: sequences that nobody would write. */
    @Test
    void linesOfOtherScenariosAreReadOrRefusedAndWhatIsReadCanBeProved() {
        assertTimeoutPreemptively(LIMIT, () -> {
            List<String> steps = files.stream()
                    .flatMap(file -> new String(file, UTF_8).lines())
                    .filter(line -> line.startsWith("  - ") && !line.contains("\""))
                    .distinct()
                    .toList();
            Random random = new Random(2);
            int accepted = 0;
            for (int round = 0; round < 300; round++) {
                byte[] file = files.get(random.nextInt(files.size()));
                List<String> lines =
                        new ArrayList<>(new String(file, UTF_8).lines().toList());
                for (int i = random.nextInt(4); i >= 0; i--) {
                    int at = lines.indexOf("steps:") + 1;
                    lines.add(
                            at + random.nextInt(lines.indexOf("expect:") - at + 1),
                            steps.get(random.nextInt(steps.size())));
                }
                String what = "seed 2, round " + round;
                byte[] content = String.join("\n", lines).getBytes(UTF_8);
                if (isAccepted(content, what)) {
                    accepted++;
                    prove(content, what);
                }
            }
            assertTrue(accepted > 50 && accepted < 250, accepted + " of 300 were accepted");
        });
    }

    /** The ends of the halves of the address space, and pages and lines that are crossed. */
    @ParameterizedTest
    @ValueSource(
            strings = {"0", "ffe", "fff", "7ffffffffffe", "ffff800000000000", "ffffffff81000fff", "ffffffffffffeffe"})
    void placesAtOddAddressesCanBeProved(String address) {
        String yaml = """
                about: "a"
                source: "b"
                text:
                  - "0x%s: 66 90 -> eb 0e"
                company:
                  - patcher-interrupted
                steps:
                  - int3
                  - sync
                  - tail
                  - sync
                  - first-byte
                  - sync
                expect:
                  default: safe
                """.formatted(address);
        PatchScenario scenario = PatchScenarioReader.parse("odd.yaml", yaml.getBytes(UTF_8));
        for (FetchMode mode : FetchMode.values()) {
            assertEquals(
                    ProofResult.Verdict.SAFE,
                    new ProtocolExplorer(scenario.setup(mode), Reduction.ALL, 1, 1L << 26)
                            .prove(extent -> true)
                            .verdict());
        }
    }
}
