package dev.pokesim.patcher.protocol;

import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import java.util.ArrayList;
import java.util.List;

/** Collects the atoms of a protocol, batch by batch: the same steps that {@link PatchRoutine} makes the patcher's code of. */
public final class Outline {
    private final List<TextPokeLoc> places;
    private final List<PatchAction> actions = new ArrayList<>();
    private boolean written;

    private Outline(List<TextPokeLoc> places) {
        this.places = places;
    }

    /**
     * What a protocol does to some batches, one after the other.
     *
     * @param batches the places of each, sorted by address, at most 256
     */
    public static List<PatchAction> of(PatchProtocol protocol, List<List<TextPokeLoc>> batches) {
        List<PatchAction> actions = new ArrayList<>();
        for (int batch = 0; batch < batches.size(); batch++) {
            Outline outline = new Outline(batches.get(batch));
            outline.add(new PatchAction.FillArray(batch));
            protocol.steps().forEach(step -> step.outline(outline));
            outline.add(new PatchAction.EmptyArray());
            outline.add(new PatchAction.Finish(batch));
            actions.addAll(outline.actions);
        }
        return List.copyOf(actions);
    }

    /** The places of the batch. */
    List<TextPokeLoc> places() {
        return places;
    }

    void add(PatchAction action) {
        actions.add(action);
    }

    /** A write step begins. */
    void beginWriting() {
        written = false;
    }

    /** One store; what is written is remembered for {@link #hasWritten()}. */
    void write(TextPokeLoc place, int offset, InstructionBytes bytes) {
        add(new PatchAction.WriteText(place, offset, bytes));
        written = true;
    }

    /** A store of one byte of the new text. */
    void writeNew(TextPokeLoc place, int offset) {
        write(place, offset, InstructionBytes.of(place.newText().byteAt(offset)));
    }

    /** Whether the last write step wrote anything. */
    boolean hasWritten() {
        return written;
    }

    void sync(SyncTargets targets) {
        add(new PatchAction.SendSync(targets));
        add(new PatchAction.AwaitSync());
    }
}
