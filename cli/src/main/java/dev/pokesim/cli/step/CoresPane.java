package dev.pokesim.cli.step;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.StoreBuffer;
import dev.pokesim.emulator.isa.Decoded;
import dev.pokesim.emulator.machine.Machine;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.travel.Step;
import dev.pokesim.patcher.kernel.SyncCores;
import dev.pokesim.patcher.travel.PatchTimeline;
import java.util.ArrayList;
import java.util.List;

/** Each core: where it is and what it does next, its interrupts, its reference, its waiting stores. */
final class CoresPane implements Pane {
    private static final int IF = 7;
    private static final int REFS = 10;
    private static final int STORES = 15;
    private static final int IPI = 19;
    private static final int WHERE = 27;
    private static final int NEXT = 47;

    @Override
    public Line heading(Stepper stepper, boolean colour) {
        return new Line(colour)
                .add("  Core", Look.HEADING)
                .to(IF)
                .add("IF", Look.HEADING)
                .to(REFS)
                .add("refs", Look.HEADING)
                .to(STORES)
                .add("buf", Look.HEADING)
                .to(IPI)
                .add("IPI", Look.HEADING)
                .to(WHERE)
                .add("where", Look.HEADING)
                .to(NEXT)
                .add("what", Look.HEADING);
    }

    @Override
    public int needs(Stepper stepper, int width) {
        return 2; // one that patches and one that does not
    }

    @Override
    public int wants(Stepper stepper, int width) {
        return stepper.run().timeline().machine().coreCount();
    }

    @Override
    public boolean isElastic() {
        return true;
    }

    @Override
    public List<Line> lines(Stepper stepper, int width, int rows, boolean colour) {
        Machine machine = stepper.run().timeline().machine();
        int selected = stepper.core().id();
        int first = Math.max(0, Math.min(selected - rows / 2, machine.coreCount() - rows));
        List<PatchTimeline.Counter> refs = stepper.run().refs();
        List<Line> lines = new ArrayList<>();
        for (int id = first; id < Math.min(machine.coreCount(), first + rows); id++) {
            String held = refs.size() == machine.coreCount()
                    ? String.valueOf(refs.get(id).value())
                    : "";
            lines.add(line(stepper, machine, machine.core(id), held, colour));
        }
        return lines;
    }

    private static Line line(Stepper stepper, Machine machine, Core core, String refs, boolean colour) {
        Step last = stepper.run().timeline().last();
        boolean isSelected = core.id() == stepper.core().id();
        boolean hasActed = last != null && last.core() == core.id();
        Line line = new Line(colour)
                .add(isSelected ? ">" : " ", Look.HEADING)
                .add(hasActed ? "*" : " ", Look.CHANGED)
                .add(String.valueOf(core.id()), isSelected ? Look.HEADING : Look.PLAIN)
                .to(IF)
                .add(core.flags().interruptsEnabled() ? "on" : "-")
                .to(REFS)
                .add(refs, refs.equals("0") ? Look.FAINT : Look.CHANGED)
                .to(STORES);
        StoreBuffer stores = core.storeBuffer();
        line.add(stores == null || stores.isEmpty() ? "" : String.valueOf(stores.count()), Look.CHANGED)
                .to(IPI)
                .add(interrupts(machine, core), Look.CHANGED)
                .to(WHERE);
        long pc = stepper.run().routines().pc(core);
        String where = stepper.run().place(pc);
        line.add(where.isEmpty() ? "0x" + Long.toHexString(pc) : where).to(NEXT);
        return line.add(what(core), Look.PLAIN);
    }

    /** What of the sync IPI or an NMI is on its way to the core, waits there, or is being answered. */
    private static String interrupts(Machine machine, Core core) {
        if (machine.isPending(core, Machine.NMI)) {
            return "NMI";
        }
        if (machine.isPending(core, SyncCores.VECTOR)) {
            return "pending";
        }
        if (machine.isCalled(core)) {
            return "sent";
        }
        if (machine.isAnswering(core)) {
            return "taken";
        }
        return core.outstandingAcknowledgements() > 0 ? "waits " + core.outstandingAcknowledgements() : "";
    }

    private static String what(Core core) {
        if (core.trap() != Core.NO_TRAP) {
            return "exception " + core.trap();
        }
        if (core.isHalted()) {
            return "halted";
        }
        if (core.code() instanceof Routine routine) {
            return routine.at(core.index()).toString();
        }
        return core.code() instanceof Decoded decoded ? decoded.name() : "fetches next";
    }
}
