package dev.pokesim.patcher.protocol;

import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.patcher.kernel.BatchContext;
import dev.pokesim.patcher.kernel.TextPokeLoc;

/**
 * One step of a patch protocol, over all queued places. A step is a value and says what it is in two ways: to the machine, as
 * micro-ops that it appends to the patcher's routine, and to a proof, as the {@link PatchAction}s that other cores can tell.
 */
public sealed interface PatchStep
        permits PatchStep.PublishRefs,
                PatchStep.RetireRefs,
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

    /** Handlers may use the array from now on. */
    record PublishRefs() implements PatchStep {
        @Override
        public String name() {
            return "publish refs";
        }

        @Override
        public void append(Routine.Builder routine, BatchContext context, PatchRoutine.Slots slots) {
            context.refs().publish(routine, context);
            routine.compute("smp_wmb", (core, local) -> {}); // stores stay in order on x86
        }

        @Override
        public void outline(Outline outline) {
            outline.add(new PatchAction.PublishRefs());
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
            for (TextPokeLoc place : outline.places()) {
                outline.write(place, 0, InstructionBytes.of(TextPokeLoc.INT3));
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
            for (TextPokeLoc place : outline.places()) {
                for (int i = 1; i < place.sizeBytes(); i++) {
                    outline.writeNew(place, i);
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
            for (TextPokeLoc place : outline.places()) {
                if (place.newText().byteAt(0) != TextPokeLoc.INT3) {
                    outline.writeNew(place, 0);
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
            outline.sync(SyncTargets.ALL);
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
                outline.sync(SyncTargets.ALL);
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
}
