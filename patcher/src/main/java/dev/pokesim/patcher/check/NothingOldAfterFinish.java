package dev.pokesim.patcher.check;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.isa.Decoded;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import java.util.Set;
import java.util.TreeSet;

/** Once the batch is done, every core that was synchronised executes the new text. */
public final class NothingOldAfterFinish extends Oracle {
    private final Set<Long> inBatch = new TreeSet<>();
    private final Set<Long> finished = new TreeSet<>();

    @Override
    public String property() {
        return "after the batch no core executes old text or INT3 at its places";
    }

    @Override
    public void textPokeRecord(Core patcher, long address, InstructionBytes oldText, InstructionBytes newText) {
        inBatch.add(address);
    }

    @Override
    public void batchFinished(Core patcher) {
        finished.addAll(inBatch);
        inBatch.clear();
    }

    @Override
    public void fetchedSite(Core core, Decoded instruction, TextPokeLoc site) {
        if (finished.contains(site.address())
                && instruction.address() == site.address()
                && !instruction.bytes().equals(site.newText())) {
            violated(
                    core,
                    "core " + core.id() + " executes " + instruction + " (" + instruction.bytes() + ") at "
                            + Address.text(site.address()) + " after the batch; the new text is " + site.newText());
        }
    }

    @Override
    public void save(StateWriter out) {
        save(inBatch, out);
        save(finished, out);
    }

    private static void save(Set<Long> places, StateWriter out) {
        out.number(places.size());
        places.forEach(out::word);
    }

    @Override
    public void restore(StateReader in) {
        restore(inBatch, in);
        restore(finished, in);
    }

    private static void restore(Set<Long> places, StateReader in) {
        places.clear();
        for (int left = in.number(); left > 0; left--) {
            places.add(in.word());
        }
    }
}
