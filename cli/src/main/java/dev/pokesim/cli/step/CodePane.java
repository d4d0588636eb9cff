package dev.pokesim.cli.step;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.isa.Decoded;
import dev.pokesim.emulator.isa.Disassembly;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.memory.Access;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.patcher.site.Symbol;
import dev.pokesim.patcher.travel.PatchTimeline;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * What the core executes: instructions with the bytes that this core sees, or the micro-ops of a routine. Bytes that it has seen and
 * memory does not hold any more are marked {@code ~}, those of which it may still see an older value {@code ?}.
 */
final class CodePane implements Pane {
    private static final int WANTED = 28;
    private static final int OFFSET = 3;
    private static final int BYTES = 11;
    private static final int TEXT = 36;
    /** How many bytes of an instruction are shown. */
    private static final int MOST_BYTES = 8;
    /** Functions that are longer are not decoded from their start on. */
    private static final int MOST_TEXT_BYTES = 4096;

    /**
     * An instruction as it is shown.
     *
     * @param isCurrent whether the core executes it, or will fetch it next
     * @param seen the bytes that the core saw if it is in the middle of it, else those of memory
     */
    private record Shown(long address, InstructionBytes seen, boolean isCurrent, boolean isInside) {}

    @Override
    public Line heading(Stepper stepper, boolean colour) {
        Core core = stepper.core();
        Line line = new Line(colour).add("Core " + core.id() + " executes ", Look.HEADING);
        if (core.code() instanceof Routine routine) {
            line.add("routine " + routine.name(), Look.HEADING);
            String interrupted = stepper.run().place(core.rip());
            return interrupted.isEmpty() ? line : line.add(", guest at " + interrupted);
        }
        String function = symbol(stepper.run(), core.rip())
                .map(Symbol::name)
                .orElseGet(() -> "text at " + Address.text(core.rip()));
        return line.add(function, Look.HEADING)
                .add(stepper.isFollowing() ? "" : "  (f: look at whichever core acts)", Look.FAINT);
    }

    @Override
    public int needs(Stepper stepper, int width) {
        return 4;
    }

    @Override
    public int wants(Stepper stepper, int width) {
        return WANTED;
    }

    @Override
    public boolean isElastic() {
        return true;
    }

    @Override
    public List<Line> lines(Stepper stepper, int width, int rows, boolean colour) {
        Core core = stepper.core();
        if (core.code() instanceof Routine routine) {
            return routine(routine, core.index(), rows, colour);
        }
        return text(stepper.run(), core, rows, colour);
    }

    private static List<Line> routine(Routine routine, int index, int rows, boolean colour) {
        List<Line> lines = new ArrayList<>();
        int first = Math.max(0, Math.min(index - rows / 3, routine.size() - rows));
        for (int i = first; i < Math.min(routine.size(), first + rows); i++) {
            boolean isNext = i == index;
            lines.add(new Line(colour)
                    .add(isNext ? "=>" : "  ", Look.HEADING)
                    .to(OFFSET)
                    .add("+0x" + Integer.toHexString(i), Look.FAINT)
                    .to(BYTES)
                    .add(routine.at(i).toString(), isNext ? Look.HEADING : Look.PLAIN));
        }
        return lines;
    }

    private static List<Line> text(PatchTimeline run, Core core, int rows, boolean colour) {
        Disassembly disassembly = new Disassembly(run::place);
        List<Shown> all = shown(run, core, rows, disassembly);
        int current = 0;
        while (current < all.size() - 1 && !all.get(current).isCurrent) {
            current++;
        }
        List<Line> lines = new ArrayList<>();
        for (int i = Math.max(0, current - rows / 3); i < all.size() && lines.size() < rows; i++) {
            addInstruction(lines, run, core, all.get(i), disassembly, colour);
        }
        return lines.subList(0, Math.min(rows, lines.size()));
    }

