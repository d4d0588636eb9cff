package dev.pokesim.patcher.proof;

import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.patcher.kernel.PatchPlace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * All that one place in text ever holds in the course of a program: what stood there first, and each store into it with its
 * moment. The program is a straight line, so this is known before anything runs.
 */
final class SiteHistory {
    private final long address;
    private final InstructionBytes initial;
    private final List<InstructionBytes> texts = new ArrayList<>();
    private final List<Integer> moments = new ArrayList<>();
    private final List<Integer> offsets = new ArrayList<>();
    private final List<InstructionBytes> stores = new ArrayList<>();

    SiteHistory(PatchPlace first) {
        address = first.address();
        initial = first.oldText();
        texts.add(initial);
    }

    long address() {
        return address;
    }

    int sizeBytes() {
        return initial.sizeBytes();
    }

    /** Every text that some batch finds or leaves here, the first one first. */
    List<InstructionBytes> texts() {
        return texts;
    }

    /** One more text that a batch leaves here. */
    void willHold(InstructionBytes text) {
        if (!texts.contains(text)) {
            texts.add(text);
        }
    }

    /**
     * One more store.
     *
     * @param moment how many stores into any text have been before
     */
    void stored(int moment, int offset, InstructionBytes bytes) {
        moments.add(moment);
        offsets.add(offset);
        stores.add(bytes);
    }

    /** How many stores it gets. */
    int storeCount() {
        return stores.size();
    }

    /** How many of its stores have happened by a moment. */
    int storesBy(int moment) {
        int count = 0;
        while (count < moments.size() && moments.get(count) < moment) {
            count++;
        }
        return count;
    }

    /** The moment before its store of this index. */
    int momentOf(int store) {
        return moments.get(store);
    }

    /** At which byte of the site that store begins. */
    int offsetOf(int store) {
        return offsets.get(store);
    }

    /** What that store brings. */
    InstructionBytes bytesOf(int store) {
        return stores.get(store);
    }

    /** What it holds after that many of its stores. */
    InstructionBytes textAfter(int storeCount) {
        int[] bytes = new int[sizeBytes()];
        Arrays.setAll(bytes, initial::byteAt);
        for (int i = 0; i < storeCount; i++) {
            for (int k = 0; k < stores.get(i).sizeBytes(); k++) {
                bytes[offsets.get(i) + k] = stores.get(i).byteAt(k);
            }
        }
        return InstructionBytes.of(bytes);
    }
}
