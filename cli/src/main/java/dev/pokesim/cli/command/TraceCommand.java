package dev.pokesim.cli.command;

import com.google.gson.JsonObject;
import dev.pokesim.cli.console.Console;
import dev.pokesim.cli.console.ExitCode;
import dev.pokesim.cli.console.Format;
import dev.pokesim.cli.console.JsonOutput;
import dev.pokesim.cli.console.OutputOptions;
import dev.pokesim.cli.events.EventLine;
import dev.pokesim.cli.export.ExportFile;
import dev.pokesim.cli.export.ExportFormat;
import dev.pokesim.cli.export.ExportScope;
import dev.pokesim.cli.export.TraceExport;
import dev.pokesim.emulator.trace.TraceEvent;
import dev.pokesim.emulator.trace.TraceHeader;
import dev.pokesim.emulator.trace.TraceReader;
import dev.pokesim.patcher.run.RunTrace;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code poke-sim trace FILE}: prints what {@code run --trace} recorded. */
@Command(
        name = "trace",
        description = {
            "Print the events that poke-sim run --trace FILE recorded, one a line; with --format json one object a line.",
            "A file that was cut off is printed up to its last whole chunk, and said to be cut.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  poke-sim trace storm.trace --limit 40",
            "  poke-sim trace storm.trace --core 17 --between 500us..1.2ms",
            "  poke-sim trace storm.trace --events step-start,poke",
            "  poke-sim trace storm.trace --site bpf_run_041+0xc --events fetch,trap",
            "  poke-sim trace storm.trace --counts --format json",
            "  poke-sim trace storm.trace --histogram handler",
            "  poke-sim trace storm.trace --follow-core 17 --limit 100",
            "  poke-sim trace storm.trace --diff percpu.trace --events poke --ignore-time",
            "  poke-sim trace storm.trace --to perf.data && perf report -i perf.data",
            "  poke-sim trace storm.trace --to trace.dat && trace-cmd report trace.dat"
        })
public final class TraceCommand implements Callable<Integer> {
    /** How often it is looked whether anybody still reads the output. */
    private static final long LOOK_EVERY = 4096;

    /** What the patcher is about, which concerns every core. */
    private static final Set<String> STEPS = Set.of("batch-start", "step-start", "batch-end", "violation");

    @Parameters(paramLabel = "FILE", description = "A trace that run --trace wrote.")
    private Path file = Path.of("");

    @Option(names = "--core", paramLabel = "N", split = ",", description = "Only events of these cores.")
    private List<Integer> cores = List.of();

    @Option(
            names = "--between",
            paramLabel = "A..B",
            converter = TimeWindow.Converter.class,
            description = "Only events from A to B, such as 12us..1.5ms (ns, us or ms); either may be missing.")
    private TimeWindow between = TimeWindow.ALL;

    @Option(
            names = "--events",
            paramLabel = "NAME",
            split = ",",
            description = "Only events of these names, as printed before the colon.")
    private List<String> events = List.of();

    @Option(
            names = {"--address", "--site"},
            paramLabel = "WHERE",
            description =
                    "Only events at an address (0x...), from 0xFIRST..0xLAST, in a FUNCTION or at FUNCTION+0xOFFSET.")
    private @Nullable String where;

    @Option(names = "--limit", paramLabel = "N", description = "Stop after N events.")
    private @Nullable Long limit;

    @Option(names = "--counts", description = "Print how many events of each name each core has instead of the events.")
    private boolean counts;

    @Option(
            names = "--follow-core",
            paramLabel = "N",
            description = "Only what core N did and what concerned it: IPIs to it, lines taken from it, pokes, steps.")
    private @Nullable Integer followed;

    @Option(
            names = "--histogram",
            paramLabel = "WHAT",
            description = {
                "Print how long something took instead of the events: handler (INT3 to its return), gap (between two INT3 of a core), "
                        + "ipi (to the handler that takes it), wait (for a cache line)."
            })
    private @Nullable String histogram;

    @Option(
            names = "--diff",
            paramLabel = "FILE",
            description = "Print where another trace parts from this one; status 1 if it does.")
    private @Nullable Path other;

    @Option(names = "--ignore-time", description = "With --diff: events are the same whenever they were.")
    private boolean ignoreTime;

    @Option(
            names = "--to",
            paramLabel = "OUT",
            description = {
                "Write the events for another tool: OUT.data (perf), OUT.dat (trace-cmd, KernelShark), OUT.pftrace or OUT.json "
                        + "(Perfetto), OUT.csv."
            })
    private @Nullable Path to;

