package dev.pokesim.cli.export;

import dev.pokesim.emulator.trace.TraceEvent;
import java.io.IOException;
import java.util.List;

/** Writes slices, moments and counters on tracks: what the formats of trace viewers have in common. Times are in picoseconds. */
interface TrackWriter {
    /** There is a track for a core. */
    void core(int core, String name) throws IOException;

    /** There is a counter. */
    void counter(int counter, String name) throws IOException;

    /**
     * A slice begins, inside those of the core that have not ended.
     *
     * @param event whose fields it shows
     * @param flows arrows that end at it
     */
    void begin(long timePs, int core, String name, TraceEvent event, List<Long> flows) throws IOException;

    /** The innermost slice of a core ends. */
    void end(long timePs, int core) throws IOException;

    /**
     * Something happens.
     *
     * @param flow the arrow that begins at it; 0 if none does
     */
    void instant(TraceEvent event, long flow) throws IOException;

    /** A counter has a new value. */
    void count(long timePs, int counter, long value) throws IOException;

    /** Nothing more comes. */
    void finish() throws IOException;
}
