package dev.pokesim.patcher.protocol;

import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.patcher.kernel.PatchPlace;
import dev.pokesim.patcher.protocol.PatchAction.Own;
import java.util.ArrayList;
import java.util.List;

/** Collects the atoms of a protocol, batch by batch: the same steps that {@link PatchRoutine} makes the patcher's code of. */
public final class Outline {
    private final List<PatchPlace> places;
    private final List<PatchAction> actions = new ArrayList<>();
    private boolean written;

    private Outline(List<PatchPlace> places) {
        this.places = places;
    }

    /**
     * What a protocol does to some batches, one after the other.
     *
     * @param batches the places of each, in the order of the array
     */
    public static List<PatchAction> of(PatchProtocol protocol, List<List<PatchPlace>> batches) {
        return of(protocol, batches, 0);
    }

    /** As {@link #of(PatchProtocol, List)}, for batches of which the first one has a number. */
    public static List<PatchAction> of(PatchProtocol protocol, List<List<PatchPlace>> batches, int first) {
        List<PatchAction> actions = new ArrayList<>();
        for (int batch = first; batch < first + batches.size(); batch++) {
            Outline outline = new Outline(batches.get(batch - first));
            outline.add(new PatchAction.FillArray(batch));
            protocol.steps().forEach(step -> step.outline(outline));
            outline.add(new PatchAction.EmptyArray());
            outline.add(new PatchAction.Finish(batch));
            actions.addAll(outline.actions);
        }
        return List.copyOf(actions);
    }

    /** What stands at a place once a protocol is done with it. */
    public static InstructionBytes textAfter(PatchProtocol protocol, PatchPlace place) {
        byte[] text = place.oldText().toArray();
        for (PatchAction action : of(protocol, List.of(List.of(place)))) {
            if (action instanceof PatchAction.WriteText write) {
                byte[] bytes = write.bytes().toArray();
                System.arraycopy(bytes, 0, text, write.offset(), bytes.length);
            }
        }
        return InstructionBytes.of(text, 0, text.length);
    }

    /** The places of the batch. */
    List<PatchPlace> places() {
        return places;
    }

    void add(PatchAction action) {
        actions.add(action);
    }

    /** A write step begins. */
    void beginWriting() {
        written = false;
    }

    /** The byte writer: byte after byte with interrupts off, then the core serialises and they are on again. */
    void poke(PatchPlace place, int offset, InstructionBytes bytes) {
        for (int i = 0; i < bytes.sizeBytes(); i++) {
            Own own = i == bytes.sizeBytes() - 1 ? Own.SERIALISED : Own.HIDDEN;
            add(new PatchAction.WriteText(place, offset + i, InstructionBytes.of(bytes.byteAt(i)), own));
        }
        written = true;
    }

    /**
     * One store instruction. Where it crosses a cache line, it becomes two.
     *
     * @param own what the patching core can make of it
     */
    void store(PatchPlace place, int offset, InstructionBytes bytes, Own own) {
        int inFirstLine = Math.min(bytes.sizeBytes(), 64 - ((int) (place.address() + offset) & 63));
        add(new PatchAction.WriteText(place, offset, bytes.prefix(inFirstLine), own));
        if (inFirstLine < bytes.sizeBytes()) {
            add(new PatchAction.WriteText(
                    place, offset + inFirstLine, slice(bytes, inFirstLine, bytes.sizeBytes()), own));
        }
        written = true;
    }

    /** Bytes {@code from} to {@code to}, exclusive. */
    static InstructionBytes slice(InstructionBytes bytes, int from, int to) {
        int[] some = new int[to - from];
        for (int i = 0; i < some.length; i++) {
            some[i] = bytes.byteAt(from + i);
        }
        return InstructionBytes.of(some);
    }

    /** Whether the last write step wrote anything. */
    boolean hasWritten() {
        return written;
    }

    void sync(CoreSet cores) {
        add(new PatchAction.SendSync(cores, true));
        add(new PatchAction.AwaitSync());
    }
}
