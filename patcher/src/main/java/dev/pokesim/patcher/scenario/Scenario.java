package dev.pokesim.patcher.scenario;

import dev.pokesim.emulator.datafile.Constant;
import dev.pokesim.emulator.datafile.ConstantSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The workload around a patching run and the assumptions about how a contended line is served. Immutable; a file read
 * by {@link ScenarioReader}. Times are simulated picoseconds.
 */
public final class Scenario {
    /** A service order that picks uniformly among all waiting requests. */
    public static final int RANDOM_ORDER = 0;

    /** A service order that serves the oldest request. */
    public static final int FIFO_ORDER = 1;

    static final List<ConstantSpec> WORKLOAD = List.of(
            ConstantSpec.positiveTime("work-gap"),
            ConstantSpec.count("hot-sites", 0, 1_000_000),
            ConstantSpec.count("cold-below", 0, 1_000_000),
            ConstantSpec.ratio("active-share", 0, 1));

    static final List<ConstantSpec> CONTENTION = List.of(
            ConstantSpec.count("service-order", RANDOM_ORDER, 4096)
                    .withWords(Map.of("random", (long) RANDOM_ORDER, "fifo", (long) FIFO_ORDER)),
            ConstantSpec.ratio("retry-hit-probability", 0, 1));

    static final List<ConstantSpec> SOFTIRQ = List.of(
            ConstantSpec.onOff("softirq"),
            ConstantSpec.positiveTime("softirq-interval"),
            ConstantSpec.time("softirq-gap-after-full-poll"),
            ConstantSpec.count("packets-per-poll", 1, 1_000_000),
            ConstantSpec.count("visits-per-packet", 0, 1_000_000),
            ConstantSpec.ratio("arrival-factor", 0, 1_000));

    private final String name;
    private final String description;
    private final Map<String, Constant> constants;

    Scenario(String name, String description, List<Constant> constants) {
        this.name = name;
        this.description = description;
        this.constants = new LinkedHashMap<>();
        constants.forEach(c -> this.constants.put(c.name(), c));
    }

    /** The embedded scenario's name, or the name of the user's file without its ending. */
    public String name() {
        return name;
    }

    /** What the scenario describes, one line. */
    public String description() {
        return description;
    }

    /** Every input, in the order of the file's sections. */
    public List<Constant> constants() {
        return new ArrayList<>(constants.values());
    }

    /** Mean of the exponentially distributed work of an active core between two visits of hot sites. */
    public long workGapPs() {
        return whole("work-gap");
    }

    /** How many sites of a batch the workload executes. 0 if it executes none of them. */
    public int hotSites() {
        return (int) whole("hot-sites");
    }

    /** A batch with fewer sites than this has no hot site: it is a module's, patched apart from the kernel's own. */
    public int coldBelow() {
        return (int) whole("cold-below");
    }

    /** The number of hot sites in a batch of that many: none if it is cold, never more than there are. */
    public int hotSitesOf(int sites) {
        return sites < coldBelow() ? 0 : Math.min(hotSites(), sites);
    }

    /** The share of cores that execute hot sites, 0 to 1. */
    public double activeShare() {
        return number("active-share");
    }

    /** Of that many cores, how many execute hot sites; rounded to the nearest. */
    public int activeCores(int cores) {
        return (int) Math.round(activeShare() * cores);
    }

    /**
     * A line's home picks the next request uniformly among this many oldest ones; {@link #RANDOM_ORDER} is all of them,
     * {@link #FIFO_ORDER} strict order.
     */
    public int serviceOrder() {
        return (int) whole("service-order");
    }

    /** The chance that a retry after a failed compare-and-exchange still finds the line, 0 to 1. */
    public double retryHitProbability() {
        return number("retry-hit-probability");
    }

    /** Whether network softirqs interrupt the patching core and run through the sites. */
    public boolean softirq() {
        return whole("softirq") == 1;
    }

    /** Mean time between two softirqs on the patching core. */
    public long softirqIntervalPs() {
        return whole("softirq-interval");
    }

    /** Time from a full poll to the next one: more packets are waiting. */
    public long softirqGapAfterFullPollPs() {
        return whole("softirq-gap-after-full-poll");
    }

    /** The most packets that one poll handles. */
    public int packetsPerPoll() {
        return (int) whole("packets-per-poll");
    }

    /** Hot sites that handling one packet executes. */
    public int visitsPerPacket() {
        return (int) whole("visits-per-packet");
    }

    /** Rate of packets arriving during a storm, relative to the rate before it. */
    public double arrivalFactor() {
        return number("arrival-factor");
    }

    /**
     * This scenario with one input changed, for options, sweeps and experiments.
     *
     * @param value in the unit of the file, as it would be written there
     * @throws IllegalArgumentException if there is no such input or the value is not valid, saying what to do
     */
    public Scenario with(String input, String value) {
        Constant old = constants.get(input);
        if (old == null) {
            throw new IllegalArgumentException("scenario " + name + " has no input named " + input + "; it has "
                    + String.join(", ", constants.keySet()));
        }
        ConstantSpec spec =
                specs().stream().filter(s -> s.name().equals(input)).findFirst().orElseThrow();
        List<Constant> changed = new ArrayList<>();
        for (Constant c : constants.values()) {
            changed.add(c == old ? spec.changed(old, value, "set for this run") : c);
        }
        return new Scenario(name, description, changed);
    }

    private static List<ConstantSpec> specs() {
        List<ConstantSpec> specs = new ArrayList<>(WORKLOAD);
        specs.addAll(CONTENTION);
        specs.addAll(SOFTIRQ);
        return specs;
    }

    private long whole(String input) {
        return constant(input).whole();
    }

    private double number(String input) {
        return constant(input).base().doubleValue();
    }

    private Constant constant(String input) {
        Constant constant = constants.get(input);
        if (constant == null) {
            throw new IllegalArgumentException("scenario " + name + " lacks " + input);
        }
        return constant;
    }
}
