package dev.pokesim.emulator.travel;

import dev.pokesim.emulator.trace.TraceEvent;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What one step of a run did. */
public final class Step {
    /** What happened. */
    public enum Kind {
        /** The core fetched and decoded an instruction. */
        FETCH,
        /** The core did any other micro-op. */
        MICRO_OP,
        /** The core entered the handler of an exception or interrupt; in a schedule that belongs to the step before. */
        ENTRY,
        /** The core's oldest store reached memory, and perhaps those behind it. */
        DRAIN,
        /** An IPI arrived. */
        IPI,
        /** An NMI arrived. */
        NMI
    }

    /** A place in memory that was read, also by a locked operation. */
    public record Load(long address, int sizeBytes) {}

    private final int core;
    private final Kind kind;
    private final Supplier<String> text;
    private final int number;
    private final List<TraceEvent> events;
    private final @Nullable Load load;

    /**
     * @param text is asked only if somebody wants to read it, perhaps much later
     * @param number of the schedule's step that it belongs to, from 1; 0 if there is none
     * @param load what it read; null if nothing
     */
    public Step(int core, Kind kind, Supplier<String> text, int number, List<TraceEvent> events, @Nullable Load load) {
        this.load = load;
        this.core = core;
        this.kind = kind;
        this.text = text;
        this.number = number;
        this.events = List.copyOf(events);
    }

    /** The core that did it, or to which it happened. */
    public int core() {
        return core;
    }

    public Kind kind() {
        return kind;
    }

    /** The micro-op in words; address, bytes and mnemonic for a fetch. */
    public String text() {
        return text.get();
    }

    /** The number of the schedule's step that it belongs to, from 1; 0 if there is no schedule, or before its first step. */
    public int number() {
        return number;
    }

    /** What it caused, in order: all that a trace of level {@code memory} has. */
    public List<TraceEvent> events() {
        return events;
    }

    /** What it read besides text; null if nothing. What it wrote is among the {@link #events()}. */
    public @Nullable Load load() {
        return load;
    }

    /** Whether one of its events has this {@link TraceEvent#name}. */
    public boolean has(String event) {
        for (TraceEvent each : events) {
            if (each.name().equals(event)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String toString() {
        return "core " + core + ": " + text();
    }
}