    @Mixin
    private final OutputOptions output;

    /** The command, printing to this console. */
    public TraceCommand(Console console) {
        this.output = new OutputOptions(console);
    }

    @Override
    public Integer call() {
        TargetOptions.require(limit == null || limit > 0, "--limit " + limit + " is not at least 1");
        try (TraceReader reader = TraceReader.open(file)) {
            requireOne();
            if (to != null) {
                return export(reader, to);
            }
            if (histogram != null) {
                return output.print(histogram(reader, histogram)).exitCode().value();
            }
            if (other != null) {
                return output.print(diff(reader, other)).exitCode().value();
            }
            if (counts) {
                TraceCounts.Counter counter = new TraceCounts.Counter();
                select(reader, event -> {
                    counter.add(event);
                    return true;
                });
                return output.print(counter.counts(file.toString(), reader.isCut()))
                        .exitCode()
                        .value();
            }
            print(reader);
        }
        return ExitCode.FINE.value();
    }

    private void requireOne() {
        List<String> ways = new ArrayList<>();
        if (to != null) {
            ways.add("--to");
        }
        if (histogram != null) {
            ways.add("--histogram");
        }
        if (other != null) {
            ways.add("--diff");
        }
        if (counts) {
            ways.add("--counts");
        }
        TargetOptions.require(!ignoreTime || other != null, "--ignore-time needs --diff FILE");
        TargetOptions.require(
                ways.size() < 2, String.join(" and ", ways) + " exclude each other; leave all but one out");
    }

    private TraceHistogram histogram(TraceReader reader, String what) {
        TraceHistogram.Measure measure = TargetOptions.named(
                "--histogram", what, List.of(TraceHistogram.Measure.values()), TraceHistogram.Measure::optionName);
        TargetOptions.require(
                events.isEmpty() && where == null && limit == null && followed == null,
                "--histogram measures all there are; leave all but --core and --between out");
        TraceHistogram.Collector collector =
                new TraceHistogram.Collector(measure, reader.header().cores(), coreSet(reader.header()));
        reader.read(between.fromPs(), between.toPs(), new BitSet(), event -> {
            collector.add(event);
            return true;
        });
        return collector.histogram(file.toString(), reader.isCut());
    }

    private TraceDiff diff(TraceReader reader, Path second) {
        TargetOptions.require(limit == null, "--diff stops where the traces part; leave --limit out");
        try (TraceReader otherReader = TraceReader.open(second)) {
            return TraceDiff.of(compared(file, reader), compared(second, otherReader), ignoreTime);
        }
    }

    private TraceDiff.Compared compared(Path name, TraceReader reader) {
        return new TraceDiff.Compared(
                name.toString(),
                reader,
                reader.cursor(between.fromPs(), between.toPs(), coreSet(reader.header())),
                wanted(reader.header(), new TreeSet<>()));
    }

