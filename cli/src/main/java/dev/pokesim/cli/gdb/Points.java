package dev.pokesim.cli.gdb;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.memory.Access;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.memory.Frame;
import dev.pokesim.emulator.trace.TraceEvent;
import dev.pokesim.emulator.travel.RoutineText;
import dev.pokesim.emulator.travel.Step;
import dev.pokesim.patcher.travel.PatchTimeline;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Breakpoints and watchpoints. They are looked up, never written into text: the patcher's own INT3s must be the only ones. */
final class Points {
    /** More than any debugger sets. */
    private static final int MAX = 4096;
    /** The largest span that is watched. */
    static final int MAX_WATCHED_BYTES = 4096;

    private static final int OFFSET = Frame.SIZE_BYTES - 1;

    /** The kinds, in the order of their numbers in packets. */
    enum Kind {
        SOFTWARE("swbreak"),
        HARDWARE("hwbreak"),
        WRITE("watch"),
        READ("rwatch"),
        ACCESS("awatch");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        boolean isWatch() {
            return compareTo(WRITE) >= 0;
        }
    }

    private record Point(Kind kind, long address, int sizeBytes) {}

    private final Set<Point> all = new LinkedHashSet<>();
    private final Set<Long> breakpoints = new LinkedHashSet<>();
    private boolean hasWatch;

    /**
     * Sets one.
     *
     * @param sizeBytes of what is watched; of no interest for breakpoints
     * @return false if there are too many
     */
    boolean add(Kind kind, long address, int sizeBytes) {
        if (all.size() == MAX) {
            return false;
        }
        all.add(new Point(kind, address, sizeBytes));
        update();
        return true;
    }

    /** Takes one away, if it is there. */
    void remove(Kind kind, long address, int sizeBytes) {
        all.remove(new Point(kind, address, sizeBytes));
        update();
    }

    void clear() {
        all.clear();
        update();
    }

    private void update() {
        breakpoints.clear();
        all.stream().filter(point -> !point.kind.isWatch()).forEach(point -> breakpoints.add(point.address));
        hasWatch = all.stream().anyMatch(point -> point.kind.isWatch());
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    /**
     * The breakpoint at which a core has arrived by its last step.
     *
     * @return as a stop reply spells it; null if there is none
     */
    @Nullable
    String breakpoint(Core core, RoutineText routines) {
        if (breakpoints.isEmpty() || !PatchTimeline.isBetweenInstructions(core)) {
            return null;
        }
        long pc = routines.pc(core);
        return breakpoints.contains(pc)
                ? all.stream()
                        .filter(point -> point.address == pc && !point.kind.isWatch())
                        .map(point -> point.kind.word + ":;")
                        .findFirst()
                        .orElse(null)
                : null;
    }

    /**
     * The watchpoint that a step has touched, at whatever address: the patcher writes text through another one than cores fetch from.
     *
     * @return as a stop reply spells it; null if there is none
     */
    @Nullable
    String watchpoint(Step step, AddressSpace memory) {
        if (!hasWatch) {
            return null;
        }
        for (Point point : all) {
            Step.Load load = step.load();
            boolean reads = point.kind == Kind.READ || point.kind == Kind.ACCESS;
            boolean writes = point.kind == Kind.WRITE || point.kind == Kind.ACCESS;
            boolean isTouched = reads && load != null && touches(point, load.address(), load.sizeBytes(), memory);
            for (TraceEvent event : step.events()) {
                isTouched |= writes
                        && event instanceof TraceEvent.Store store
                        && touches(point, store.address(), store.sizeBytes(), memory);
            }
            if (isTouched) {
                return point.kind.word + ":" + Long.toHexString(point.address) + ";";
            }
        }
        return null;
    }

    private static boolean touches(Point point, long address, int sizeBytes, AddressSpace memory) {
        for (int i = 0; i < sizeBytes; i++) {
            long place = physical(address + i, memory);
            for (int in = 0; in < point.sizeBytes; in += Frame.SIZE_BYTES - ((int) (point.address + in) & OFFSET)) {
                long from = physical(point.address + in, memory);
                int inPage = Math.min(point.sizeBytes - in, Frame.SIZE_BYTES - ((int) (point.address + in) & OFFSET));
                if (Address.isWithin(place, from, inPage)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static long physical(long address, AddressSpace memory) {
        for (Access access : Access.values()) {
            if (memory.allows(address, access)) {
                return (long) memory.frame(address, access).number() * Frame.SIZE_BYTES + ((int) address & OFFSET);
            }
        }
        return -1 - (address & OFFSET); // nowhere
    }
}
