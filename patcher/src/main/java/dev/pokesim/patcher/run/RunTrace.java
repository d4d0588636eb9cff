package dev.pokesim.patcher.run;

import dev.pokesim.emulator.state.StateWriter;
import dev.pokesim.emulator.trace.TraceEvent;
import dev.pokesim.emulator.trace.TraceHeader;
import dev.pokesim.emulator.trace.TraceWriter;
import dev.pokesim.patcher.check.Violation;
import dev.pokesim.patcher.guest.GuestKernel;
import dev.pokesim.patcher.kernel.KernelLayout;
import dev.pokesim.patcher.kernel.PokeArray;
import dev.pokesim.patcher.kernel.Refs;
import dev.pokesim.patcher.site.Symbol;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Records one run as a trace while it goes on. Once the file cannot be written, the callbacks throw {@link UncheckedIOException}, which
 * ends the run.
 */
public final class RunTrace implements PatchRun.StateSink, Closeable {
    /** So many steps lie between two states of the run at least: a fraction of a second's work for who does them again. */
    static final long STATE_STEPS = 1 << 20;

    /** The fact of a trace's header that says how to do the run again. */
    public static final String AGAIN = "again";

    private final TraceWriter writer;
    private final RunEvents events;

    /**
     * Starts one.
     *
     * @param command what the user typed, for the header
     * @param again all that it takes to do the run again, in words; empty if that is not wanted
     * @param out is closed with this
     */
    public RunTrace(RunSetup setup, TraceLevel level, String command, String again, OutputStream out)
            throws IOException {
        this(setup, level, command, again, data(setup.refs(), PatchMachine.layout(setup.target(), setup.cores())), out);
    }

    private RunTrace(
            RunSetup setup,
            TraceLevel level,
            String command,
            String again,
            List<TraceHeader.Symbol> data,
            OutputStream out)
            throws IOException {
        events = new RunEvents(setup.target().places(), level, this::add);
        writer = new TraceWriter(out, header(setup, level, command, again, data));
    }

    /**
     * As the constructor, for a kernel that patches itself. Nobody can do that run again from its trace.
     *
     * @param setup of the {@link GuestRun}
     */
    public static RunTrace ofGuest(
            GuestKernel kernel, RunSetup setup, TraceLevel level, String command, OutputStream out) throws IOException {
        return new RunTrace(setup, level, command, "", data(kernel), out);
    }

    private static TraceHeader header(
            RunSetup setup, TraceLevel level, String command, String again, List<TraceHeader.Symbol> data) {
        Map<String, String> facts = new TreeMap<>(Map.ofEntries(
                Map.entry("command", clipped(command)),
                Map.entry("input", clipped(setup.target().image().name())),
                Map.entry("sites", Integer.toString(setup.target().places().size())),
                Map.entry("protocol", setup.protocol().name()),
                Map.entry("refs", setup.refs().name()),
                Map.entry("profile", clipped(setup.profile().name())),
                Map.entry("scenario", clipped(setup.scenario().name())),
                Map.entry("fetch", setup.fetchMode().optionName()),
                Map.entry("seed", Long.toString(setup.seed())),
                Map.entry("level", level.optionName()),
                Map.entry("sockets", Integer.toString(setup.profile().sockets())),
                Map.entry("threads-per-core", Integer.toString(setup.profile().threadsPerCore())),
                Map.entry("cores-per-cluster", Integer.toString(setup.profile().coresPerCluster())),
                Map.entry("tsc-hertz", Long.toString(setup.profile().tscHertz()))));
        if (!again.isEmpty() && again.length() <= TraceHeader.MAX_TEXT) {
            facts.put(AGAIN, again);
        }
        List<TraceHeader.Symbol> symbols = new ArrayList<>(data);
        setup.target().places().stream()
                .map(place -> setup.target().image().symbols().covering(place.address()))
                .flatMap(Optional::stream)
                .distinct()
                .map(RunTrace::named)
                .forEach(symbols::add);
        return new TraceHeader(setup.cores(), new TreeMap<>(facts), symbols);
    }

    /** The patcher's and the handlers' data, under the kernel's names. */
    public static List<TraceHeader.Symbol> data(Refs refs, KernelLayout layout) {
        List<TraceHeader.Symbol> data = new ArrayList<>(List.of(
                new TraceHeader.Symbol(
                        "text_poke_array.vec", KernelLayout.ARRAY, KernelLayout.COUNT - KernelLayout.ARRAY),
                new TraceHeader.Symbol("text_poke_array.nr_entries", KernelLayout.COUNT, Integer.BYTES),
                new TraceHeader.Symbol("bp_desc.vec", KernelLayout.DESCRIPTOR_VECTOR, Long.BYTES),
                new TraceHeader.Symbol("bp_desc.nr_entries", KernelLayout.DESCRIPTOR_COUNT, Integer.BYTES),
                new TraceHeader.Symbol("text_mutex", KernelLayout.TEXT_MUTEX, Integer.BYTES)));
        long[] counters = refs.counters(layout);
        for (int i = 0; i < counters.length; i++) {
            String name = refs.isPerCore() ? "text_poke_array_refs@cpu" + i : "bp_desc.refs";
            data.add(new TraceHeader.Symbol(name, counters[i], Integer.BYTES));
        }
        return data;
    }

    /** The same of a kernel that patches itself. */
    static List<TraceHeader.Symbol> data(GuestKernel kernel) {
        PokeArray array = kernel.pokeArray();
        List<TraceHeader.Symbol> data = new ArrayList<>(List.of(
                new TraceHeader.Symbol("tp_vec", array.entries(), array.sizeBytes()),
                new TraceHeader.Symbol("tp_vec_nr", array.count(), Integer.BYTES)));
        array.counters().forEach(counter -> data.add(new TraceHeader.Symbol("bp_desc.refs", counter, Integer.BYTES)));
        return data;
    }

    private static TraceHeader.Symbol named(Symbol symbol) {
        return new TraceHeader.Symbol(clipped(symbol.name()), symbol.address(), symbol.sizeBytes());
    }

    static String clipped(String any) {
        return any.length() <= TraceEvent.MAX_TEXT ? any : any.substring(0, TraceEvent.MAX_TEXT);
    }

    private void add(TraceEvent event) {
        try {
            writer.add(event);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What has to listen to the run. */
    RunEvents events() {
        return events;
    }

    @Override
    public void state(long steps, long timePs, StateWriter state) {
        try {
            writer.snapshot(steps, timePs, state.bytes(), state.sizeBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void end(long steps, long timePs) {
        try {
            writer.snapshot(steps, timePs, new byte[0], 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Adds what only the end of the run shows: the violation. */
    public void finish(RunReport report) {
        Violation found = report.violation();
        if (found != null) {
            add(new TraceEvent.Mark(
                    found.timePs(),
                    found.core(),
                    "violation",
                    TraceEvent.NO_ADDRESS,
                    clipped(found.oracle() + ": " + found.what())));
        }
    }

    @Override
    public void close() throws IOException {
        writer.close();
    }
}
