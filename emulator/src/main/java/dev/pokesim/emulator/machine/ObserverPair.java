package dev.pokesim.emulator.machine;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.isa.Decoded;
import dev.pokesim.emulator.microop.MicroOp;

/** Tells two observers, in this order: of a machine on which two things go on. */
public record ObserverPair(MachineObserver first, MachineObserver second) implements MachineObserver {
    @Override
    public boolean seesAccesses() {
        return first.seesAccesses() || second.seesAccesses();
    }

    @Override
    public boolean seesInstructions() {
        return first.seesInstructions() || second.seesInstructions();
    }

    @Override
    public void accesses(Core core, MicroOp step) {
        first.accesses(core, step);
        second.accesses(core, step);
    }

    @Override
    public void fetched(Core core, Decoded instruction) {
        first.fetched(core, instruction);
        second.fetched(core, instruction);
    }

    @Override
    public void fetchFailed(Core core, String reason) {
        first.fetchFailed(core, reason);
        second.fetchFailed(core, reason);
    }

    @Override
    public void retired(Core core, Decoded instruction) {
        first.retired(core, instruction);
        second.retired(core, instruction);
    }

    @Override
    public void entered(Core core, int vector) {
        first.entered(core, vector);
        second.entered(core, vector);
    }

    @Override
    public void returned(Core core) {
        first.returned(core);
        second.returned(core);
    }

    @Override
    public void guestReturned(Core core) {
        first.guestReturned(core);
        second.guestReturned(core);
    }

    @Override
    public void written(Core core, long address, int sizeBytes) {
        first.written(core, address, sizeBytes);
        second.written(core, address, sizeBytes);
    }

    @Override
    public void serialised(Core core) {
        first.serialised(core);
        second.serialised(core);
    }

    @Override
    public void updated(Core core, long address, boolean failed) {
        first.updated(core, address, failed);
        second.updated(core, address, failed);
    }

    @Override
    public void sent(Core from, int target, int vector) {
        first.sent(from, target, vector);
        second.sent(from, target, vector);
    }

    @Override
    public void answered(Core core) {
        first.answered(core);
        second.answered(core);
    }
}
