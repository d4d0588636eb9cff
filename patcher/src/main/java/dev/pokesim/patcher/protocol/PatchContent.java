package dev.pokesim.patcher.protocol;

import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.patcher.kernel.PatchPlace;

/** What a {@link PatchStep.Store} writes. */
public sealed interface PatchContent {
    /** The bytes for a part of a place, {@code to} exclusive. */
    InstructionBytes of(PatchPlace place, int from, int to);

    /** That part of the new text. */
    record NewText() implements PatchContent {
        @Override
        public InstructionBytes of(PatchPlace place, int from, int to) {
            return Outline.slice(place.newText(), from, to);
        }

        @Override
        public String toString() {
            return "new text";
        }
    }

    /** That part of the old text. */
    record OldText() implements PatchContent {
        @Override
        public InstructionBytes of(PatchPlace place, int from, int to) {
            return Outline.slice(place.oldText(), from, to);
        }

        @Override
        public String toString() {
            return "old text";
        }
    }

    /** Always the same bytes, whatever the part's end is. */
    record Bytes(InstructionBytes bytes) implements PatchContent {
        @Override
        public InstructionBytes of(PatchPlace place, int from, int to) {
            return bytes;
        }

        @Override
        public String toString() {
            return bytes.toString();
        }
    }
}
