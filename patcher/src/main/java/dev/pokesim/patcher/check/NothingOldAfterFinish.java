package dev.pokesim.patcher.check;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.isa.Decoded;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;
import dev.pokesim.patcher.kernel.PatchListener;
import dev.pokesim.patcher.kernel.PatchPlace;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** Once the batch is done, every core that was synchronised executes the text that the batch leaves. */
public final class NothingOldAfterFinish extends Oracle {
    private final Function<PatchPlace, InstructionBytes> left;
    private final Map<Long, InstructionBytes> inBatch = new TreeMap<>();
    private final Map<Long, InstructionBytes> finished = new TreeMap<>();

    /** For batches that leave the new text, and whose places a record for perf tells. */
    public NothingOldAfterFinish() {
        this(PatchPlace::newText);
    }

    /**
     * @param left what a batch leaves at a place, where its places are known beforehand: see {@link PatchListener#batchIs}
     */
    public NothingOldAfterFinish(Function<PatchPlace, InstructionBytes> left) {
        this.left = left;
    }

    @Override
    public String property() {
        return "after the batch no core executes old text or INT3 at its places";
    }

    @Override
    public void batchIs(Core patcher, List<PatchPlace> places) {
        for (PatchPlace place : places) {
            finished.remove(place.address());
            inBatch.put(place.address(), left.apply(place));
        }
    }

    @Override
    public void textPokeRecord(Core patcher, long address, InstructionBytes oldText, InstructionBytes newText) {
        inBatch.putIfAbsent(address, newText);
    }

    @Override
    public void batchFinished(Core patcher) {
        finished.putAll(inBatch);
        inBatch.clear();
    }

    @Override
    public void fetchedSite(Core core, Decoded instruction, TextPokeLoc site) {
        InstructionBytes text = finished.get(site.address());
        InstructionBytes seen = instruction.bytes();
        if (text != null && instruction.address() == site.address() && !begins(text, seen)) {
            violated(
                    core,
                    "core " + core.id() + " executes " + instruction + " (" + seen + ") at "
                            + Address.text(site.address()) + " after the batch; the new text is " + text);
        }
    }

    private static boolean begins(InstructionBytes text, InstructionBytes seen) {
        return seen.sizeBytes() <= text.sizeBytes()
                && text.prefix(seen.sizeBytes()).equals(seen);
    }

    @Override
    public void save(StateWriter out) {
        save(inBatch, out);
        save(finished, out);
    }

    private static void save(Map<Long, InstructionBytes> places, StateWriter out) {
        out.number(places.size());
        places.forEach((address, text) -> {
            out.word(address);
            out.number(text.sizeBytes());
            out.word(text.low());
            out.word(text.high());
        });
    }

    @Override
    public void restore(StateReader in) {
        restore(inBatch, in);
        restore(finished, in);
    }

    private static void restore(Map<Long, InstructionBytes> places, StateReader in) {
        places.clear();
        for (int left = in.number(); left > 0; left--) {
            long address = in.word();
            int sizeBytes = in.number();
            long low = in.word();
            places.put(address, new InstructionBytes(low, in.word(), sizeBytes));
        }
    }
}
