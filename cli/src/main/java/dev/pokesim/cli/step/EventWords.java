package dev.pokesim.cli.step;

import dev.pokesim.emulator.isa.Disassembly;
import dev.pokesim.emulator.trace.TraceEvent;
import dev.pokesim.emulator.travel.Step;
import dev.pokesim.patcher.kernel.KernelLayout;
import dev.pokesim.patcher.travel.PatchTimeline;
import java.util.ArrayList;
import java.util.List;

/** What a micro-op caused, in a word or two each. */
final class EventWords {
    private EventWords() {}

    /** Its events, without fetches and accesses of memory other than stores into text: the micro-op itself says these. */
    static List<String> of(PatchTimeline run, Step step) {
        List<String> words = new ArrayList<>();
        for (TraceEvent event : step.events()) {
            if (Condition.isPoke(run.timeline(), event)) {
                words.add(
                        "text at " + new Disassembly(run::place).address(event.address() - KernelLayout.POKING_OFFSET));
            }
            boolean isSaid = event instanceof TraceEvent.Store
                    || event instanceof TraceEvent.Update
                    || event instanceof TraceEvent.Fetch;
            if (!isSaid) {
                words.add(word(event));
            }
        }
        return words;
    }

    private static String word(TraceEvent event) {
        if (event instanceof TraceEvent.Trap trap) {
            return "trap " + trap.vector();
        }
        if (event instanceof TraceEvent.Ipi ipi) {
            return "ipi to core " + ipi.target();
        }
        if (event instanceof TraceEvent.Mark mark) {
            return mark.text().isEmpty() ? mark.name() : mark.name() + ": " + mark.text();
        }
        return event.name();
    }
}
