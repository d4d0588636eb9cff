package dev.pokesim.cli.export;

import dev.pokesim.emulator.coherence.Topology;
import dev.pokesim.emulator.trace.TraceHeader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;

/**
 * What a perf.data file says besides its records: what was counted, and on what machine. The machine is the simulated one.
 *
 * @see "Linux tools/perf/Documentation/perf.data-file-format.txt"
 */
final class PerfHeader {
    /** Where the records begin: behind the head, the ids and the attributes of as many events. */
    static long recordsAt(int events) {
        return HEAD_BYTES + (long) events * (Long.BYTES + ATTRIBUTE_ENTRY_BYTES);
    }

    private static final int HEAD_BYTES = 104;
    private static final int ATTRIBUTE_ENTRY_BYTES = PerfRecords.ATTRIBUTE_BYTES + 16;
    private static final long MAGIC = 0x32454c4946524550L; // PERFILE2

    private static final int HOST_NAME = 3;
    private static final int OS_RELEASE = 4;
    private static final int VERSION = 5;
    private static final int ARCHITECTURE = 6;
    private static final int CPU_COUNT = 7;
    private static final int CPU_DESCRIPTION = 8;
    private static final int COMMAND_LINE = 11;
    private static final int EVENTS = 12;
    private static final int CPU_TOPOLOGY = 13;
    private static final int NUMA_TOPOLOGY = 14;
    private static final int MEMORY_TOPOLOGY = 22;

    private static final String NAME = "poke-sim";
    private static final int STRING_UNIT = 64;
    /** Nodes must have memory; how much is of no consequence. */
    private static final long NODE_KIB = 1 << 20;

    private static final long MEMORY_BLOCK_BYTES = 1 << 27;

    private final TraceHeader trace;
    private final Topology topology;
    private final SortedMap<PerfRecords.Event, Long> periods;

    /**
     * @param periods of what was counted
     */
    PerfHeader(TraceHeader trace, Topology topology, SortedMap<PerfRecords.Event, Long> periods) {
        this.trace = trace;
        this.topology = topology;
        this.periods = periods;
    }

    /** What stands before the records, once their size is known. */
    byte[] head(long recordBytes) {
        int count = periods.size();
        ByteBuffer head = little((int) recordsAt(count));
        head.putLong(MAGIC).putLong(HEAD_BYTES).putLong(ATTRIBUTE_ENTRY_BYTES);
        head.putLong(HEAD_BYTES + (long) count * Long.BYTES).putLong((long) count * ATTRIBUTE_ENTRY_BYTES);
        head.putLong(recordsAt(count)).putLong(recordBytes).putLong(0).putLong(0);
        long bits = 0;
        for (int feature : features().keySet()) {
            bits |= 1L << feature;
        }
        head.putLong(bits).position(HEAD_BYTES);
        periods.keySet().forEach(event -> head.putLong(event.id()));
        int index = 0;
        for (PerfRecords.Event event : periods.keySet()) {
            head.put(event.attribute(period(event)));
            head.putLong(HEAD_BYTES + (long) index++ * Long.BYTES).putLong(Long.BYTES);
        }
        return head.array();
    }

    private long period(PerfRecords.Event event) {
        return periods.getOrDefault(event, 1L);
    }

    /** Writes what stands behind the records: where each feature is, and the features. */
    void writeFeatures(ExportFile out) throws IOException {
        SortedMap<Integer, byte[]> features = features();
        long at = out.position() + 16L * features.size();
        for (byte[] feature : features.values()) {
            out.write(little(16).putLong(at).putLong(feature.length).array());
            at += feature.length;
        }
        for (byte[] feature : features.values()) {
            out.write(feature);
        }
    }

