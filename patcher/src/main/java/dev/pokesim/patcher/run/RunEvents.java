package dev.pokesim.patcher.run;

import dev.pokesim.emulator.coherence.LineTransfer;
import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.isa.Decoded;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.emulator.microop.MicroCode;
import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;
import dev.pokesim.emulator.trace.TraceEvent;
import dev.pokesim.patcher.kernel.PatchListener;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Turns what a machine and its patcher do into events of a trace, and remembers how far the protocol has come. */
public final class RunEvents implements PatchListener {
    private static final int MAX_STEP_BYTES = 255;

    private final boolean ofProtocol;
    private final boolean ofInstructions;
    private final boolean ofMemory;
    private final Consumer<TraceEvent> sink;
    /** The byte that each address of a site holds, as far as the patcher has told. */
    private final SortedMap<Long, Byte> text = new TreeMap<>();

    private String protocolStep = "";

    /**
     * @param places of the run
     * @param level which events there are
     * @param sink is told each
     */
    public RunEvents(List<TextPokeLoc> places, TraceLevel level, Consumer<TraceEvent> sink) {
        ofProtocol = level.compareTo(TraceLevel.PROTOCOL) >= 0;
        ofInstructions = level.compareTo(TraceLevel.INSTRUCTIONS) >= 0;
        ofMemory = level.compareTo(TraceLevel.MEMORY) >= 0;
        this.sink = sink;
        for (TextPokeLoc place : places) {
            for (int i = 0; i < place.sizeBytes(); i++) {
                text.put(place.address() + i, (byte) place.oldText().byteAt(i));
            }
        }
    }

    /** The step of the protocol that began last and whose batch is not done; empty between batches. */
    public String protocolStep() {
        return protocolStep;
    }

    /** Appends what is remembered. */
    public void save(StateWriter out) {
        byte[] step = protocolStep.getBytes(StandardCharsets.UTF_8);
        int size = Math.min(step.length, MAX_STEP_BYTES);
        out.number(size);
        out.raw(step, 0, size);
        text.values().forEach(held -> out.number(held & 0xff));
    }

    /** Takes back what {@link #save} wrote for the same places. */
    public void restore(StateReader in) {
        byte[] step = new byte[MAX_STEP_BYTES];
        int size = in.number();
        in.raw(step, 0, size);
        protocolStep = new String(Arrays.copyOf(step, size), StandardCharsets.UTF_8);
        text.replaceAll((address, held) -> (byte) in.number());
    }

    private void add(TraceEvent event) {
        sink.accept(event);
    }

    private void mark(Core core, String name, long address, String words) {
        add(new TraceEvent.Mark(core.timePs(), core.id(), name, address, RunTrace.clipped(words)));
    }

    private void mark(Core core, String name) {
        mark(core, name, TraceEvent.NO_ADDRESS, "");
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
    public boolean wantsTransfers() {
        return ofMemory;
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
                code == null ? "store buffer" : RunTrace.clipped(code.name()),
                code == null ? "" : RunTrace.clipped(code.at(core.index()).toString())));
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
        protocolStep = step;
        mark(patcher, "step-start", TraceEvent.NO_ADDRESS, step);
    }

    @Override
    public void batchFinished(Core patcher) {
        protocolStep = "";
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
