package dev.pokesim.patcher.protocol;

import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.patcher.kernel.PatchPlace;

/**
 * What a patcher does, as far as other cores can tell: the atoms of a protocol. A {@link PatchStep} says of which it consists;
 * the explorer of {@code proof} knows nothing else of a patcher, and every run of the machine is compared with them.
 */
public sealed interface PatchAction {
    /** What the patching core itself can make of a store into text, if an interrupt runs that text next. */
    enum Own {
        /** Interrupts are off, and more is to come before they are on again. */
        HIDDEN,
        /** The core has serialised since: it sees what it wrote. */
        SERIALISED,
        /** Written through the mapping that it is executed through: the core sees its own store at once. */
        SEEN,
        /** Written through another mapping: the core may still fetch what was there. */
        STALE
    }

    /** The array gets the entries of a batch, one after the other. */
    record FillArray(int batch) implements PatchAction {
        @Override
        public String toString() {
            return "fill " + batch;
        }
    }

    /** Handlers can take references from now on: of one counter after the other, or of the only one. */
    record PublishRefs(CoreSet cores) implements PatchAction {
        @Override
        public String toString() {
            return "publish";
        }
    }

    /** One store into text reaches memory. */
    record WriteText(PatchPlace place, int offset, InstructionBytes bytes, Own own) implements PatchAction {
        @Override
        public String toString() {
            return "write +" + offset + " " + bytes;
        }
    }

    /** The patching core serialises. */
    record SerialiseSelf() implements PatchAction {
        @Override
        public String toString() {
            return "serialise";
        }
    }

    /** The patching core takes interrupts from now on, or no more. */
    record SetInterrupts(boolean enabled) implements PatchAction {
        @Override
        public String toString() {
            return enabled ? "sti" : "cli";
        }
    }

    /**
     * Every core that the sync reaches has an IPI pending, and owes an answer; the patching core serialises.
     *
     * @param flushes whether taking it serialises
     */
    record SendSync(CoreSet cores, boolean flushes) implements PatchAction {
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

    /** Every other core has an IPI pending whose handler waits, with interrupts off, for {@link ReleaseCores}. */
    record StopCores() implements PatchAction {
        @Override
        public String toString() {
            return "stop";
        }
    }

    /** Waits until every other core is in that handler. */
    record AwaitStopped() implements PatchAction {
        @Override
        public String toString() {
            return "stopped";
        }
    }

    /** The stopped cores go on, by IRET, each when it likes. */
    record ReleaseCores() implements PatchAction {
        @Override
        public String toString() {
            return "release";
        }
    }

    /** From here on it is known who is inside a span now: a grace period begins. */
    record StartGracePeriod() implements PatchAction {
        @Override
        public String toString() {
            return "grace.start";
        }
    }

    /** Waits until everybody has left who was inside when the grace period began. */
    record AwaitReaders() implements PatchAction {
        @Override
        public String toString() {
            return "grace.done";
        }
    }

    /** One of the words that lead a handler to the array is set or cleared. */
    record SetLookup(Lookup word, boolean usable) implements PatchAction {
        @Override
        public String toString() {
            return (usable ? "set " : "clear ") + word.word();
        }
    }

    /** Gives up the patcher's own reference in one counter after the other, and waits until nobody holds one there. */
    record RetireRefs() implements PatchAction {
        @Override
        public String toString() {
            return "retire";
        }
    }

    /** As {@link RetireRefs}, but whoever holds a reference is not waited for. */
    record DropRefs() implements PatchAction {
        @Override
        public String toString() {
            return "drop refs";
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