    private SortedMap<Integer, byte[]> features() {
        String profile = trace.metadata().getOrDefault("profile", "");
        SortedMap<Integer, byte[]> features = new TreeMap<>();
        features.put(HOST_NAME, string(NAME));
        features.put(OS_RELEASE, string("simulated"));
        features.put(VERSION, string(NAME));
        features.put(ARCHITECTURE, string("x86_64"));
        features.put(
                CPU_COUNT,
                little(8).putInt(topology.cores()).putInt(topology.cores()).array());
        features.put(CPU_DESCRIPTION, string("simulated, profile " + profile));
        features.put(COMMAND_LINE, commandLine());
        features.put(EVENTS, events());
        features.put(CPU_TOPOLOGY, cpuTopology());
        features.put(NUMA_TOPOLOGY, numaTopology());
        features.put(MEMORY_TOPOLOGY, memoryTopology());
        return features;
    }

    private byte[] commandLine() {
        List<String> words =
                List.of(trace.metadata().getOrDefault("command", NAME).split(" "));
        Bytes bytes = new Bytes().u32(words.size());
        words.forEach(bytes::string);
        return bytes.toByteArray();
    }

    private byte[] events() {
        Bytes bytes = new Bytes().u32(periods.size()).u32(PerfRecords.ATTRIBUTE_BYTES);
        for (PerfRecords.Event event : periods.keySet()) {
            bytes.writeBytes(event.attribute(period(event)));
            bytes.u32(1).string(event.text()).u64(event.id());
        }
        return bytes.toByteArray();
    }

    private byte[] cpuTopology() {
        List<String> sockets = groups(topology::socket, topology.sockets());
        List<String> physical = groups(topology::physicalCore, topology.physicalCores());
        Bytes bytes = new Bytes().u32(sockets.size());
        sockets.forEach(bytes::string);
        bytes.u32(physical.size());
        physical.forEach(bytes::string);
        for (int core = 0; core < topology.cores(); core++) {
            bytes.u32(topology.physicalCore(core)).u32(topology.socket(core));
        }
        return bytes.toByteArray();
    }

    /** A socket is a node. */
    private byte[] numaTopology() {
        List<String> sockets = groups(topology::socket, topology.sockets());
        Bytes bytes = new Bytes().u32(sockets.size());
        for (int node = 0; node < sockets.size(); node++) {
            bytes.u32(node).u64(NODE_KIB).u64(NODE_KIB).string(sockets.get(node));
        }
        return bytes.toByteArray();
    }

    /** Block n of memory belongs to node n. */
    private byte[] memoryTopology() {
        int nodes = topology.sockets();
        Bytes bytes = new Bytes().u64(1).u64(MEMORY_BLOCK_BYTES).u64(nodes);
        for (int node = 0; node < nodes; node++) {
            bytes.u64(node).u64(1).u64(Long.SIZE).u64(1L << node);
        }
        return bytes.toByteArray();
    }

    /** Which cores belong to each group, as Linux writes lists of CPUs. */
    private List<String> groups(IntUnaryOperator groupOf, int count) {
        List<BitSet> groups = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            groups.add(new BitSet());
        }
        for (int core = 0; core < topology.cores(); core++) {
            groups.get(groupOf.applyAsInt(core)).set(core);
        }
        return groups.stream().map(PerfHeader::cpuList).toList();
    }

    private static String cpuList(BitSet cores) {
        StringBuilder list = new StringBuilder();
        for (int first = cores.nextSetBit(0); first >= 0; ) {
            int behind = cores.nextClearBit(first);
            list.append(list.isEmpty() ? "" : ",").append(first);
            if (behind - 1 > first) {
                list.append('-').append(behind - 1);
            }
            first = cores.nextSetBit(behind);
        }
        return list.toString();
    }

    private static byte[] string(String text) {
        return new Bytes().string(text).toByteArray();
    }

    private static ByteBuffer little(int sizeBytes) {
        return ByteBuffer.allocate(sizeBytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Fields of a feature. */
    private static final class Bytes extends ByteArrayOutputStream {
        Bytes u32(int value) {
            writeBytes(little(4).putInt(value).array());
            return this;
        }

        Bytes u64(long value) {
            writeBytes(little(8).putLong(value).array());
            return this;
        }

        /** Its size, padded, and the text with at least one 0 behind it. */
        Bytes string(String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            int padded = (bytes.length / STRING_UNIT + 1) * STRING_UNIT;
            u32(padded);
            writeBytes(bytes);
            writeBytes(new byte[padded - bytes.length]);
            return this;
        }
    }
}
