package dev.pokesim.patcher.protocol;

import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.patcher.kernel.BatchContext;
import dev.pokesim.patcher.kernel.GracePeriod;
import dev.pokesim.patcher.kernel.PatchPlace;
import dev.pokesim.patcher.kernel.StopMachine;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import java.util.List;

/**
 * One step of a patch protocol, over all queued places. A step is a value and says what it is in two ways: to the machine, as
 * micro-ops that it appends to the patcher's routine, and to a proof, as the {@link PatchAction}s that other cores can tell.
 */
public sealed interface PatchStep
        permits PatchStep.AwaitReaders,
                PatchStep.Barrier,
                PatchStep.DropRefs,
                PatchStep.PublishRefs,
                PatchStep.ReleaseCores,
                PatchStep.RetireRefs,
                PatchStep.Serialise,
                PatchStep.SetInterrupts,
                PatchStep.SetLookup,
                PatchStep.StopCores,
                PatchStep.Store,
                PatchStep.Sync,
                PatchStep.SyncCores,
                PatchStep.SyncCoresIfWritten,
                PatchStep.WriteFirstByte,
                PatchStep.WriteInt3,
                PatchStep.WriteTail {

    /** What reports and traces call it. */
    String name();

    /** Appends what it does. */
    void append(Routine.Builder routine, BatchContext context, PatchRoutine.Slots slots);

    /** Adds what other cores can tell of it. */
    void outline(Outline outline);

    /** Whether the machine can do it to some places; a proof knows every step. */
    default boolean isOnMachine(List<PatchPlace> places) {
        return true;
    }

    /**
     * Handlers may use the array from now on.
     *
     * @param cores whose references are published, where each has its own: every possible core's, online or not
     */
    record PublishRefs(CoreSet cores) implements PatchStep {
        public PublishRefs() {
            this(CoreSet.ALL);
        }

        @Override
        public String name() {
            return "publish refs";
        }

        @Override
        public void append(Routine.Builder routine, BatchContext context, PatchRoutine.Slots slots) {
            if (cores == CoreSet.ONLINE) {
                context.refs().publishOnline(routine, context);
            } else {
                context.refs().publish(routine, context);
            }
            routine.compute("smp_wmb", (core, local) -> {}); // stores stay in order on x86
        }

        @Override
        public boolean isOnMachine(List<PatchPlace> places) {
            return cores != CoreSet.ALL_BUT_LAST;
        }

        @Override
        public void outline(Outline outline) {
            outline.add(new PatchAction.PublishRefs(cores));
        }
    }

    /** INT3 over the first byte of every place; the byte that was there is kept in the entry. */
    record WriteInt3() implements PatchStep {
        @Override
        public String name() {
            return "write int3";
        }

        @Override
        public void append(Routine.Builder routine, BatchContext context, PatchRoutine.Slots slots) {
            PatchRoutine.writeInt3(routine, context, slots);
        }

        @Override
        public void outline(Outline outline) {
            outline.beginWriting();
            for (PatchPlace place : outline.places()) {
                outline.poke(place, 0, InstructionBytes.of(TextPokeLoc.INT3));
            }
        }
    }

    /** The bytes behind the first one, and the record for perf. */
    record WriteTail() implements PatchStep {
        @Override
        public String name() {
            return "write tail";
        }

        @Override
        public void append(Routine.Builder routine, BatchContext context, PatchRoutine.Slots slots) {
            PatchRoutine.writeTail(routine, context, slots);
        }

        @Override
        public void outline(Outline outline) {
            outline.beginWriting();
            for (PatchPlace place : outline.places()) {
                if (place.sizeBytes() > 1) {
                    outline.poke(place, 1, Outline.slice(place.newText(), 1, place.sizeBytes()));
                }
            }
        }
    }

    /** The first byte of the new text, except where that is INT3 itself. */
    record WriteFirstByte() implements PatchStep {
        @Override
        public String name() {
            return "write first byte";
        }

        @Override
        public void append(Routine.Builder routine, BatchContext context, PatchRoutine.Slots slots) {
            PatchRoutine.writeFirstByte(routine, context, slots);
        }

        @Override
        public void outline(Outline outline) {
            outline.beginWriting();
            for (PatchPlace place : outline.places()) {
                if (place.newText().byteAt(0) != TextPokeLoc.INT3) {
                    outline.poke(place, 0, place.newText().prefix(1));
                }
            }
        }
    }

    /** Every online core serialises; waits for all. */
    record SyncCores() implements PatchStep {
        @Override
        public String name() {
            return "sync cores";
        }

        @Override
        public void append(Routine.Builder routine, BatchContext context, PatchRoutine.Slots slots) {
            PatchRoutine.sync(routine, context);
        }

        @Override
        public void outline(Outline outline) {
            outline.sync(CoreSet.ALL);
        }
    }

    /** As {@link SyncCores}, but only if the write step before it wrote anything. */
    record SyncCoresIfWritten() implements PatchStep {
        @Override
        public String name() {
            return "sync cores";
        }

        @Override
        public void append(Routine.Builder routine, BatchContext context, PatchRoutine.Slots slots) {
            PatchRoutine.syncIfWritten(routine, context, slots);
        }

        @Override
        public void outline(Outline outline) {
            if (outline.hasWritten()) {
                outline.sync(CoreSet.ALL);
            }
        }
    }

    /** Handlers cannot take references any more; waits until none is left. */
    record RetireRefs() implements PatchStep {
        @Override
        public String name() {
            return "retire refs";
        }

        @Override
        public void append(Routine.Builder routine, BatchContext context, PatchRoutine.Slots slots) {
            context.refs().retire(routine, context);
        }

        @Override
        public void outline(Outline outline) {
            outline.add(new PatchAction.RetireRefs());
        }
    }

    /** Handlers cannot take references any more; whoever holds one is not waited for. */
    record DropRefs() implements PatchStep {
        @Override
        public String name() {
            return "drop refs";
        }

        @Override
        public void append(Routine.Builder routine, BatchContext context, PatchRoutine.Slots slots) {
            context.refs().abandon(routine, context);
        }

        @Override
        public void outline(Outline outline) {
            outline.add(new PatchAction.DropRefs());
        }
    }

    /**
     * A part of every place is written directly, without the byte writer.
     *
     * @param content what is written
     * @param from the first byte of the place
     * @param to the byte behind the last; {@link #END} for all the rest
     * @param atomic whether one store instruction writes it, rather than one per byte; a store that crosses a cache line is two
     *     all the same
     * @param alias whether it goes through another mapping than the one the text is executed through
     */
    record Store(PatchContent content, int from, int to, boolean atomic, boolean alias) implements PatchStep {
        /** {@link #to} of a store that goes to the end of each place. */
        public static final int END = -1;

        @Override
        public String name() {
            return "store " + content;
        }

        @Override
        public void append(Routine.Builder routine, BatchContext context, PatchRoutine.Slots slots) {
            PatchRoutine.store(routine, context, this);
        }

        /** One store of the machine has at most 8 bytes. */
        @Override
        public boolean isOnMachine(List<PatchPlace> places) {
            return !atomic || places.stream().allMatch(place -> bytes(place).sizeBytes() <= Long.BYTES);
        }

        /** What it writes to a place. */
        InstructionBytes bytes(PatchPlace place) {
            return content.of(place, from, to == END ? place.sizeBytes() : to);
        }

        @Override
        public void outline(Outline outline) {
            outline.beginWriting();
            PatchAction.Own own = alias ? PatchAction.Own.STALE : PatchAction.Own.SEEN;
            for (PatchPlace place : outline.places()) {
                InstructionBytes bytes = bytes(place);
                if (atomic) {
                    outline.store(place, from, bytes, own);
                } else {
                    for (int i = 0; i < bytes.sizeBytes(); i++) {
                        outline.store(place, from + i, InstructionBytes.of(bytes.byteAt(i)), own);
                    }
                }
            }
        }
    }

    /** The patching core's stores become visible before it goes on: MFENCE. No other core fetches anew for that. */
    record Barrier() implements PatchStep {
        @Override
        public String name() {
            return "barrier";
        }

        @Override
        public void append(Routine.Builder routine, BatchContext context, PatchRoutine.Slots slots) {
            routine.fence();
        }

        @Override
        public void outline(Outline outline) {
            // the proof's stores reach memory at once and in order
        }
    }

    /** The patching core serialises. */
    record Serialise() implements PatchStep {
        @Override
        public String name() {
            return "serialise";
        }

        @Override
        public void append(Routine.Builder routine, BatchContext context, PatchRoutine.Slots slots) {
            routine.serialise();
        }

        @Override
        public void outline(Outline outline) {
            outline.add(new PatchAction.SerialiseSelf());
        }
    }

    /** The patching core turns its interrupts on or off. */
    record SetInterrupts(boolean enabled) implements PatchStep {
        @Override
        public String name() {
            return enabled ? "sti" : "cli";
        }

        @Override
        public void append(Routine.Builder routine, BatchContext context, PatchRoutine.Slots slots) {
            routine.setInterruptsEnabled(enabled);
        }

        @Override
        public void outline(Outline outline) {
            outline.add(new PatchAction.SetInterrupts(enabled));
        }
    }

    /**
     * A sync that lacks something.
     *
     * @param cores which it goes to
     * @param await whether the answers are waited for
     * @param flushes whether a core that takes it fetches anew; if not, not even its IRET makes it, as in an emulator that keeps
     *     translations too long
     */
    record Sync(CoreSet cores, boolean await, boolean flushes) implements PatchStep {
        @Override
        public String name() {
            return "sync some cores";
        }

        @Override
        public void append(Routine.Builder routine, BatchContext context, PatchRoutine.Slots slots) {
            PatchRoutine.sync(routine, context, this);
        }

        @Override
        public void outline(Outline outline) {
            outline.add(new PatchAction.SendSync(cores, flushes));
            if (await) {
                outline.add(new PatchAction.AwaitSync());
            }
        }
    }

    /** Every other core is stopped, with interrupts off; waits until all are. */
    record StopCores() implements PatchStep {
        @Override
        public String name() {
            return "stop cores";
        }

        @Override
        public void append(Routine.Builder routine, BatchContext context, PatchRoutine.Slots slots) {
            StopMachine.stop(routine, context.coreCount(), context.online());
        }

        @Override
        public void outline(Outline outline) {
            outline.add(new PatchAction.StopCores());
            outline.add(new PatchAction.AwaitStopped());
        }
    }

    /** The stopped cores go on; each serialises by its IRET. */
    record ReleaseCores() implements PatchStep {
        @Override
        public String name() {
            return "release cores";
        }

        @Override
        public void append(Routine.Builder routine, BatchContext context, PatchRoutine.Slots slots) {
            StopMachine.release(routine);
        }

        @Override
        public void outline(Outline outline) {
            outline.add(new PatchAction.ReleaseCores());
        }
    }

    /** Waits until everybody has left the places who is inside one now: a grace period of RCU-tasks. */
    record AwaitReaders() implements PatchStep {
        @Override
        public String name() {
            return "await readers";
        }

        @Override
        public void append(Routine.Builder routine, BatchContext context, PatchRoutine.Slots slots) {
            GracePeriod.await(routine, context.coreCount());
        }

        @Override
        public void outline(Outline outline) {
            outline.add(new PatchAction.StartGracePeriod());
            outline.add(new PatchAction.AwaitReaders());
        }
    }

    /** A word that leads handlers to the array is set or cleared. */
    record SetLookup(Lookup word, boolean usable) implements PatchStep {
        @Override
        public String name() {
            return (usable ? "set " : "clear ") + word.word();
        }

        @Override
        public void append(Routine.Builder routine, BatchContext context, PatchRoutine.Slots slots) {
            PatchRoutine.setLookup(routine, context, slots, this);
        }

        @Override
        public void outline(Outline outline) {
            outline.add(new PatchAction.SetLookup(word, usable));
        }
    }
}
