package dev.pokesim.patcher.sequence;

import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.patcher.kernel.HandlerStep;
import dev.pokesim.patcher.kernel.PatchPlace;
import dev.pokesim.patcher.kernel.TrapHandler;
import dev.pokesim.patcher.protocol.CoreSet;
import dev.pokesim.patcher.protocol.Lookup;
import dev.pokesim.patcher.protocol.PatchContent;
import dev.pokesim.patcher.protocol.PatchProtocol;
import dev.pokesim.patcher.protocol.PatchStep;
import java.util.ArrayList;
import java.util.List;

/**
 * A patch protocol put together from steps, with the places that it patches:
 *
 * <pre>{@code
 * PatchSequence.on(place).writeInt3().syncCores().writeTail().syncCores().writeFirstByte().syncCores()
 * }</pre>
 *
 * <p>A value: each method returns a new sequence. If no step says when handlers can find the places, they can from before the first step
 * until after the last.
 */
public final class PatchSequence implements PatchProtocol {
    private final String name;
    private final List<PatchPlace> places;
    private final List<PatchStep> steps;
    private final List<InstructionBytes> intermediates;
    private final TrapHandler handler;
    private final String description;

    private PatchSequence(
            String name,
            String description,
            List<PatchPlace> places,
            List<PatchStep> steps,
            List<InstructionBytes> intermediates,
            TrapHandler handler) {
        this.name = name;
        this.description = description;
        this.places = List.copyOf(places);
        this.steps = List.copyOf(steps);
        this.intermediates = List.copyOf(intermediates);
        this.handler = handler;
    }

    /** An empty sequence for some places. */
    public static PatchSequence on(PatchPlace first, PatchPlace... more) {
        List<PatchPlace> places = new ArrayList<>(List.of(first));
        places.addAll(List.of(more));
        return new PatchSequence("sequence", "", places, List.of(), List.of(), TrapHandler.KERNEL);
    }

    /** The same under a name. */
    public PatchSequence named(String newName) {
        return new PatchSequence(newName, description, places, steps, intermediates, handler);
    }

    /** The same with a description: one sentence, or two. */
    public PatchSequence describedAs(String text) {
        return new PatchSequence(name, text, places, steps, intermediates, handler);
    }

    /** The same with one step more. */
    public PatchSequence then(PatchStep step) {
        List<PatchStep> more = new ArrayList<>(steps);
        more.add(step);
        return new PatchSequence(name, description, places, more, intermediates, handler);
    }

    /** INT3 over the first byte of every place. */
    public PatchSequence writeInt3() {
        return then(new PatchStep.WriteInt3());
    }

    /** The new text behind the first byte, byte after byte. */
    public PatchSequence writeTail() {
        return then(new PatchStep.WriteTail());
    }

    /** The first byte of the new text. */
    public PatchSequence writeFirstByte() {
        return then(new PatchStep.WriteFirstByte());
    }

    /** Every online core serialises; waits for all. */
    public PatchSequence syncCores() {
        return then(new PatchStep.SyncCores());
    }

    /** One store of a part of the new text, {@code to} exclusive; two if it crosses a cache line. */
    public PatchSequence storeNew(int from, int to) {
        return then(new PatchStep.Store(new PatchContent.NewText(), from, to, true, false));
    }

    /** One store of a part of the old text, {@code to} exclusive; two if it crosses a cache line. */
    public PatchSequence storeOld(int from, int to) {
        return then(new PatchStep.Store(new PatchContent.OldText(), from, to, true, false));
    }

    /** One store of some bytes; two if it crosses a cache line. */
    public PatchSequence store(int from, InstructionBytes bytes) {
        return then(new PatchStep.Store(new PatchContent.Bytes(bytes), from, from + bytes.sizeBytes(), true, false));
    }

    /** Every other core is stopped; waits for all. */
    public PatchSequence stopCores() {
        return then(new PatchStep.StopCores());
    }

    /** The stopped cores go on. */
    public PatchSequence releaseCores() {
        return then(new PatchStep.ReleaseCores());
    }

    /** Waits for everybody who is inside a place. */
    public PatchSequence awaitReaders() {
        return then(new PatchStep.AwaitReaders());
    }

    /** Handlers find the places from now on. */
    public PatchSequence publish() {
        return then(new PatchStep.PublishRefs(CoreSet.ALL));
    }

    /** Handlers do not find the places any more; waits for those that are at it. */
    public PatchSequence retire() {
        return then(new PatchStep.RetireRefs());
    }

    /** An instruction that may be executed besides the old and the new text: a self-jump, say. */
    public PatchSequence allowing(InstructionBytes instruction) {
        List<InstructionBytes> more = new ArrayList<>(intermediates);
        more.add(instruction);
        return new PatchSequence(name, description, places, steps, more, handler);
    }

    /** The same with another handler. */
    public PatchSequence handledBy(TrapHandler newHandler) {
        return new PatchSequence(name, description, places, steps, intermediates, newHandler);
    }

    /** What it patches. */
    public List<PatchPlace> places() {
        return places;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String description() {
        return description.isEmpty() ? "a sequence of " + steps.size() + " steps" : description;
    }

    @Override
    public List<PatchStep> steps() {
        if (steps.stream().anyMatch(PatchSequence::isLookup) || !handler.steps().contains(HandlerStep.TAKE_REF)) {
            return steps;
        }
        List<PatchStep> all = new ArrayList<>();
        all.add(new PatchStep.PublishRefs());
        all.addAll(steps);
        all.add(new PatchStep.RetireRefs());
        return all;
    }

    private static boolean isLookup(PatchStep step) {
        return step instanceof PatchStep.PublishRefs
                || step instanceof PatchStep.RetireRefs
                || step instanceof PatchStep.DropRefs
                || step instanceof PatchStep.SetLookup lookup && lookup.word() != Lookup.HANDLER;
    }

    @Override
    public TrapHandler handler() {
        return handler;
    }

    @Override
    public List<InstructionBytes> intermediates() {
        return intermediates;
    }
}
