package dev.pokesim.emulator.coherence;

import dev.pokesim.emulator.datafile.Constant;
import dev.pokesim.emulator.datafile.ConstantSpec;
import dev.pokesim.emulator.datafile.Dimension;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The constants of one machine: what each step costs and which cores are near each other. Immutable. All times are
 * simulated picoseconds; where each comes from, {@link #constants()} says.
 *
 * <p>Constants are data: a file in {@code testdata/profiles} or one of the user's, read by {@link MachineProfileReader}.
 */
public final class MachineProfile {
    static final List<ConstantSpec> TOPOLOGY = List.of(
            ConstantSpec.count("sockets", 1, 64),
            ConstantSpec.count("threads-per-core", 1, 8),
            ConstantSpec.count("cores-per-cluster", 1, Topology.MAX_CORES));

    static final List<ConstantSpec> MACHINE = List.of(
            ConstantSpec.frequency("tsc-frequency"),
            ConstantSpec.time("transfer-smt"),
            ConstantSpec.time("transfer-cluster"),
            ConstantSpec.time("transfer-socket"),
            ConstantSpec.time("transfer-cross-socket"),
            ConstantSpec.time("memory-access"),
            ConstantSpec.time("shared-read-occupancy"),
            ConstantSpec.time("cached-read"),
            ConstantSpec.time("store"),
            ConstantSpec.positiveTime("locked-operation"),
            ConstantSpec.time("hold-after-operation"),
            ConstantSpec.time("retry-gap"),
            ConstantSpec.positiveTime("guest-instruction"),
            ConstantSpec.time("serialise"),
            ConstantSpec.time("trap-entry"),
            ConstantSpec.time("trap-exit"),
            ConstantSpec.time("ipi-enqueue-same-socket"),
            ConstantSpec.time("ipi-enqueue-cross-socket"),
            ConstantSpec.time("ipi-delivery"),
            ConstantSpec.time("ipi-handler"));

    private final String name;
    private final String description;
    private final Map<String, Constant> constants;
    private final int sockets;
    private final int threadsPerCore;
    private final int coresPerCluster;
    private final long tscHertz;
    // Asked for at every micro-op: fields, not look-ups by name.
    private final long[] transferPs = new long[Distance.values().length];
    private final long[] ipiEnqueuePs = new long[Distance.values().length];
    private final long memoryAccessPs;
    private final long sharedReadOccupancyPs;
    private final long cachedReadPs;
    private final long storePs;
    private final long lockedOperationPs;
    private final long holdAfterOperationPs;
    private final long retryGapPs;
    private final long guestInstructionPs;
    private final long serialisePs;
    private final long trapEntryPs;
    private final long trapExitPs;
    private final long ipiDeliveryPs;
    private final long ipiHandlerPs;

    MachineProfile(String name, String description, List<Constant> constants) {
        this.name = name;
        this.description = description;
        this.constants = new LinkedHashMap<>();
        constants.forEach(c -> this.constants.put(c.name(), c));
        sockets = (int) whole("sockets");
        threadsPerCore = (int) whole("threads-per-core");
        coresPerCluster = (int) whole("cores-per-cluster");
        tscHertz = whole("tsc-frequency");
        transferPs[Distance.SMT_SIBLING.ordinal()] = whole("transfer-smt");
        transferPs[Distance.CLUSTER.ordinal()] = whole("transfer-cluster");
        transferPs[Distance.SOCKET.ordinal()] = whole("transfer-socket");
        transferPs[Distance.CROSS_SOCKET.ordinal()] = whole("transfer-cross-socket");
        for (Distance distance : Distance.values()) {
            ipiEnqueuePs[distance.ordinal()] =
                    whole(distance == Distance.CROSS_SOCKET ? "ipi-enqueue-cross-socket" : "ipi-enqueue-same-socket");
        }
        memoryAccessPs = whole("memory-access");
        sharedReadOccupancyPs = whole("shared-read-occupancy");
        cachedReadPs = whole("cached-read");
        storePs = whole("store");
        lockedOperationPs = whole("locked-operation");
        holdAfterOperationPs = whole("hold-after-operation");
        retryGapPs = whole("retry-gap");
        guestInstructionPs = whole("guest-instruction");
        serialisePs = whole("serialise");
        trapEntryPs = whole("trap-entry");
        trapExitPs = whole("trap-exit");
        ipiDeliveryPs = whole("ipi-delivery");
        ipiHandlerPs = whole("ipi-handler");
    }

    /** The embedded profile's name, or the name of the user's file without its ending. */
    public String name() {
        return name;
    }

    /** What the profile describes, one line. */
    public String description() {
        return description;
    }

    /** Every constant, in the order of the file's sections. */
    public List<Constant> constants() {
        return new ArrayList<>(constants.values());
    }

    /** Sockets of the machine. */
    public int sockets() {
        return sockets;
    }

    /** Hardware threads of a physical core. */
    public int threadsPerCore() {
        return threadsPerCore;
    }

    /** Physical cores that share a cluster. */
    public int coresPerCluster() {
        return coresPerCluster;
    }

    /** Ticks per second of the time-stamp counter. */
    public long tscHertz() {
        return tscHertz;
    }

    /** Moving an exclusive cache line from its owner to a core at that distance; 0 for {@link Distance#SELF}. */
    public long transferPs(Distance distance) {
        return transferPs[distance.ordinal()];
    }

    /** First access to a line that no core holds. */
    public long memoryAccessPs() {
        return memoryAccessPs;
    }

    /** How long a line's home is busy with one read that a shared copy serves; such reads do not wait for each other. */
    public long sharedReadOccupancyPs() {
        return sharedReadOccupancyPs;
    }

    /** A plain load of a line that the core holds. */
    public long cachedReadPs() {
        return cachedReadPs;
    }

    /** A plain store into a line that the core owns. */
    public long storePs() {
        return storePs;
    }

    /** A locked operation on a line that the core owns. */
    public long lockedOperationPs() {
        return lockedOperationPs;
    }

    /** How long the owner keeps a line after its operation before a waiting request takes it. Decides storms. */
    public long holdAfterOperationPs() {
        return holdAfterOperationPs;
    }

    /** From a failed compare-and-exchange to the next try of the same core. */
    public long retryGapPs() {
        return retryGapPs;
    }

    /** Mean cost of a guest instruction that hits its caches. */
    public long guestInstructionPs() {
        return guestInstructionPs;
    }

    /** A serialising instruction. */
    public long serialisePs() {
        return serialisePs;
    }

    /** From the INT3 to the handler's first step. */
    public long trapEntryPs() {
        return trapEntryPs;
    }

    /** From the handler's last step through IRET. */
    public long trapExitPs() {
        return trapExitPs;
    }

    /** What the sender of an IPI spends per target at that distance; SELF costs as much as the same socket. */
    public long ipiEnqueuePs(Distance distance) {
        return ipiEnqueuePs[distance.ordinal()];
    }

    /** From the send to the moment the IPI is pending at its target. */
    public long ipiDeliveryPs() {
        return ipiDeliveryPs;
    }

    /** What the target spends on one IPI, including the serialising instruction and the acknowledgement. */
    public long ipiHandlerPs() {
        return ipiHandlerPs;
    }

    /**
     * A time by its name in the file: for constants that only the layers above know.
     *
     * @throws IllegalArgumentException if the profile has no such time: the caller did not ask the reader to require it
     */
    public long ps(String constant) {
        Constant found = constants.get(constant);
        if (found == null || found.unit().dimension() != Dimension.TIME) {
            throw new IllegalArgumentException("profile " + name + " has no time named " + constant);
        }
        return found.whole();
    }

    /**
     * This machine with one constant changed, for sweeps and experiments.
     *
     * @param value in the unit of the file, as it would be written there
     * @throws IllegalArgumentException if there is no such constant or the value is not valid, saying what to do
     */
    public MachineProfile with(String constant, String value) {
        Constant old = constants.get(constant);
        if (old == null) {
            throw new IllegalArgumentException("profile " + name + " has no constant named " + constant + "; it has "
                    + String.join(", ", constants.keySet()));
        }
        ConstantSpec spec = Stream.concat(TOPOLOGY.stream(), MACHINE.stream())
                .filter(s -> s.name().equals(constant))
                .findFirst()
                .orElseGet(() -> ConstantSpec.time(constant));
        List<Constant> changed = new ArrayList<>();
        for (Constant c : constants.values()) {
            changed.add(c == old ? spec.changed(old, value, "set for this run") : c);
        }
        return new MachineProfile(name, description, changed);
    }

    private long whole(String constant) {
        Constant found = constants.get(constant);
        if (found == null) {
            throw new IllegalArgumentException("profile " + name + " lacks " + constant);
        }
        return found.whole();
    }
}
