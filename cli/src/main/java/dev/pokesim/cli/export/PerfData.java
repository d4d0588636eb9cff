package dev.pokesim.cli.export;

import dev.pokesim.cli.console.UserError;
import dev.pokesim.emulator.coherence.LineTransfer;
import dev.pokesim.emulator.coherence.Topology;
import dev.pokesim.emulator.trace.TraceEvent;
import dev.pokesim.emulator.trace.TraceHeader;
import dev.pokesim.emulator.trace.TraceReader;
import dev.pokesim.patcher.run.TraceLevel;
import dev.pokesim.patcher.run.Vectors;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A perf.data file. Of the time in batches it has clock ticks at a fixed period, with the handler that each core was in; of cache-line
 * transfers, a fixed share as samples of loads and stores with their data source; and every TEXT_POKE record. Symbols are in it: perf needs
 * no kernel image.
 */
final class PerfData implements TraceExport {
    private static final long PS_PER_NS = 1000;
    private static final double PS_PER_SECOND = 1e12;
    /** About how many samples of memory there are at most. */
    private static final long ACCESSES = 500_000;

    /** Where code is placed that the simulated kernel has not: above its text, modules and data. */
    private static final long CODE = 0xffff_ffff_fe00_0000L;

    private static final long CODE_BYTES = 0x1000;
    /**
     * What perf is told is the kernel's text, which it would look for in the kernel that it runs on. Nothing is there: all that is
     * sampled has its name from the file.
     */
    private static final long NO_TEXT = CODE - CODE_BYTES;

    private static final int STEP_BYTES = 4;
    /** More than a run has; a damaged trace may have any number. */
    private static final int MAX_ROUTINES = 1000;
    /** What a core is in that is in no handler, if it is not the patcher's. */
    private static final String WORKER = "worker";

    /* A union perf_mem_data_src. */
    private static final long LOAD = 2;
    private static final long STORE = 4;
    private static final long L1_MISS = (0x08 | 0x04) << 5;
    private static final long L3_HIT = (0x40 | 0x02) << 5;
    private static final long LOCAL_MEMORY = (0x80 | 0x02) << 5;
    private static final long OTHER_SOCKET = (0x400 | 0x02) << 5;
    private static final long SNOOP_UNKNOWN = 0x01L << 19;
    private static final long SNOOP_HIT = 0x04L << 19;
    private static final long SNOOP_MISS = 0x08L << 19;
    private static final long SNOOP_HITM = 0x10L << 19;
    private static final long NOT_LOCKED = 1L << 24;
    private static final long LOCKED = 2L << 24;
    private static final long TLB_HIT_L1 = 10L << 26;

    private final TraceHeader trace;
    private final ExportFile out;
    private final PerfRecords records;
    private final PerfHeader header;
    private final Topology topology;
    private final double cyclesPerPs;
    private final long recordsAt;
    private final HandlerStacks stacks;
    private final int patcher;
    private final SampleClock clock;
    private final long accessPeriod;
    private final Map<String, Map<String, Integer>> code = new HashMap<>(); // only looked up
    private final Map<String, Long> codeAt = new HashMap<>(); // only looked up
    /** Functions that perf has been told of. */
    private final Set<Long> named = new HashSet<>(); // only looked up

    private String step;
    private long accesses;

    /**
     * Begins one.
     *
     * @throws UserError if the trace has no traps
     */
    PerfData(TraceReader reader, ExportScope scope, ExportFile out) throws IOException {
        this.out = out;
        trace = reader.header();
        if (TraceLevel.SUMMARY.optionName().equals(trace.metadata().get("level"))) {
            throw new UserError(
                    "the trace has no traps to make a profile of: it was recorded with --trace-level summary; record it "
                            + "with --trace-level protocol, or memory for perf c2c");
        }
        records = new PerfRecords(out);
        topology = topology(trace);
        cyclesPerPs = fact(trace, "tsc-hertz", 1_000_000_000) / PS_PER_SECOND;
        PerfSurvey survey = new PerfSurvey(reader, scope);
        stacks = survey.stacks();
        patcher = survey.patcher();
        step = survey.step();
        clock = new SampleClock(survey.batches(), scope.coresOf(trace.cores()));
        accessPeriod = Math.max(1, (survey.transfers() + ACCESSES - 1) / ACCESSES);
        SortedMap<PerfRecords.Event, Long> periods = new TreeMap<>();
        periods.put(PerfRecords.Event.CPU_CLOCK, clock.periodNs());
        if (survey.transfers() > 0) {
            periods.put(PerfRecords.Event.LOADS, accessPeriod);
            periods.put(PerfRecords.Event.STORES, accessPeriod);
        }
        header = new PerfHeader(trace, topology, periods);
        recordsAt = PerfHeader.recordsAt(periods.size());
        out.write(new byte[(int) recordsAt]);
        records.kernelMap(NO_TEXT, CODE_BYTES);
        for (int core = 0; core < trace.cores(); core++) {
            records.comm(core, core == patcher ? "patcher" : WORKER);
        }
    }

    /** The machine's; all alike if the trace does not say. */
    private static Topology topology(TraceHeader of) {
        int cores = Math.min(of.cores(), Topology.MAX_CORES);
        return new Topology(
                (int) fact(of, "sockets", 64),
                (int) fact(of, "threads-per-core", 8),
                (int) fact(of, "cores-per-cluster", Topology.MAX_CORES),
                cores);
    }

