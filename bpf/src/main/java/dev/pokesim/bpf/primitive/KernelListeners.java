package dev.pokesim.bpf.primitive;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** Tells all of several listeners, in their order. */
public record KernelListeners(List<? extends KernelListener> all) implements KernelListener {
    public KernelListeners {
        all = List.copyOf(all);
    }

    @Override
    public boolean seesAccesses() {
        return all.stream().anyMatch(KernelListener::seesAccesses);
    }

    @Override
    public void accesses(Core core, MicroOp step) {
        all.forEach(one -> one.accesses(core, step));
    }

    @Override
    public void entered(Core core, int vector) {
        all.forEach(one -> one.entered(core, vector));
    }

    @Override
    public void returned(Core core) {
        all.forEach(one -> one.returned(core));
    }

    @Override
    public void written(Core core, long address, int sizeBytes) {
        all.forEach(one -> one.written(core, address, sizeBytes));
    }

    @Override
    public void updated(Core core, long address, boolean failed) {
        all.forEach(one -> one.updated(core, address, failed));
    }

    @Override
    public void sent(Core from, int target, int vector) {
        all.forEach(one -> one.sent(from, target, vector));
    }

    @Override
    public void freeing(Core core, NolockAllocator.Cache cache, long object) {
        all.forEach(one -> one.freeing(core, cache, object));
    }

    @Override
    public void freedTwice(Core core, long object) {
        all.forEach(one -> one.freedTwice(core, object));
    }

    @Override
    public void calledRcuTwice(Core core, long object) {
        all.forEach(one -> one.calledRcuTwice(core, object));
    }

    @Override
    public void refcountSaturated(Core core, long address, String why) {
        all.forEach(one -> one.refcountSaturated(core, address, why));
    }

    @Override
    public void locksItself(Core core, String lock) {
        all.forEach(one -> one.locksItself(core, lock));
    }

    @Override
    public void commandIssued(Core core, Command command) {
        all.forEach(one -> one.commandIssued(core, command));
    }

    @Override
    public void commandTaken(Core core, Command command) {
        all.forEach(one -> one.commandTaken(core, command));
    }

    @Override
    public void commandDone(Core core) {
        all.forEach(one -> one.commandDone(core));
    }

    @Override
    public void timerQueued(Core core, long timer) {
        all.forEach(one -> one.timerQueued(core, timer));
    }

    @Override
    public void ends(Core core) {
        all.forEach(one -> one.ends(core));
    }

    @Override
    public void calledInNmi(Core core, String function) {
        all.forEach(one -> one.calledInNmi(core, function));
    }
}
