package dev.pokesim.emulator.coherence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TopologyTest {
    private final MachineProfile milan = new MachineProfileReader().read("milan");
    private final MachineProfile mid = new MachineProfileReader().read("mid");

    @Test
    void siblingsFollowAllFirstThreads() {
        Topology topology = new Topology(milan, 480);
        for (int core = 0; core < 240; core++) {
            assertEquals(core, topology.physicalCore(core));
            assertSame(Distance.SMT_SIBLING, topology.distance(core, core + 240));
        }
        assertEquals(0, topology.socket(119));
        assertEquals(1, topology.socket(120));
        assertEquals(0, topology.socket(240));
        assertEquals(1, topology.socket(479));
    }

    @Test
    void distancesFromCoreZeroOfMilan() {
        Topology topology = new Topology(milan, 480);
        assertSame(Distance.SELF, topology.distance(0, 0));
        assertSame(Distance.CLUSTER, topology.distance(0, 7));
        assertSame(Distance.CLUSTER, topology.distance(0, 247));
        assertSame(Distance.SOCKET, topology.distance(0, 8));
        assertSame(Distance.SOCKET, topology.distance(0, 359));
        assertSame(Distance.CROSS_SOCKET, topology.distance(0, 120));
        assertSame(Distance.CROSS_SOCKET, topology.distance(0, 360));
    }

    @Test
    void everyCoreOfAFullMachineSeesTheSameNeighbourhood() {
        assertEquals(
                Map.of(
                        Distance.SELF, 1,
                        Distance.SMT_SIBLING, 1,
                        Distance.CLUSTER, 14,
                        Distance.SOCKET, 224,
                        Distance.CROSS_SOCKET, 240),
                neighbourhoodOfAll(new Topology(milan, 480)));
        assertEquals(
                Map.of(
                        Distance.SELF, 1,
                        Distance.SMT_SIBLING, 1,
                        Distance.CLUSTER, 78,
                        Distance.SOCKET, 160,
                        Distance.CROSS_SOCKET, 240),
                neighbourhoodOfAll(new Topology(mid, 480)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 17, 30, 31, 127, 479, 480, 481, 1000})
    void distanceIsSymmetricAndAgreesWithTheGroups(int cores) {
        for (MachineProfile profile : new MachineProfile[] {milan, mid}) {
            Topology topology = new Topology(profile, cores);
            for (int a = 0; a < cores; a++) {
                for (int b = 0; b < cores; b++) {
                    Distance distance = topology.distance(a, b);
                    assertSame(distance, topology.distance(b, a));
                    assertEquals(a == b, distance == Distance.SELF);
                    assertEquals(
                            topology.physicalCore(a) == topology.physicalCore(b),
                            distance.compareTo(Distance.SMT_SIBLING) <= 0);
                    assertEquals(topology.cluster(a) == topology.cluster(b), distance.compareTo(Distance.CLUSTER) <= 0);
                    assertEquals(topology.socket(a) == topology.socket(b), distance.compareTo(Distance.SOCKET) <= 0);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1,1,1", "2,1,1", "3,2,2", "4,2,2", "5,3,2", "480,240,2", "481,241,2", "4095,2048,2", "4096,2048,2"})
    void threadsSpreadOverPhysicalCoresAndSockets(int cores, int physicalCores, int sockets) {
        Topology topology = new Topology(milan, cores);
        assertEquals(cores, topology.cores());
        assertEquals(physicalCores, topology.physicalCores());
        assertEquals(sockets, topology.sockets());
        assertEquals(sockets - 1, topology.socket(physicalCores - 1));
        assertTrue(topology.coresPerSocket() * topology.sockets() >= physicalCores);
    }

    @Test
    void greatestMachineHasDistinctClusters() {
        Topology topology = new Topology(milan, 4096);
        assertEquals(1024 / 8 * 2 - 1, topology.cluster(4095));
        assertNotEquals(topology.cluster(1023), topology.cluster(1024));
        assertSame(Distance.SMT_SIBLING, topology.distance(2047, 4095));
        assertSame(Distance.CROSS_SOCKET, topology.distance(0, 4095));
    }

    @Test
    void clusterThatDoesNotDivideASocketNeverReachesAcrossSockets() {
        // 15 physical cores: sockets of 8 and 7, clusters of 3, 3, 2 and 3, 3, 1
        Topology topology = new Topology(2, 2, 3, 30);
        assertSame(Distance.CROSS_SOCKET, topology.distance(7, 8));
        assertSame(Distance.SOCKET, topology.distance(5, 6));
        assertSame(Distance.CLUSTER, topology.distance(6, 7));
        assertEquals(5, topology.cluster(14));
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 4097, Integer.MAX_VALUE})
    void numberOfCoresOutOfRangeIsRefused(int cores) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> new Topology(milan, cores));
        assertEquals("cores: " + cores + " is not between 1 and 4096", e.getMessage());
    }

    @Test
    void idOutOfRangeIsRefused() {
        Topology topology = new Topology(milan, 4);
        assertThrows(ArrayIndexOutOfBoundsException.class, () -> topology.distance(0, 4));
        assertThrows(ArrayIndexOutOfBoundsException.class, () -> topology.distance(-1, 0));
    }

    private static Map<Distance, Integer> neighbourhoodOfAll(Topology topology) {
        Map<Distance, Integer> first = neighbourhood(topology, 0);
        for (int core = 1; core < topology.cores(); core++) {
            assertEquals(first, neighbourhood(topology, core), "core " + core);
        }
        return first;
    }

    private static Map<Distance, Integer> neighbourhood(Topology topology, int core) {
        Map<Distance, Integer> counts = new EnumMap<>(Distance.class);
        for (int other = 0; other < topology.cores(); other++) {
            counts.merge(topology.distance(core, other), 1, Integer::sum);
        }
        return counts;
    }
}
