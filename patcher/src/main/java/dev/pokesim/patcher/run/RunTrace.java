package dev.pokesim.patcher.run;

import dev.pokesim.emulator.coherence.LineTransfer;
import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.isa.Decoded;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.emulator.microop.MicroCode;
import dev.pokesim.emulator.trace.TraceEvent;
import dev.pokesim.emulator.trace.TraceHeader;
import dev.pokesim.emulator.trace.TraceWriter;
import dev.pokesim.patcher.check.Violation;
import dev.pokesim.patcher.kernel.KernelLayout;
import dev.pokesim.patcher.kernel.PatchListener;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import dev.pokesim.patcher.site.Symbol;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Records one run as a trace while it goes on. Once the file cannot be written, the callbacks throw {@link UncheckedIOException}, which
 * ends the run.
 */
public final class RunTrace implements PatchListener, Closeable {
    private final TraceWriter writer;
    private final boolean ofProtocol;
    private final boolean ofInstructions;
    private final boolean ofMemory;
    /** The byte that each address of a site holds. */
    private final SortedMap<Long, Byte> text = new TreeMap<>();

    /**
     * Starts one.
     *
     * @param command what the user typed, for the header
     * @param out is closed with this
     */
    public RunTrace(RunSetup setup, TraceLevel level, String command, OutputStream out) throws IOException {
        ofProtocol = level.compareTo(TraceLevel.PROTOCOL) >= 0;
        ofInstructions = level.compareTo(TraceLevel.INSTRUCTIONS) >= 0;
        ofMemory = level.compareTo(TraceLevel.MEMORY) >= 0;
        for (TextPokeLoc place : setup.target().places()) {
            for (int i = 0; i < place.sizeBytes(); i++) {
                text.put(place.address() + i, (byte) place.oldText().byteAt(i));
            }
        }
        writer = new TraceWriter(out, header(setup, level, command));
    }

    private static TraceHeader header(RunSetup setup, TraceLevel level, String command) {
        KernelLayout layout = PatchMachine.layout(setup.target(), setup.cores());
        Map<String, String> facts = Map.ofEntries(
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
                Map.entry("tsc-hertz", Long.toString(setup.profile().tscHertz())));
        List<TraceHeader.Symbol> symbols = new ArrayList<>(data(setup, layout));
        setup.target().places().stream()
                .map(place -> setup.target().image().symbols().covering(place.address()))
                .flatMap(Optional::stream)
                .distinct()
                .map(RunTrace::named)
                .forEach(symbols::add);
        return new TraceHeader(setup.cores(), new TreeMap<>(facts), symbols);
    }

    /** The patcher's and the handlers' data, under the kernel's names. */
    private static List<TraceHeader.Symbol> data(RunSetup setup, KernelLayout layout) {
        List<TraceHeader.Symbol> data = new ArrayList<>(List.of(
                new TraceHeader.Symbol(
                        "text_poke_array.vec", KernelLayout.ARRAY, KernelLayout.COUNT - KernelLayout.ARRAY),
                new TraceHeader.Symbol("text_poke_array.nr_entries", KernelLayout.COUNT, Integer.BYTES),
                new TraceHeader.Symbol("bp_desc.vec", KernelLayout.DESCRIPTOR_VECTOR, Long.BYTES),
                new TraceHeader.Symbol("bp_desc.nr_entries", KernelLayout.DESCRIPTOR_COUNT, Integer.BYTES),
                new TraceHeader.Symbol("text_mutex", KernelLayout.TEXT_MUTEX, Integer.BYTES)));
        long[] counters = setup.refs().counters(layout);
        for (int i = 0; i < counters.length; i++) {
            String name = setup.refs().isPerCore() ? "text_poke_array_refs@cpu" + i : "bp_desc.refs";
            data.add(new TraceHeader.Symbol(name, counters[i], Integer.BYTES));
        }
        return data;
    }

    private static TraceHeader.Symbol named(Symbol symbol) {
        return new TraceHeader.Symbol(clipped(symbol.name()), symbol.address(), symbol.sizeBytes());
    }

    private static String clipped(String any) {
        return any.length() <= TraceEvent.MAX_TEXT ? any : any.substring(0, TraceEvent.MAX_TEXT);
    }

