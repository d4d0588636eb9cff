package dev.pokesim.patcher.protocol;

import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.patcher.kernel.TextPokeLoc;

/**
 * What a patcher does, as far as other cores can tell: the atoms of a protocol. A {@link PatchStep} says of which it consists;
 * the explorer of {@code proof} knows nothing else of a patcher, and every run of the machine is compared with them.
 */
public sealed interface PatchAction {
    /** The array gets the entries of a batch, one after the other. */
    record FillArray(int batch) implements PatchAction {
        @Override
        public String toString() {
            return "fill " + batch;
        }
    }

    /** Handlers can take references from now on: of one counter after the other, or of the only one. */
    record PublishRefs() implements PatchAction {
        @Override
        public String toString() {
            return "publish";
        }
    }

    /** One store into text reaches memory. */
    record WriteText(TextPokeLoc place, int offset, InstructionBytes bytes) implements PatchAction {
        @Override
        public String toString() {
            return "write +" + offset + " " + bytes;
        }
    }

    /** Every core that the sync reaches has an IPI pending, and owes an answer. */
    record SendSync(SyncTargets targets) implements PatchAction {
        @Override
        public String toString() {
            return "sync.send";
        }
    }

    /** Waits until no core owes an answer. */
    record AwaitSync() implements PatchAction {
        @Override
        public String toString() {
            return "sync.done";
        }
    }

    /** Gives up the patcher's own reference in one counter after the other, and waits until nobody holds one there. */
    record RetireRefs() implements PatchAction {
        @Override
        public String toString() {
            return "retire";
        }
    }

    /** The count of entries becomes 0. */
    record EmptyArray() implements PatchAction {
        @Override
        public String toString() {
            return "empty";
        }
    }

    /** The batch is done: from here on nothing old may be executed. */
    record Finish(int batch) implements PatchAction {
        @Override
        public String toString() {
            return "finish " + batch;
        }
    }
}
