package dev.pokesim.patcher.travel;

import dev.pokesim.emulator.coherence.TimedMachine;
import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.FetchView;
import dev.pokesim.emulator.datafile.InvalidDataFile;
import dev.pokesim.emulator.explore.Schedule;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.memory.Access;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.trace.TraceHeader;
import dev.pokesim.emulator.trace.TraceReader;
import dev.pokesim.emulator.travel.RoutineText;
import dev.pokesim.emulator.travel.Step;
import dev.pokesim.emulator.travel.Timeline;
import dev.pokesim.patcher.run.PatchTarget;
import dev.pokesim.patcher.schedule.MachineSchedule;
import dev.pokesim.patcher.schedule.ProofSchedule;
import dev.pokesim.patcher.site.Symbol;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A patching run that can be walked both ways, and what its state means at the present position. */
public final class PatchTimeline {
    private final PatchRerun parts;
    private final Timeline timeline;
    private final RoutineText routines;
    private final FetchView view;
    private final List<TraceHeader.Symbol> data;
    /** Null unless it is a machine's schedule. */
    private final @Nullable Schedule schedule;

    private PatchTimeline(PatchRerun parts, @Nullable Schedule schedule) {
        this.schedule = schedule;
        this.parts = parts;
        timeline = new Timeline(parts.rerun(), parts.landmarks());
        routines = new RoutineText(timeline.routines());
        view = new FetchView(timeline.machine().memory(), parts.fetchMode(), count -> 0);
        data = parts.data();
    }

    /**
     * Opens the run that a schedule keeps.
     *
     * @param name of the file, for messages
     * @param force whether it may have been made by another model
     * @throws InvalidDataFile if it does not fit, or is a proof's and the machine cannot follow it
     * @throws dev.pokesim.patcher.schedule.StepDoesNotFit if a step is not possible where it stands
     */
    public static PatchTimeline ofSchedule(String name, byte[] content, boolean force) {
        Schedule schedule = Schedule.parse(name, content);
        List<String> words = schedule.words(Schedule.Key.MODEL);
        String model = words.isEmpty() ? "" : words.get(0);
        return switch (model) {
            case MachineSchedule.MODEL, MachineSchedule.GUEST_MODEL ->
                new PatchTimeline(ScheduleAgain.of(MachineSchedule.read(name, schedule, force)), schedule);
            case ProofSchedule.MODEL ->
                new PatchTimeline(ScheduleAgain.of(name, ProofSchedule.read(name, schedule, force)), null);
            default ->
                throw new InvalidDataFile(
                        name,
                        0,
                        "model",
                        "`" + model + "` is none of " + ProofSchedule.MODEL + ", " + MachineSchedule.MODEL + ", "
                                + MachineSchedule.GUEST_MODEL);
        };
    }

    /**
     * Opens the run that a trace recorded.
     *
     * @param name of the file, for messages
     * @param trace must stay open as long as this is used
     * @throws InvalidDataFile if it does not say how to do its run again, or that would be another run
     * @throws dev.pokesim.patcher.site.InvalidInput if the input that was patched cannot be read any more
     */
    public static PatchTimeline ofTrace(String name, TraceReader trace) {
        return new PatchTimeline(TraceAgain.of(name, trace), null);
    }

    /** Where it is, and the ways to go elsewhere. */
    public Timeline timeline() {
        return timeline;
    }

    /** What is known about the run besides its state, by name: protocol, refs, fetch, cores, ... */
    public SortedMap<String, String> facts() {
        return parts.facts();
    }

    /** What is patched: its places have their old and new bytes. */
    public PatchTarget target() {
        return parts.target();
    }

    /** What is wrong at the end of the run, in one line; null if nothing is. */
    public @Nullable String violation() {
        return parts.violation();
    }

    /** Whether the position is the end, and something is wrong there. */
    public boolean isViolated() {
        return parts.violation() != null && timeline.position() == timeline.length();
    }

    /** The step of the protocol that the patcher is in, such as {@code write int3}; empty between batches. */
    public String protocolStep() {
        return parts.events().protocolStep();
    }

    /** The clocks, cache lines and events of a run in time; null for a schedule. */
    public @Nullable TimedMachine timed() {
        return parts.timed();
    }