    private void add(TraceEvent event) {
        try {
            writer.add(event);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void mark(Core core, String name, long address, String words) {
        add(new TraceEvent.Mark(core.timePs(), core.id(), name, address, clipped(words)));
    }

    private void mark(Core core, String name) {
        mark(core, name, TraceEvent.NO_ADDRESS, "");
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

    @Override
    public boolean wantsMemory() {
        return ofMemory;
    }

    @Override
    public void written(Core core, long address, int sizeBytes) {
        long value = core.memory().read(address, Math.min(sizeBytes, Long.BYTES));
        add(new TraceEvent.Store(core.timePs(), core.id(), address, sizeBytes, value));
    }

    @Override
    public void updated(Core core, long address, boolean failed) {
        add(new TraceEvent.Update(core.timePs(), core.id(), address, failed));
    }

    @Override
    public boolean wantsInstructions() {
        return ofInstructions;
    }

    @Override
    public void retired(Core core, Decoded instruction) {
        add(new TraceEvent.Instruction(core.timePs(), core.id(), instruction.address(), instruction.bytes()));
    }

    @Override
    public void arrived(Core core, LineTransfer transfer) {
        MicroCode code = transfer.buffered() ? null : (MicroCode) core.code();
        add(new TraceEvent.Transfer(
                transfer.timePs(),
                core.id(),
                transfer.address(),
                transfer.use().name().toLowerCase(Locale.ROOT),
                transfer.from(),
                transfer.modified(),
                transfer.waitedPs(),
                code != null && core.isInGuest() ? core.rip() : TraceEvent.NO_ADDRESS,
                code == null ? "store buffer" : clipped(code.name()),
                code == null ? "" : clipped(code.at(core.index()).toString())));
    }

    @Override
    public void fetchedSite(Core core, Decoded instruction, TextPokeLoc site) {
        if (ofProtocol) {
            add(new TraceEvent.Fetch(core.timePs(), core.id(), instruction.address(), instruction.bytes()));
        }
    }

    @Override
    public void failedAtSite(Core core, String reason, TextPokeLoc site) {
        if (ofProtocol) {
            mark(core, "fetch-failed", core.rip(), reason);
        }
    }

    @Override
    public void entered(Core core, int vector) {
        if (ofProtocol) {
            add(new TraceEvent.Trap(core.timePs(), core.id(), vector, core.rip()));
        }
    }

    @Override
    public void returned(Core core) {
        if (ofProtocol) {
            add(new TraceEvent.Return(core.timePs(), core.id(), core.rip()));
        }
    }

    @Override
    public void sent(Core from, int target, int vector) {
        if (ofProtocol) {
            add(new TraceEvent.Ipi(from.timePs(), from.id(), target, vector));
        }
    }

    @Override
    public void answered(Core core) {
        if (ofProtocol) {
            add(new TraceEvent.Answer(core.timePs(), core.id()));
        }
    }

    @Override
    public void serialised(Core core) {
        if (ofProtocol) {
            add(new TraceEvent.Serialise(core.timePs(), core.id()));
        }
    }

    @Override
    public void handled(Core core, long site, boolean claimed, long resumeAt) {
        if (ofProtocol) {
            mark(core, claimed ? "handler-claimed" : "handler-unclaimed", site, "");
        }
    }

    @Override
    public void batchStarted(Core patcher, int entries) {
        mark(patcher, "batch-start", TraceEvent.NO_ADDRESS, "nr_entries=" + entries);
    }

    @Override
    public void stepStarted(Core patcher, String step) {
        mark(patcher, "step-start", TraceEvent.NO_ADDRESS, step);
    }

    @Override
    public void batchFinished(Core patcher) {
        mark(patcher, "batch-end");
    }

    @Override
    public void awaitsRefs(Core patcher) {
        mark(patcher, "refs-held");
    }

    @Override
    public void poked(Core patcher, long address, int sizeBytes) {
        byte[] before = new byte[sizeBytes];
        byte[] after = new byte[sizeBytes];
        for (int i = 0; i < sizeBytes; i++) {
            after[i] = (byte) patcher.memory().read(address + i, 1);
            Byte old = text.put(address + i, after[i]);
            before[i] = old == null ? after[i] : old; // nothing but sites is poked
        }
        add(new TraceEvent.Rewrite(
                patcher.timePs(),
                patcher.id(),
                "poke",
                address,
                InstructionBytes.of(before, 0, sizeBytes),
                InstructionBytes.of(after, 0, sizeBytes)));
    }

    @Override
    public void textPokeRecord(Core patcher, long address, InstructionBytes oldText, InstructionBytes newText) {
        add(new TraceEvent.Rewrite(patcher.timePs(), patcher.id(), "text-poke-record", address, oldText, newText));
    }
}
