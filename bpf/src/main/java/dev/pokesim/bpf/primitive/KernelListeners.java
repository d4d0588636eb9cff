package dev.pokesim.bpf.primitive;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** Tells all of several listeners, in their order. */
public final class KernelListeners implements KernelListener {
    private final List<KernelListener> all;
    /** Accesses are many, and few listeners want to know. */
    private final List<KernelListener> seeingAccesses;

    public KernelListeners(List<? extends KernelListener> all) {
        this.all = List.copyOf(all);
        seeingAccesses = this.all.stream().filter(KernelListener::seesAccesses).toList();
    }

    @Override
    public boolean seesAccesses() {
        return !seeingAccesses.isEmpty();
    }

    @Override
    public void accesses(Core core, MicroOp step) {
        for (int i = 0; i < seeingAccesses.size(); i++) {
            seeingAccesses.get(i).accesses(core, step);
        }
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
    public void operationBegins(Core core, long slot, String operation) {
        all.forEach(one -> one.operationBegins(core, slot, operation));
    }

    @Override
    public void operationEnds(Core core, long slot, String operation, long result) {
        all.forEach(one -> one.operationEnds(core, slot, operation, result));
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
    public void doneAtOnce(Core core, long cb) {
        all.forEach(one -> one.doneAtOnce(core, cb));
    }

    @Override
    public void timerDeleted(Core core, long cb) {
        all.forEach(one -> one.timerDeleted(core, cb));
    }

    @Override
    public void callbackChosen(Core core, long cb) {
        all.forEach(one -> one.callbackChosen(core, cb));
    }

    @Override
    public void ends(Core core) {
        all.forEach(one -> one.ends(core));
    }

    @Override
    public void calledInNmi(Core core, String function) {
        all.forEach(one -> one.calledInNmi(core, function));
    }

    @Override
    public void wantsLock(Core core, String lock) {
        all.forEach(one -> one.wantsLock(core, lock));
    }

    @Override
    public void waitsForLock(Core core, String lock) {
        all.forEach(one -> one.waitsForLock(core, lock));
    }

    @Override
    public void workQueued(Core core, long work) {
        all.forEach(one -> one.workQueued(core, work));
    }

    @Override
    public void workRuns(Core core, long work) {
        all.forEach(one -> one.workRuns(core, work));
    }

    @Override
    public void readsCommand(Core core) {
        all.forEach(one -> one.readsCommand(core));
    }

    @Override
    public void hasReadCommand(Core core) {
        all.forEach(one -> one.hasReadCommand(core));
    }

    @Override
    public void cancelled(Core core, long timer) {
        all.forEach(one -> one.cancelled(core, timer));
    }

    @Override
    public void timerQueued(Core core, long timer) {
        all.forEach(one -> one.timerQueued(core, timer));
    }

    @Override
    public void timerFires(Core core, long timer) {
        all.forEach(one -> one.timerFires(core, timer));
    }
}
