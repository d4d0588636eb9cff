package dev.pokesim.patcher.travel;

import dev.pokesim.emulator.coherence.TimedMachine;
import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.trace.TraceHeader;
import dev.pokesim.emulator.travel.Rerun;
import dev.pokesim.emulator.travel.Timeline;
import dev.pokesim.patcher.run.PatchTarget;
import dev.pokesim.patcher.run.RunEvents;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link PatchTimeline} is made of.
 *
 * @param facts what is known about the run, by name, for readers
 * @param events listens to the run
 * @param data of the patcher and the handlers, with their names
 * @param counters of references
 * @param timed null if the run has no time
 * @param violation what is wrong at the end; null if nothing is
 */
record PatchRerun(
        Rerun rerun,
        Timeline.Landmarks landmarks,
        SortedMap<String, String> facts,
        PatchTarget target,
        List<TraceHeader.Symbol> data,
        List<Long> counters,
        FetchMode fetchMode,
        RunEvents events,
        @Nullable TimedMachine timed,
        @Nullable String violation) {}
