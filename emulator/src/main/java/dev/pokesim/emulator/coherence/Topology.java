package dev.pokesim.emulator.coherence;

/**
 * Which hardware threads share a physical core, a cluster, a socket.
 *
 * <p>Cores (hardware threads, see {@code Core}) are numbered as Linux numbers them on x86 servers: first one thread of
 * each physical core, socket after socket, then their siblings in the same order. With 480 threads of 2 sockets and
 * SMT 2, cores 0 to 119 are socket 0, 120 to 239 socket 1, and core 240 is the sibling of core 0.
 *
 * <p>Fewer threads make smaller sockets, not fewer: every profile keeps all its distances as far as the number allows.
 * Source: Linux, Documentation/arch/x86/topology.rst, and the numbering of ACPI MADT entries by firmware.
 */
public final class Topology {
    /** The greatest number of hardware threads. */
    public static final int MAX_CORES = 4096;

    private final int cores;
    private final int physicalCores;
    private final int coresPerSocket;
    private final int coresPerCluster;
    private final int clustersPerSocket;
    private final int sockets;
    // Looked up for every line transfer: three loads and compares, no division.
    private final short[] physicalCoreOf;
    private final short[] clusterOf;
    private final short[] socketOf;

    /**
     * @param profile gives sockets, threads per physical core and physical cores per cluster
     * @param cores   hardware threads, 1 to {@link #MAX_CORES}
     * @throws IllegalArgumentException if {@code cores} is out of range
     */
    public Topology(MachineProfile profile, int cores) {
        this(profile.sockets(), profile.threadsPerCore(), profile.coresPerCluster(), cores);
    }

    /**
     * @param sockets         at least 1
     * @param threadsPerCore  hardware threads of a physical core, at least 1
     * @param coresPerCluster physical cores that share a cluster, at least 1; the last cluster of a socket may be smaller
     * @param cores           hardware threads, 1 to {@link #MAX_CORES}
     * @throws IllegalArgumentException if an argument is out of range
     */
    public Topology(int sockets, int threadsPerCore, int coresPerCluster, int cores) {
        if (cores < 1 || cores > MAX_CORES) {
            throw new IllegalArgumentException("cores: " + cores + " is not between 1 and " + MAX_CORES);
        }
        if (sockets < 1 || threadsPerCore < 1 || coresPerCluster < 1) {
            throw new IllegalArgumentException("topology " + sockets + " sockets, " + threadsPerCore
                    + " threads per core, " + coresPerCluster + " cores per cluster: each must be at least 1");
        }
        this.cores = cores;
        physicalCores = divideUp(cores, threadsPerCore);
        coresPerSocket = divideUp(physicalCores, sockets);
        this.coresPerCluster = Math.min(coresPerCluster, coresPerSocket);
        clustersPerSocket = divideUp(coresPerSocket, this.coresPerCluster);
        this.sockets = divideUp(physicalCores, coresPerSocket);
        physicalCoreOf = new short[cores];
        clusterOf = new short[cores];
        socketOf = new short[cores];
        for (int core = 0; core < cores; core++) {
            int physical = core % physicalCores;
            int socket = physical / coresPerSocket;
            int cluster = socket * clustersPerSocket + physical % coresPerSocket / this.coresPerCluster;
            physicalCoreOf[core] = (short) physical;
            clusterOf[core] = (short) cluster;
            socketOf[core] = (short) socket;
        }
    }

    /** Number of hardware threads. */
    public int cores() {
        return cores;
    }

    /** Number of physical cores. */
    public int physicalCores() {
        return physicalCores;
    }

    /** Number of sockets that hold at least one core; the profile's number unless there are fewer physical cores. */
    public int sockets() {
        return sockets;
    }

    /** Physical cores of a full socket; the last socket may have fewer. */
    public int coresPerSocket() {
        return coresPerSocket;
    }

    /** Physical cores of a full cluster. */
    public int coresPerCluster() {
        return coresPerCluster;
    }

    /** The physical core of a core id, from 0. */
    public int physicalCore(int core) {
        return physicalCoreOf[core];
    }

    /** The cluster of a core id, from 0, numbered through all sockets. */
    public int cluster(int core) {
        return clusterOf[core];
    }

    /** The socket of a core id, from 0. */
    public int socket(int core) {
        return socketOf[core];
    }

    /**
     * How far apart two cores are. Symmetric; constant time, allocates nothing.
     *
     * @throws ArrayIndexOutOfBoundsException if an id is not between 0 and {@code cores() - 1}
     */
    public Distance distance(int a, int b) {
        if (clusterOf[a] == clusterOf[b]) {
            if (physicalCoreOf[a] == physicalCoreOf[b]) {
                return a == b ? Distance.SELF : Distance.SMT_SIBLING;
            }
            return Distance.CLUSTER;
        }
        return socketOf[a] == socketOf[b] ? Distance.SOCKET : Distance.CROSS_SOCKET;
    }

    private static int divideUp(int dividend, int divisor) {
        return Math.floorDiv(dividend - 1, divisor) + 1;
    }
}