    private int export(TraceReader reader, Path target) {
        ExportFormat format = ExportFormat.of(target);
        TargetOptions.require(
                !format.needsEveryEvent() || events.isEmpty() && where == null && limit == null && followed == null,
                "--to " + target
                        + " is made from all events of its cores and its time; leave --events, --address, --limit and "
                        + "--follow-core out");
        coreSet(reader.header());
        ExportScope scope = new ExportScope(between.fromPs(), between.toPs(), cores);
        BooleanSupplier stop = output.stopRequested();
        try (ExportFile out = ExportFile.to(target);
                TraceExport export = format.open(reader, scope, out)) {
            long[] count = {0};
            select(reader, event -> {
                try {
                    export.add(event);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                return ++count[0] % LOOK_EVERY != 0 || !stop.getAsBoolean();
            });
            if (stop.getAsBoolean()) {
                return ExitCode.INCOMPLETE.value();
            }
            export.finish();
            if (!export.note().isEmpty()) {
                output.console().errorLine("poke-sim: " + export.note());
            }
        } catch (IOException | UncheckedIOException failed) {
            Throwable cause = failed instanceof UncheckedIOException ? failed.getCause() : failed;
            output.console()
                    .errorLine("poke-sim: --to " + target + ": " + (cause == null ? failed : cause).getMessage()
                            + "; nothing was left there; make room, or choose less with --between and --core");
            return ExitCode.INCOMPLETE.value();
        }
        return ExitCode.FINE.value();
    }

    private void print(TraceReader reader) {
        PrintWriter out = output.console().out();
        Function<TraceEvent, String> line;
        if (output.format() == Format.JSON) {
            out.println(JsonOutput.writeLine(jsonHeader(reader)));
            line = new TraceJson(reader.header())::of;
        } else {
            printHeader(reader, out);
            line = new EventLine(reader.header()::place)::of;
        }
        long[] printed = {0};
        try {
            select(reader, event -> {
                out.println(line.apply(event));
                return ++printed[0] % LOOK_EVERY != 0 || !out.checkError();
            });
        } finally {
            out.flush(); // what stands before damage comes before the error
        }
    }

    private static void printHeader(TraceReader reader, PrintWriter out) {
        TraceHeader header = reader.header();
        header.metadata().forEach((key, value) -> {
            if (!key.equals(RunTrace.AGAIN)) { // for programs
                out.println(("# " + key + ": " + value).replaceAll("\\p{Cntrl}", "?"));
            }
        });
        out.println("# cores: " + header.cores());
        out.println("# events: " + reader.eventCount());
        if (reader.isCut()) {
            out.println("# cut off: events may be missing at the end");
        }
    }

    private static JsonObject jsonHeader(TraceReader reader) {
        JsonObject object = new JsonObject();
        object.addProperty("version", JsonOutput.VERSION);
        JsonObject metadata = new JsonObject();
        reader.header().metadata().forEach(metadata::addProperty);
        object.add("metadata", metadata);
        object.addProperty("cores", reader.header().cores());
        object.addProperty("events", reader.eventCount());
        object.addProperty("cut", reader.isCut());
        return object;
    }

    /** Shows the events that the options ask for. */
    private void select(TraceReader reader, TraceReader.Visitor visitor) {
        SortedSet<String> seen = new TreeSet<>();
        Predicate<TraceEvent> wanted = wanted(reader.header(), seen);
        long[] left = {limit == null ? Long.MAX_VALUE : limit};
        boolean[] ended = {true};
        reader.read(between.fromPs(), between.toPs(), coreSet(reader.header()), event -> {
            if (wanted.test(event)) {
                left[0]--;
                ended[0] = visitor.visit(event) && left[0] > 0;
            }
            return ended[0];
        });
        if (ended[0]) {
            noteUnknown(new LinkedHashSet<>(events), seen);
        }
    }

    /**
     * Whether the options ask for an event, apart from its core and its time.
     *
     * @param seen gets the names that there are, if some names are asked for
     */
    private Predicate<TraceEvent> wanted(TraceHeader header, SortedSet<String> seen) {
        AddressFilter addresses = where == null ? null : new AddressFilter(where, header);
        Set<String> names = Set.copyOf(events);
        Integer follow = followed;
        if (follow != null) {
            requireCore("--follow-core", follow, header);
            TargetOptions.require(cores.isEmpty(), "--follow-core chooses cores itself; leave --core out");
        }
        return event -> {
            if (!names.isEmpty()) {
                seen.add(event.name());
                if (!names.contains(event.name())
                        && !names.contains(event.kind().text())) {
                    return false;
                }
            }
            return (addresses == null || addresses.accepts(event)) && (follow == null || concerns(event, follow));
        };
    }

    /** Whether a core did something, or it was done to it, or to the text that all cores execute. */
    private static boolean concerns(TraceEvent event, int core) {
        return event.core() == core
                || event instanceof TraceEvent.Ipi ipi && ipi.target() == core
                || event instanceof TraceEvent.Transfer transfer && transfer.from() == core
                || event instanceof TraceEvent.Rewrite
                || event instanceof TraceEvent.Mark mark && STEPS.contains(mark.name());
    }

    private BitSet coreSet(TraceHeader header) {
        BitSet set = new BitSet();
        for (int core : cores) {
            requireCore("--core", core, header);
            set.set(core);
        }
        return set;
    }

    private static void requireCore(String option, int core, TraceHeader header) {
        TargetOptions.require(
                core >= 0 && core < header.cores(),
                option + " " + core + ": the trace has cores 0 to " + (header.cores() - 1));
    }

    /** A name that neither a kind nor any event has may be a mistake; which ones a trace has is known once it is read. */
    private void noteUnknown(Set<String> wanted, SortedSet<String> seen) {
        for (TraceEvent.Kind kind : TraceEvent.Kind.values()) {
            wanted.remove(kind.text());
        }
        wanted.removeAll(seen);
        if (!wanted.isEmpty()) {
            output.console()
                    .errorLine("poke-sim: no event is called " + String.join(", ", wanted) + "; there are "
                            + String.join(", ", seen));
        }
    }
}