    /** A number of the header, 1 to some most; 1 if it has none. */
    private static long fact(TraceHeader of, String key, long most) {
        String value = of.metadata().getOrDefault(key, "1");
        return value.matches("[1-9][0-9]{0,17}") ? Math.min(Long.parseLong(value), most) : 1;
    }

    @Override
    public void add(TraceEvent event) throws IOException {
        tickUntil(event.timePs());
        stacks.add(event);
        if (event instanceof TraceEvent.Mark mark && mark.name().equals("step-start")) {
            step = mark.text();
        } else if (event instanceof TraceEvent.Rewrite rewrite && rewrite.name().equals("text-poke-record")) {
            nameFunction(rewrite.address(), rewrite.timePs());
            records.textPoke(
                    rewrite.core(), ns(rewrite.timePs()), rewrite.address(), rewrite.oldBytes(), rewrite.newBytes());
        } else if (event instanceof TraceEvent.Transfer transfer && ++accesses % accessPeriod == 0) {
            access(transfer);
        }
    }

    /** Everything up to a time is known. */
    private void tickUntil(long atPs) throws IOException {
        long tickPs = clock.nextPs();
        while (tickPs < atPs) {
            int core = clock.core();
            records.clockTick(core, ns(tickPs), clock.periodNs(), chain(core, tickPs));
            clock.advance();
            tickPs = clock.nextPs();
        }
    }

    /** Where a core is, innermost first: its handlers, what these interrupted, and what it does if nothing interrupts it. */
    private long[] chain(int core, long timePs) throws IOException {
        List<TraceEvent.Trap> handlers = stacks.of(core);
        long[] chain = new long[2 * handlers.size() + 1];
        int size = 0;
        for (int i = handlers.size() - 1; i >= 0; i--) {
            TraceEvent.Trap handler = handlers.get(i);
            chain[size++] = place(Vectors.handler(handler.vector()), "", timePs);
            if (handler.vector() == HandlerStacks.INT3) {
                nameFunction(handler.address(), timePs);
                chain[size++] = handler.address(); // an interrupt may come anywhere, in a routine, too
            }
        }
        chain[size++] = place(core == patcher && !step.isEmpty() ? "patcher: " + step : WORKER, "", timePs);
        return Arrays.copyOf(chain, size);
    }

    private void access(TraceEvent.Transfer transfer) throws IOException {
        boolean isStore = transfer.use().equals("store");
        nameFunction(transfer.rip(), transfer.timePs());
        records.access(
                isStore ? PerfRecords.Event.STORES : PerfRecords.Event.LOADS,
                transfer.core(),
                ns(transfer.timePs()),
                transfer.rip() == TraceEvent.NO_ADDRESS
                        ? place(transfer.code(), transfer.step(), transfer.timePs())
                        : transfer.rip(),
                transfer.address(),
                accessPeriod,
                (long) (transfer.waitedPs() * cyclesPerPs),
                isStore ? STORE | L1_MISS | SNOOP_UNKNOWN | NOT_LOCKED | TLB_HIT_L1 : loadSource(transfer));
    }

    private long loadSource(TraceEvent.Transfer transfer) {
        long source = LOAD | TLB_HIT_L1 | (transfer.use().equals("update") ? LOCKED : NOT_LOCKED);
        if (transfer.from() <= LineTransfer.FROM_MEMORY || transfer.from() >= topology.cores()) {
            return source | LOCAL_MEMORY | SNOOP_MISS;
        }
        boolean near = transfer.core() < topology.cores()
                && topology.socket(transfer.core()) == topology.socket(transfer.from());
        return source | (near ? L3_HIT : OTHER_SOCKET) | (transfer.modified() ? SNOOP_HITM : SNOOP_HIT);
    }

    /** The address of a step of a routine: one of its own, under the routine's name, for each that occurs. */
    private long place(String named, String stepOfIt, long timePs) throws IOException {
        String routine = codeAt.size() < MAX_ROUTINES ? named : WORKER;
        Long base = codeAt.get(routine);
        if (base == null) {
            base = CODE + codeAt.size() * CODE_BYTES;
            codeAt.put(routine, base);
            records.function(routine, base, CODE_BYTES, ns(timePs));
        }
        Map<String, Integer> steps = code.computeIfAbsent(routine, r -> new HashMap<>(Map.of("", 0)));
        int index = steps.computeIfAbsent(stepOfIt, s -> steps.size());
        return base + Math.min((long) index * STEP_BYTES, CODE_BYTES - 1);
    }

    /**
     * Sees that perf knows the function at an address, if the trace does. Data has no names in the file: perf c2c takes lines with names for one
     * and the same.
     */
    private void nameFunction(long address, long timePs) throws IOException {
        TraceHeader.Symbol symbol = trace.covering(address);
        if (symbol != null && named.add(symbol.address())) {
            records.function(symbol.name(), symbol.address(), symbol.sizeBytes(), ns(timePs));
        }
    }

    private static long ns(long timePs) {
        return timePs / PS_PER_NS;
    }

    @Override
    public void finish() throws IOException {
        tickUntil(Long.MAX_VALUE);
        long bytes = out.position() - recordsAt;
        header.writeFeatures(out);
        out.overwrite(0, header.head(bytes));
        out.complete();
    }

    @Override
    public String note() {
        if (accesses == 0) {
            return "the trace has no cache-line transfers: for perf c2c record with --trace-level memory";
        }
        return accessPeriod == 1
                ? ""
                : String.format(
                        Locale.ROOT,
                        "of %,d cache-line transfers 1 in %d is in the file, with period %d; for all of them choose less with "
                                + "--between and --core",
                        accesses,
                        accessPeriod,
                        accessPeriod);
    }
}
