package dev.pokesim.cli.command;

import com.google.gson.JsonObject;
import dev.pokesim.cli.console.Console;
import dev.pokesim.cli.console.ExitCode;
import dev.pokesim.cli.console.Format;
import dev.pokesim.cli.console.JsonOutput;
import dev.pokesim.cli.console.OutputOptions;
import dev.pokesim.cli.events.EventLine;
import dev.pokesim.emulator.trace.TraceEvent;
import dev.pokesim.emulator.trace.TraceHeader;
import dev.pokesim.emulator.trace.TraceReader;
import dev.pokesim.patcher.run.RunTrace;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.function.Function;
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
            "  poke-sim trace storm.trace --counts --format json"
        })
public final class TraceCommand implements Callable<Integer> {
    /** How often it is looked whether anybody still reads the output. */
    private static final long LOOK_EVERY = 4096;

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
        AddressFilter addresses = where == null ? null : new AddressFilter(where, reader.header());
        Set<String> wanted = new LinkedHashSet<>(events);
        SortedSet<String> seen = new TreeSet<>();
        long[] left = {limit == null ? Long.MAX_VALUE : limit};
        boolean[] ended = {true};
        reader.read(between.fromPs(), between.toPs(), coreSet(reader.header()), event -> {
            String name = event.name();
            if (!wanted.isEmpty()) {
                seen.add(name);
                if (!wanted.contains(name) && !wanted.contains(event.kind().text())) {
                    return true;
                }
            }
            if (addresses != null && !addresses.accepts(event)) {
                return true;
            }
            left[0]--;
            ended[0] = visitor.visit(event) && left[0] > 0;
            return ended[0];
        });
        if (ended[0]) {
            noteUnknown(wanted, seen);
        }
    }

    private BitSet coreSet(TraceHeader header) {
        BitSet set = new BitSet();
        for (int core : cores) {
            TargetOptions.require(
                    core >= 0 && core < header.cores(),
                    "--core " + core + ": the trace has cores 0 to " + (header.cores() - 1));
            set.set(core);
        }
        return set;
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
