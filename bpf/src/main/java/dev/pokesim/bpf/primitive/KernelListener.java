package dev.pokesim.bpf.primitive;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.machine.MachineObserver;

/** Is told what happens in the emulated kernel, in the very step in which it takes effect. Must not change anything. */
public interface KernelListener extends MachineObserver {
    /** An object is about to be freed. */
    default void freeing(Core core, NolockAllocator.Cache cache, long object) {}

    /** Somebody frees what is not allocated. */
    default void freedTwice(Core core, long object) {}

    /** call_rcu() of an object that waits for a grace period already. */
    default void calledRcuTwice(Core core, long object) {}

    /**
     * A reference count was saturated, as the kernel warns of.
     *
     * @param why in a few words
     */
    default void refcountSaturated(Core core, long address, String why) {}

    /** A core spins on a lock that it holds itself, in what it interrupted or in what called it. */
    default void locksItself(Core core, String lock) {}

    /** A core is about to take a lock, for the first time or again; only on a machine with time. */
    default void wantsLock(Core core, String lock) {}

    /** A core must wait for a lock; only on a machine with time. */
    default void waitsForLock(Core core, String lock) {}

    /** A work was claimed and will run. */
    default void workQueued(Core core, long work) {}

    /** The function of a work is about to be called. */
    default void workRuns(Core core, long work) {}

    /** The callback of a timer is about to be called; on a machine with time also that of a work. */
    default void timerFires(Core core, long timer) {}

    /**
     * A program calls an operation.
     *
     * @param slot the address of the map value
     * @param operation as a program calls it, such as {@code start}
     */
    default void operationBegins(Core core, long slot, String operation) {}

    /** The operation that began last on this core and has not ended, ends: with 0 or an error. */
    default void operationEnds(Core core, long slot, String operation, long result) {}

    /**
     * An operation has left a command for another context, or is about to; it takes effect unless the operation returns an error.
     */
    default void commandIssued(Core core, Command command) {}

    /** A context is going to carry a command out. */
    default void commandTaken(Core core, Command command) {}

    /** The context that took a command last has carried it out. */
    default void commandDone(Core core) {}

    /** A reader of the last command begins, or begins again because somebody wrote meanwhile or took it first; only on a machine with time. */
    default void readsCommand(Core core) {}

    /** A reader of the last command has claimed it, or ends, perhaps after that; only on a machine with time. */
    default void hasReadCommand(Core core) {}

    /** A cancel found a timer inactive or made it so, or found a work not queued or took it out of its queue, whether it runs or not; only on a machine with time. */
    default void cancelled(Core core, long timer) {}

    /** A timer was put into the queue of its base, whose lock is held; on a machine with time also a work into that of its pool. */
    default void timerQueued(Core core, long timer) {}

    /**
     * A command that one context leaves for another one.
     *
     * @param cb the control block
     * @param number no other command of the block has it
     * @param op as the form codes it
     */
    record Command(long cb, long number, long op, long nsec) {}

    /** An operation that could have left a command has done at once what it was asked for. */
    default void doneAtOnce(Core core, long cb) {}

    /** What ends a timer or work has taken it out of its map value, and is about to return. */
    default void timerDeleted(Core core, long cb) {}

    /** The callback of a timer or work was read just now, and will be called. */
    default void callbackChosen(Core core, long cb) {}

    /** A task has nothing more to do. */
    default void ends(Core core) {}

    /** Something that takes locks, or may, is called in NMI. */
    default void calledInNmi(Core core, String function) {}
}
