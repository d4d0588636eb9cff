package dev.pokesim.emulator.coherence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.datafile.Constant;
import dev.pokesim.emulator.datafile.Evidence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MachineProfileTest {
    private final MachineProfile milan = new MachineProfileReader().read("milan");

    @Test
    void everyFileInTestdataIsEmbeddedAndValid() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("pokesim.testdata"), "profiles"))) {
            List<String> inFolder =
                    files.map(f -> f.getFileName().toString()).sorted().toList();
            List<String> embedded = MachineProfileReader.embeddedNames().stream()
                    .map(n -> n + ".yaml")
                    .sorted()
                    .toList();
            assertEquals(inFolder, embedded);
        }
        for (String name : MachineProfileReader.embeddedNames()) {
            assertEquals(name, new MachineProfileReader().read(name).name());
        }
    }

    @Test
    void gettersGiveThePicosecondsOfTheConstantOfTheirName() {
        assertEquals(0, milan.transferPs(Distance.SELF));
        assertEquals(milan.ps("transfer-smt"), milan.transferPs(Distance.SMT_SIBLING));
        assertEquals(milan.ps("transfer-cluster"), milan.transferPs(Distance.CLUSTER));
        assertEquals(milan.ps("transfer-socket"), milan.transferPs(Distance.SOCKET));
        assertEquals(197_000, milan.transferPs(Distance.CROSS_SOCKET));
        assertEquals(139_000, milan.ipiEnqueuePs(Distance.SMT_SIBLING));
        assertEquals(139_000, milan.ipiEnqueuePs(Distance.SOCKET));
        assertEquals(256_000, milan.ipiEnqueuePs(Distance.CROSS_SOCKET));
        assertEquals(400, milan.guestInstructionPs());
        assertEquals(2_500_000_000L, milan.tscHertz());
        assertEquals(370_000, milan.ps("text-poke"));
    }

    /** Changing one constant changes the getter of its name: no getter reads its neighbour's constant. */
    @Test
    void eachGetterReadsItsOwnConstant() {
        assertEquals(77_000, milan.with("memory-access", "77").memoryAccessPs());
        assertEquals(77_000, milan.with("shared-read-occupancy", "77").sharedReadOccupancyPs());
        assertEquals(77_000, milan.with("cached-read", "77").cachedReadPs());
        assertEquals(77_000, milan.with("store", "77").storePs());
        assertEquals(77_000, milan.with("locked-operation", "77").lockedOperationPs());
        assertEquals(77_000, milan.with("hold-after-operation", "77").holdAfterOperationPs());
        assertEquals(77_000, milan.with("retry-gap", "77").retryGapPs());
        assertEquals(77_000, milan.with("guest-instruction", "77").guestInstructionPs());
        assertEquals(77_000, milan.with("serialise", "77").serialisePs());
        assertEquals(77_000, milan.with("trap-entry", "77").trapEntryPs());
        assertEquals(77_000, milan.with("trap-exit", "77").trapExitPs());
        assertEquals(77_000, milan.with("ipi-delivery", "77").ipiDeliveryPs());
        assertEquals(77_000, milan.with("ipi-handler", "77").ipiHandlerPs());
        assertEquals(77_000, milan.with("text-poke", "77").ps("text-poke"));
        assertEquals(7, milan.with("sockets", "7").sockets());
        assertEquals(7, milan.with("threads-per-core", "7").threadsPerCore());
        assertEquals(7, milan.with("cores-per-cluster", "7").coresPerCluster());
        assertEquals(3_100_000_000L, milan.with("tsc-frequency", "3.1").tscHertz());
    }

    @Test
    void changedConstantIsAnAssumptionAndTheOriginalStays() {
        Constant changed = constant(milan.with("transfer-cluster", "30.5"), "transfer-cluster");
        assertEquals("30.5 ns", changed.valueWithUnit());
        assertEquals(Evidence.ASSUMPTION, changed.evidence());
        assertEquals(23_000, milan.ps("transfer-cluster"));
    }

    @Test
    void changeThatIsNotValidSaysWhatToDo() {
        assertEquals(
                "-1 ns is out of range; write a value from 0 ps to 1 s",
                assertThrows(IllegalArgumentException.class, () -> milan.with("store", "-1"))
                        .getMessage());
        String unknown = assertThrows(IllegalArgumentException.class, () -> milan.with("stroe", "1"))
                .toString();
        assertTrue(unknown.contains("profile milan has no constant named stroe; it has sockets, "), unknown);
    }

    @Test
    void onlyTimesHavePicoseconds() {
        assertThrows(IllegalArgumentException.class, () -> milan.ps("sockets"));
        assertThrows(IllegalArgumentException.class, () -> milan.ps("no-such-thing"));
    }

    @Test
    void enqueueOfAnIpiIsOnePointThreeTransfersInBothProfiles() {
        for (String name : MachineProfileReader.embeddedNames()) {
            MachineProfile profile = new MachineProfileReader().read(name);
            for (Distance distance : List.of(Distance.SOCKET, Distance.CROSS_SOCKET)) {
                assertEquals(1.3, (double) profile.ipiEnqueuePs(distance) / profile.transferPs(distance), 0.005, name);
            }
        }
    }

    /** Section "quiet batch" of the model: three syncs over all other threads at the cost of the fan-out alone. */
    @Test
    void quietBatchOfTwoSitesComesWithinFifteenPercentOfThePublishedOne() {
        for (String name : MachineProfileReader.embeddedNames()) {
            MachineProfile profile = new MachineProfileReader().read(name);
            Topology topology = new Topology(profile, 480);
            long syncPs = profile.ipiDeliveryPs() + profile.ipiHandlerPs();
            for (int core = 1; core < 480; core++) {
                syncPs += profile.ipiEnqueuePs(topology.distance(0, core));
            }
            double batchUs = (3 * syncPs + 6 * profile.ps("text-poke")) / 1e6;
            assertEquals(324, batchUs, 0.15 * 324, name);
        }
    }

    private static Constant constant(MachineProfile profile, String name) {
        return profile.constants().stream()
                .filter(c -> c.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
