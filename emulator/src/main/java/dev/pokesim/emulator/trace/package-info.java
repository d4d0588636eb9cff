/**
 * What happened in a run, event by event, as a file that is written while it runs. Not here: who turns a machine's callbacks into
 * events (its clients), and how events are shown. Start with {@link TraceEvent}, {@link TraceWriter}, {@link TraceReader}.
 */
@org.jspecify.annotations.NullMarked
package dev.pokesim.emulator.trace;
