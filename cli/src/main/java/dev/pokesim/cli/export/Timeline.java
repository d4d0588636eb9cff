package dev.pokesim.cli.export;

import dev.pokesim.emulator.trace.TraceEvent;
import dev.pokesim.emulator.trace.TraceHeader;
import dev.pokesim.patcher.run.Vectors;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A run as a trace viewer shows it. A track for each core; on the patcher's a slice for each batch and, inside, each step; on all a slice from
 * each trap to its return; an arrow from each IPI to the handler that takes it; everything else is a moment. Counters: how many cores
 * are in INT3 handlers, and the sum of the reference counts if the trace has stores.
 */
final class Timeline implements TraceExport {
    private static final int IN_HANDLERS = 0;
    private static final int REFS = 1;
    private static final Pattern REFS_SYMBOL = Pattern.compile("bp_desc\\.refs|text_poke_array_refs@cpu[0-9]+");

    /** What a core's track has open: handlers are closed by returns, batch and step by those that follow. */
    private enum Slice {
        BATCH,
        STEP,
        HANDLER
    }

    private final TraceHeader header;
    private final TrackWriter out;
    private final List<List<Slice>> open = new ArrayList<>();
    private final HandlerStacks stacks;
    /** IPIs on their way, by target and vector. */
    private final Map<Long, List<Long>> flows = new HashMap<>(); // only looked up

    private final Map<Long, Long> refs = new HashMap<>(); // only looked up
    private long refsSum;
    private long lastFlow;
    private int inHandlers;
    private boolean begun;

    Timeline(TraceHeader header, TrackWriter out) {
        this.header = header;
        this.out = out;
        stacks = new HandlerStacks(header.cores());
        for (int core = 0; core < header.cores(); core++) {
            open.add(new ArrayList<>(4));
        }
    }

    private void begin() throws IOException {
        begun = true;
        for (int core = 0; core < header.cores(); core++) {
            out.core(core, "core " + core);
        }
        out.counter(IN_HANDLERS, "cores in INT3 handlers");
        out.counter(REFS, "references");
    }

    @Override
    public void add(TraceEvent event) throws IOException {
        if (!begun) {
            begin();
        }
        if (event instanceof TraceEvent.Trap trap) {
            trap(trap);
        } else if (event instanceof TraceEvent.Return) {
            returned(event);
        } else if (event instanceof TraceEvent.Ipi ipi) {
            lastFlow++;
            flows.computeIfAbsent(ipiKey(ipi.target(), ipi.vector()), key -> new ArrayList<>())
                    .add(lastFlow);
            out.instant(event, lastFlow);
        } else if (event instanceof TraceEvent.Mark mark) {
            mark(mark);
        } else {
            if (event instanceof TraceEvent.Store store) {
                stored(store);
            }
            out.instant(event, 0);
        }
    }

    private static long ipiKey(int target, int vector) {
        return (long) target << 8 | vector;
    }

    private void trap(TraceEvent.Trap trap) throws IOException {
        boolean was = stacks.isInInt3(trap.core());
        stacks.add(trap);
        List<Long> ended = flows.remove(ipiKey(trap.core(), trap.vector()));
        beginSlice(trap, Slice.HANDLER, Vectors.handler(trap.vector()), ended == null ? List.of() : ended);
        count(trap, was);
    }

    private void returned(TraceEvent event) throws IOException {
        boolean was = stacks.isInInt3(event.core());
        stacks.add(event);
        List<Slice> slices = open.get(event.core());
        if (!slices.isEmpty() && slices.get(slices.size() - 1) == Slice.HANDLER) {
            endSlice(event);
        }
        count(event, was);
    }

    private void count(TraceEvent event, boolean was) throws IOException {
        boolean is = stacks.isInInt3(event.core());
        if (was != is) {
            inHandlers += is ? 1 : -1;
            out.count(event.timePs(), IN_HANDLERS, inHandlers);
        }
    }

    private void mark(TraceEvent.Mark mark) throws IOException {
        switch (mark.name()) {
            case "batch-start" -> beginSlice(mark, Slice.BATCH, "batch", List.of());
            case "step-start" -> {
                endStep(mark);
                beginSlice(mark, Slice.STEP, mark.text(), List.of());
            }
            case "batch-end" -> {
                endStep(mark);
                if (isInnermost(mark.core(), Slice.BATCH)) {
                    endSlice(mark);
                }
            }
            default -> out.instant(mark, 0);
        }
    }

    private void endStep(TraceEvent event) throws IOException {
        if (isInnermost(event.core(), Slice.STEP)) {
            endSlice(event);
        }
    }

    private boolean isInnermost(int core, Slice slice) {
        List<Slice> slices = open.get(core);
        return !slices.isEmpty() && slices.get(slices.size() - 1) == slice;
    }

    private void beginSlice(TraceEvent event, Slice slice, String name, List<Long> ended) throws IOException {
        open.get(event.core()).add(slice);
        out.begin(event.timePs(), event.core(), name, event, ended);
    }

    private void endSlice(TraceEvent event) throws IOException {
        List<Slice> slices = open.get(event.core());
        slices.remove(slices.size() - 1);
        out.end(event.timePs(), event.core());
    }

    private void stored(TraceEvent.Store store) throws IOException {
        if (REFS_SYMBOL.matcher(header.place(store.address())).matches()) {
            Long before = refs.put(store.address(), store.value());
            refsSum += (int) store.value() - (before == null ? 0 : before.intValue());
            out.count(store.timePs(), REFS, refsSum);
        }
    }

    @Override
    public void finish() throws IOException {
        if (!begun) {
            begin();
        }
        out.finish();
    }
}
