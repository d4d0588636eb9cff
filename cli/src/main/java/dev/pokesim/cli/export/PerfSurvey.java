package dev.pokesim.cli.export;

import dev.pokesim.emulator.trace.TraceEvent;
import dev.pokesim.emulator.trace.TraceReader;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** What must be known of a trace before it can be sampled: when there were batches, how much moved, and how it stood at the start. */
final class PerfSurvey {
    /** No run takes longer, 10,000 s: a damaged trace may say so. */
    private static final long LATEST_PS = 10_000_000_000_000_000L;

    /** A stretch of time. */
    record Span(long fromPs, long toPs) {}

    private final List<Span> batches = new ArrayList<>();
    private final HandlerStacks stacks;
    private int patcher;
    private String step = "";
    private long transfers;
    private long batchFromPs = -1;
    private long lastPs;

    PerfSurvey(TraceReader trace, ExportScope scope) {
        stacks = new HandlerStacks(trace.header().cores());
        BitSet cores = scope.coreSet();
        trace.read(0, Math.min(scope.toPs(), LATEST_PS), new BitSet(), event -> {
            look(event, scope, cores);
            return true;
        });
        endBatch(lastPs, scope);
    }

    private void look(TraceEvent event, ExportScope scope, BitSet cores) {
        lastPs = Math.max(lastPs, event.timePs());
        boolean before = event.timePs() < scope.fromPs();
        if (before) {
            stacks.add(event);
        }
        if (event instanceof TraceEvent.Mark mark) {
            switch (mark.name()) {
                case "batch-start" -> {
                    batchFromPs = mark.timePs();
                    patcher = mark.core();
                }
                case "batch-end" -> endBatch(mark.timePs(), scope);
                case "step-start" -> step = before ? mark.text() : step;
                default -> {}
            }
        } else if (event instanceof TraceEvent.Transfer && !before && (cores.isEmpty() || cores.get(event.core()))) {
            transfers++;
        }
    }

    private void endBatch(long atPs, ExportScope scope) {
        long fromPs = Math.max(batchFromPs, scope.fromPs());
        if (batchFromPs >= 0 && atPs > fromPs) {
            batches.add(new Span(fromPs, atPs));
        }
        batchFromPs = -1;
    }

    /** The batches, as far as they are in the scope. */
    List<Span> batches() {
        return batches;
    }

    /** What each core was in when the scope began; the caller goes on with it. */
    HandlerStacks stacks() {
        return stacks;
    }

    /** Who patches. */
    int patcher() {
        return patcher;
    }

    /** The step in which the scope begins; empty if in none. */
    String step() {
        return step;
    }

    /** How many lines move in the scope. */
    long transfers() {
        return transfers;
    }
}