    /**
     * A reference count.
     *
     * @param name as the kernel calls it, with the core if there is one for each
     * @param value as memory has it
     */
    public record Counter(String name, long address, int value) {}

    /** All reference counts. */
    public List<Counter> refs() {
        Map<Long, String> names = new TreeMap<>();
        data.forEach(symbol -> names.put(symbol.address(), symbol.name()));
        List<Counter> counters = new ArrayList<>();
        for (long address : parts.counters()) {
            int value = (int) timeline.machine().memory().read(address, Integer.BYTES);
            counters.add(new Counter(names.getOrDefault(address, ""), address, value));
        }
        return counters;
    }

    /**
     * What a core could see of text if it fetched now.
     *
     * @return for each byte the values that are possible, memory's first; fewer bytes than asked for where no text is mapped
     */
    public List<List<Integer>> seenBy(int core, long address, int sizeBytes) {
        Core viewer = timeline.machine().core(core);
        AddressSpace memory = timeline.machine().memory();
        List<List<Integer>> seen = new ArrayList<>();
        for (int i = 0; i < sizeBytes && memory.allows(address + i, Access.EXECUTE); i++) {
            seen.add(view.possible(viewer, address + i));
        }
        return seen;
    }

    /** Addresses for cores that execute routines. */
    public RoutineText routines() {
        return routines;
    }

    /** The kernel's data that has a name. */
    public List<TraceHeader.Symbol> data() {
        return data;
    }

    /** An address as symbol and offset, of text, data or a routine; empty if nothing covers it. */
    public String place(long address) {
        RoutineText.Place micro = routines.at(address);
        if (micro != null) {
            return plus(micro.routine().name().replace(' ', '_'), micro.index());
        }
        for (TraceHeader.Symbol symbol : data) {
            if (Long.compareUnsigned(address - symbol.address(), symbol.sizeBytes()) < 0) {
                return plus(symbol.name(), address - symbol.address());
            }
        }
        return target().image()
                .symbols()
                .covering(address)
                .map((Symbol symbol) -> plus(symbol.name(), address - symbol.address()))
                .orElse("");
    }

    private static String plus(String name, long offset) {
        return offset == 0 ? name : name + "+0x" + Long.toHexString(offset);
    }

    /**
     * The first steps of the schedule, for a replay that goes on otherwise ({@code replay --prefix}).
     *
     * @param steps how many
     * @return the text of a schedule file; null if the run is none of a machine's schedule
     */
    public byte @Nullable [] scheduleUpTo(int steps) {
        Schedule whole = schedule;
        return whole == null
                ? null
                : new Schedule(whole.headers(), whole.steps().subList(0, steps))
                        .text()
                        .getBytes(StandardCharsets.US_ASCII);
    }

    // ---- what to look for

    /** The next step of a core. */
    public static Timeline.Wanted stepOf(int core) {
        return (here, step) -> step.core() == core;
    }

    /** A core has come to an instruction, or to the next micro-op of a routine. */
    public static Timeline.Wanted instructionOf(int core) {
        return (here, step) -> step.core() == core
                && step.kind() != Step.Kind.DRAIN
                && isBetweenInstructions(here.machine().core(core));
    }

    /** Whether a core stands before an instruction, or before a micro-op of a routine. */
    public static boolean isBetweenInstructions(Core core) {
        return core.trap() == Core.NO_TRAP && (core.code() == null || core.code() instanceof Routine);
    }

    /** Text was written and the patcher sees it. */
    public static Timeline.Wanted poke() {
        return (here, step) -> step.has("poke");
    }

    /** A core enters a handler. */
    public static Timeline.Wanted trap() {
        return (here, step) -> step.has("trap");
    }

    /** A step of the protocol begins. */
    public static Timeline.Wanted protocolStepBegins() {
        return (here, step) -> step.has("step-start");
    }

    /** A reference count changes. */
    public Timeline.Wanted refChange() {
        return (here, step) -> step.events().stream()
                .anyMatch(event ->
                        event.name().equals("store") && parts.counters().contains(event.address()));
    }

    /** Something is wrong: only at the end. */
    public Timeline.Wanted violated() {
        return (here, step) -> isViolated();
    }
}
