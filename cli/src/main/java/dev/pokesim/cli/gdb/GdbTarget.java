package dev.pokesim.cli.gdb;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.machine.Machine;
import dev.pokesim.emulator.memory.Access;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.memory.Frame;
import dev.pokesim.emulator.travel.Step;
import dev.pokesim.emulator.travel.Timeline;
import dev.pokesim.patcher.travel.PatchTimeline;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A recorded run as something that gdb can drive. Only the order that was recorded exists: to step one core is to go on until it has
 * done an instruction, whatever the others do meanwhile; to hold the others back means only that their breakpoints are passed over.
 */
final class GdbTarget {
    /** {@link #goOn} for all cores. */
    static final int ALL = -1;

    /** What memory seems to hold where routines stand: a NOP for each micro-op. */
    private static final int MICRO_OP = 0x90;

    private final PatchTimeline run;
    private final Timeline timeline;
    private final Points points = new Points();

    GdbTarget(PatchTimeline run) {
        this.run = run;
        timeline = run.timeline();
    }

    PatchTimeline run() {
        return run;
    }

    Points points() {
        return points;
    }

    int cores() {
        return timeline.machine().coreCount();
    }

    private Core core(int id) {
        return timeline.machine().core(id);
    }

    /** Where a core is. */
    long pc(int id) {
        return run.routines().pc(core(id));
    }

    /** What a core is called: its number and the function that it is in. */
    String name(int id) {
        String function = run.place(pc(id)).replaceAll("\\+0x[0-9a-f]+$", "");
        return ("core " + id + " " + function).trim();
    }

    /** All registers of a core, as a packet spells them. */
    String registers(int id) {
        return TargetRegisters.values(core(id), pc(id));
    }

    /** One register of a core, as a packet spells it. */
    String register(int id, int number) {
        return TargetRegisters.value(core(id), pc(id), number);
    }

    /**
     * What memory holds, past store buffers and stale views.
     *
     * @return fewer bytes than asked for where nothing is mapped, as a packet spells them
     */
    String memory(long address, int sizeBytes) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < sizeBytes; i++) {
            int held = byteAt(address + i);
            if (held < 0) {
                break;
            }
            text.append("%02x".formatted(held));
        }
        return text.toString();
    }

    private int byteAt(long address) {
        if (run.routines().covers(address)) {
            return MICRO_OP;
        }
        AddressSpace memory = timeline.machine().memory();
        for (Access access : Access.values()) {
            if (memory.allows(address, access)) {
                return memory.frame(address, access).byteAt((int) address & Frame.SIZE_BYTES - 1);
            }
        }
        return -1;
    }

    // ---- forwards

    /** Whose doing the present state is. */
    int lastCore() {
        Step last = timeline.last();
        return last == null ? 0 : last.core();
    }

    /**
     * Lets a core do one instruction, or one micro-op of a routine.
     *
     * @param others whether breakpoints of other cores count
     */
    Stop step(int id, boolean others, BooleanSupplier interrupt) {
        Timeline.Wanted own = PatchTimeline.instructionOf(id);
        return forward(others ? ALL : id, own, interrupt);
    }

    /**
     * Goes on to the next breakpoint, watchpoint, violation, or the end.
     *
     * @param only the core whose breakpoints count, or {@link #ALL}
     */
    Stop goOn(int only, BooleanSupplier interrupt) {
        return forward(only, (here, step) -> false, interrupt);
    }

    private Stop forward(int only, Timeline.Wanted also, BooleanSupplier interrupt) {
        if (timeline.position() == timeline.length()) {
            return Stop.atEnd(lastCore());
        }
        boolean isFound = timeline.searchForward(
                (here, step) -> reason(step, only) != null || also.isIt(here, step), timeline.length(), interrupt);
        Step last = timeline.last();
        if (run.isViolated() && last != null) {
            return Stop.violated(last.core());
        }
        if (!isFound || last == null) {
            return timeline.position() == timeline.length() ? Stop.atEnd(lastCore()) : Stop.interrupted(lastCore());
        }
        String reason = reason(last, only);
        return reason == null ? Stop.of(last.core()) : Stop.because(last.core(), reason);
    }

    private @Nullable String reason(Step step, int only) {
        if (points.isEmpty() || only != ALL && step.core() != only) {
            return null;
        }
        Machine machine = timeline.machine();
        String breakpoint = points.breakpoint(machine.core(step.core()), run.routines());
        return breakpoint == null ? points.watchpoint(step, machine.memory()) : breakpoint;
    }

    // ---- backwards

    /** Takes back a core's last instruction, or micro-op of a routine. */
    Stop stepBack(int id, BooleanSupplier interrupt) {
        long before = timeline.position();
        Timeline.Wanted own = PatchTimeline.instructionOf(id);
        Step last = timeline.last();
        boolean isBetween = PatchTimeline.isBetweenInstructions(core(id));
        boolean isOwn = last != null && own.isIt(timeline, last);
        boolean isFound =
                (!isBetween || isOwn || timeline.searchBack(own, interrupt)) && timeline.searchBack(own, interrupt);
        if (isFound) {
            return Stop.of(id);
        }
        if (timeline.position() > 0) {
            timeline.goTo(before);
            return Stop.interrupted(id);
        }
        return Stop.atStart(id);
    }

    /**
     * Goes back to the last breakpoint, to before the last change of what is watched, to before a violation, or to the start.
     *
     * @param only the core whose breakpoints count, or {@link #ALL}
     */
    Stop goBack(int only, BooleanSupplier interrupt) {
        Step last = timeline.last();
        if (last == null) {
            return Stop.atStart(0);
        }
        if (run.isViolated()) {
            timeline.back();
            return Stop.violated(last.core());
        }
        String watched =
                onlyOf(only, last) ? points.watchpoint(last, timeline.machine().memory()) : null;
        if (watched != null) { // the step before the present state is the change
            timeline.back();
            return Stop.because(last.core(), watched);
        }
        boolean isFound = timeline.searchBack((here, step) -> reason(step, only) != null, interrupt);
        Step found = timeline.last();
        if (!isFound || found == null) {
            return timeline.position() == 0 ? Stop.atStart(last.core()) : Stop.interrupted(last.core());
        }
        String breakpoint = points.breakpoint(core(found.core()), run.routines());
        if (breakpoint != null) {
            return Stop.because(found.core(), breakpoint);
        }
        String change = reason(found, only);
        timeline.back();
        return change == null ? Stop.of(found.core()) : Stop.because(found.core(), change);
    }

    private static boolean onlyOf(int only, Step step) {
        return only == ALL || only == step.core();
    }

    void goTo(long position) {
        timeline.goTo(position);
    }
}
