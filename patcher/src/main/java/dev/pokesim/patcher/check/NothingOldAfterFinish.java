package dev.pokesim.patcher.check;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.isa.Decoded;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import java.util.HashSet;
import java.util.Set;

/** Once the batch is done, every core that was synchronised executes the new text. */
public final class NothingOldAfterFinish extends Oracle {
    private final Set<Long> inBatch = new HashSet<>(); // only asked whether it contains
    private final Set<Long> finished = new HashSet<>();

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
}
