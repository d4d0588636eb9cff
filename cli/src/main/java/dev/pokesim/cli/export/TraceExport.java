package dev.pokesim.cli.export;

import dev.pokesim.emulator.trace.TraceEvent;
import java.io.Closeable;
import java.io.IOException;

/** Takes the events of a trace, in their order, and writes them as another tool reads them. Memory does not grow with the trace. */
public interface TraceExport extends Closeable {
    /** Adds one event. */
    void add(TraceEvent event) throws IOException;

    /** Writes what only the end shows; the file is complete then. */
    void finish() throws IOException;

    /** In one line, what of the trace is not in the file, or what the trace has not that its reader needs; empty if nothing. */
    default String note() {
        return "";
    }

    /** Gives up what is open; without {@link #finish} nothing is left. */
    @Override
    default void close() throws IOException {}
}