    /** From the start of the function on, so that the instructions before RIP are whole; from RIP on if that does not lead there. */
    private static List<Shown> shown(PatchTimeline run, Core core, int rows, Disassembly disassembly) {
        long rip = core.rip();
        long start = symbol(run, rip)
                .map(Symbol::address)
                .filter(address -> rip - address < MOST_TEXT_BYTES)
                .orElse(rip);
        List<Shown> before = new ArrayList<>();
        long address = start;
        while (Long.compareUnsigned(address, rip) < 0) {
            InstructionBytes bytes = inMemory(run, address, disassembly);
            before.add(new Shown(address, bytes, false, false));
            address += Math.max(1, bytes.sizeBytes());
        }
        List<Shown> all = new ArrayList<>(address == rip ? before : List.of());
        boolean isInside = core.isInGuest() && core.code() instanceof Decoded;
        InstructionBytes current =
                core.code() instanceof Decoded decoded && isInside ? decoded.bytes() : inMemory(run, rip, disassembly);
        all.add(new Shown(rip, current, true, isInside));
        address = rip + Math.max(1, current.sizeBytes());
        for (int i = 0; i < rows; i++) {
            InstructionBytes bytes = inMemory(run, address, disassembly);
            if (bytes.sizeBytes() == 0) {
                break;
            }
            all.add(new Shown(address, bytes, false, false));
            address += bytes.sizeBytes();
        }
        return all;
    }

    private static InstructionBytes inMemory(PatchTimeline run, long address, Disassembly disassembly) {
        AddressSpace memory = run.timeline().machine().memory();
        int[] bytes = new int[InstructionBytes.MAX_SIZE_BYTES];
        int size = 0;
        while (size < bytes.length && memory.allows(address + size, Access.EXECUTE)) {
            bytes[size] = (int) memory.read(address + size, 1);
            size++;
        }
        InstructionBytes all = InstructionBytes.of(bytes).prefix(size);
        return size == 0 ? all : all.prefix(disassembly.sizeBytes(all, address));
    }

    private static Optional<Symbol> symbol(PatchTimeline run, long address) {
        return run.target().image().symbols().covering(address);
    }

    private static void addInstruction(
            List<Line> lines, PatchTimeline run, Core core, Shown shown, Disassembly disassembly, boolean colour) {
        List<List<Integer>> visible = run.seenBy(core.id(), shown.address, shown.seen.sizeBytes());
        long offset = symbol(run, shown.address)
                .map(symbol -> shown.address - symbol.address())
                .orElse(shown.address - core.rip());
        Line line = new Line(colour)
                .add(shown.isCurrent ? "=>" : "  ", Look.HEADING)
                .to(OFFSET)
                .add("+0x" + Long.toHexString(offset), Look.FAINT)
                .to(BYTES);
        boolean isOpen = false;
        for (int i = 0; i < Math.min(MOST_BYTES, shown.seen.sizeBytes()); i++) {
            int value = shown.seen.byteAt(i);
            boolean isStale = shown.isInside && value != inMemory(run, shown.address + i);
            boolean mayBeOlder =
                    !shown.isInside && i < visible.size() && visible.get(i).size() > 1;
            isOpen |= mayBeOlder;
            line.add("%02x".formatted(value), isStale || mayBeOlder ? Look.STALE : Look.PLAIN)
                    .add(isStale ? "~" : mayBeOlder ? "?" : " ", Look.STALE);
        }
        line.add(shown.seen.sizeBytes() > MOST_BYTES ? "+" : "").to(TEXT);
        line.add(disassembly.of(shown.seen, shown.address), shown.isCurrent ? Look.HEADING : Look.PLAIN);
        lines.add(line);
        if (isOpen) {
            StringJoiner values = new StringJoiner(" ");
            visible.forEach(byteValues -> {
                StringJoiner one = new StringJoiner("|");
                byteValues.forEach(value -> one.add("%02x".formatted(value)));
                values.add(one.toString());
            });
            lines.add(new Line(colour).to(BYTES).add("may be seen as " + values, Look.STALE));
        }
    }

    private static int inMemory(PatchTimeline run, long address) {
        return (int) run.timeline().machine().memory().read(address, 1);
    }
}
