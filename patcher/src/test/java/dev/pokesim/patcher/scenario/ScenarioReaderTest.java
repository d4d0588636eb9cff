package dev.pokesim.patcher.scenario;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.pokesim.emulator.datafile.InvalidDataFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScenarioReaderTest {
    private String busyServer = "";

    @TempDir
    private Path folder = Path.of("");

    @BeforeEach
    void readBusyServer() throws IOException {
        busyServer = Files.readString(Path.of(System.getProperty("pokesim.testdata"), "scenarios", "busy-server.yaml"));
    }

    @Test
    void everyFileInTestdataIsEmbeddedAndValid() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("pokesim.testdata"), "scenarios"))) {
            assertEquals(
                    files.filter(Files::isRegularFile)
                            .map(f -> f.getFileName().toString())
                            .sorted()
                            .toList(),
                    ScenarioReader.embeddedNames().stream()
                            .map(n -> n + ".yaml")
                            .sorted()
                            .toList());
        }
        for (String name : ScenarioReader.embeddedNames()) {
            assertEquals(name, ScenarioReader.read(name).name());
        }
    }

    @Test
    void busyServerIsThatOfTheReport() {
        Scenario scenario = ScenarioReader.read("busy-server");
        assertEquals(9_600_000, scenario.workGapPs());
        assertEquals(4, scenario.hotSites());
        assertEquals(64, scenario.serviceOrder());
        assertEquals(0.0, scenario.retryHitProbability());
        assertTrue(scenario.softirq());
        assertEquals(100_000_000, scenario.softirqIntervalPs());
        assertEquals(300_000_000, scenario.softirqGapAfterFullPollPs());
        assertEquals(64, scenario.packetsPerPoll());
        assertEquals(3, scenario.visitsPerPacket());
        assertEquals(1.0, scenario.arrivalFactor());
    }

    /** Each variant differs from the busy server in what its name says and in nothing else. */
    @ParameterizedTest
    @CsvSource({
        "busy-server-no-softirq, softirq=off",
        "fifo, service-order=fifo softirq=off",
        "random-order, service-order=random softirq=off",
        "quiet, hot-sites=0 softirq=off",
    })
    void variantDiffersInWhatItsNameSays(String name, String differences) {
        Scenario base = ScenarioReader.read("busy-server");
        Scenario variant = ScenarioReader.read(name);
        List<String> found = variant.constants().stream()
                .filter(c -> !base.constants().contains(c))
                .map(c -> c.name() + "=" + c.text())
                .toList();
        assertEquals(differences, String.join(" ", found));
        assertEquals(base.constants().size(), variant.constants().size());
    }

    @Test
    void serviceOrderHasNamesForItsEnds() {
        assertEquals(1, Scenario.FIFO_ORDER);
        assertEquals(Scenario.FIFO_ORDER, ScenarioReader.read("fifo").serviceOrder());
        assertEquals(Scenario.RANDOM_ORDER, ScenarioReader.read("random-order").serviceOrder());
        assertEquals(16, ScenarioReader.read("fifo").with("service-order", "16").serviceOrder());
    }

    @ParameterizedTest
    @CsvSource({"1,0", "7,0", "8,4", "164,4"})
    void smallBatchIsCold(int sites, int hotSites) {
        assertEquals(hotSites, ScenarioReader.read("busy-server").hotSitesOf(sites));
    }

    @Test
    void batchHasNoMoreHotSitesThanSites() {
        Scenario all =
                ScenarioReader.read("busy-server").with("hot-sites", "160").with("cold-below", "0");
        assertEquals(2, all.hotSitesOf(2));
        assertEquals(160, all.hotSitesOf(164));
    }

    @Test
    void activeCoresAreRoundedToTheNearest() {
        Scenario scenario = ScenarioReader.read("busy-server");
        assertEquals(480, scenario.activeCores(480));
        assertEquals(120, scenario.with("active-share", "0.25").activeCores(480));
        assertEquals(2, scenario.with("active-share", "0.5").activeCores(3));
        assertEquals(0, scenario.with("active-share", "0").activeCores(480));
    }

    @Test
    void changedInputIsAnAssumptionAndTheOriginalStays() {
        Scenario scenario = ScenarioReader.read("busy-server");
        Scenario changed = scenario.with("softirq", "off").with("work-gap", "1000");
        assertEquals(1_000_000, changed.workGapPs());
        assertTrue(!changed.softirq() && scenario.softirq());
        assertEquals(
                "'maybe' is not understood; write off or on",
                assertThrows(IllegalArgumentException.class, () -> scenario.with("softirq", "maybe"))
                        .getMessage());
        String unknown = assertThrows(IllegalArgumentException.class, () -> scenario.with("sofirq", "on"))
                .toString();
        assertTrue(unknown.contains("scenario busy-server has no input named sofirq; it has work-gap, "), unknown);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "work-gap | value: 9600 | value: 0 | workload.work-gap.value: 0 ns is out of range; write a value from 1 ps to 1 s",
                "active-share | value: 1.0 | value: 1.01 | workload.active-share.value: 1.01 ratio is out of range; write a value from 0 to 1",
                "service-order | value: 64 | value: 4097 | contention.service-order.value: 4097 count is out of range; write a value from 0 to 4096",
                "service-order | value: 64 | value: lifo | contention.service-order.value: 'lifo' is not understood; write a number such as 12 or 0.4, or fifo or random",
                "retry-hit-probability | value: 0 | value: -0.1 | contention.retry-hit-probability.value: -0.1 ratio is out of range; write a value from 0 to 1",
                "packets-per-poll | value: 64 | value: 0 | softirq.packets-per-poll.value: 0 count is out of range; write a value from 1 to 1000000",
                "softirq-interval | value: 100 | value: 1000001 | softirq.softirq-interval.value: 1000001 us is out of range; write a value from 1 ps to 1 s",
            })
    void mistakeNamesItsLine(String input, String value, String replacement, String message) {
        int entry = busyServer.indexOf("  " + input + ":");
        int at = busyServer.indexOf(value, entry);
        int line = 1 + (int) busyServer.substring(0, at).lines().count() - 1;
        String broken = busyServer.substring(0, at) + replacement + busyServer.substring(at + value.length());
        assertEquals(
                "s.yaml:" + line + ": " + message,
                assertThrows(InvalidDataFile.class, () -> parse(broken)).getMessage());
    }

    @Test
    void unknownSectionIsRefused() {
        assertEquals(
                "s.yaml:1: wrokload: unknown field; known here are contention, description, extends, softirq, workload",
                assertThrows(InvalidDataFile.class, () -> parse("wrokload: {}\n" + busyServer))
                        .getMessage());
    }

    @Test
    void scenarioOfTheUserMayExtendAnEmbeddedOne() throws IOException {
        Path file = Files.writeString(
                folder.resolve("slow.yaml"),
                "description: slow\nextends: quiet\nworkload:\n"
                        + "  work-gap: {value: 1, unit: us, evidence: A, source: a guess}\n");
        assertEquals(1_000_000, ScenarioReader.read(file.toString()).workGapPs());
        assertEquals(0, ScenarioReader.read(file).hotSites());
        assertEquals("slow", ScenarioReader.read(file).name());
    }

    @Test
    void unknownNameListsTheEmbeddedOnes() {
        assertEquals(
                "busy: neither an embedded scenario nor a file; embedded are busy-server, busy-server-no-softirq, fifo,"
                        + " random-order, quiet",
                assertThrows(InvalidDataFile.class, () -> ScenarioReader.read("busy"))
                        .getMessage());
    }

    @Test
    void truncatedOrChangedBytesAreReadOrRefusedInOneLine() {
        byte[] bytes = busyServer.getBytes(UTF_8);
        for (int length = 0; length < bytes.length; length++) {
            readOrRefuse(Arrays.copyOf(bytes, length), "the first " + length + " bytes");
        }
        Random random = new Random(1);
        for (int round = 0; round < 1000; round++) {
            byte[] changed = bytes.clone();
            changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
            readOrRefuse(changed, "seed 1, round " + round);
        }
    }

    private static void readOrRefuse(byte[] content, String what) {
        try {
            ScenarioReader.parse("s.yaml", content);
        } catch (InvalidDataFile e) {
            assertEquals(1, e.getMessage().lines().count(), what);
        } catch (RuntimeException e) {
            fail(what, e);
        }
    }

    private static Scenario parse(String content) {
        return ScenarioReader.parse("s.yaml", content.getBytes(UTF_8));
    }
}
