package dev.pokesim.patcher.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.pokesim.emulator.coherence.MachineProfile;
import dev.pokesim.emulator.coherence.MachineProfileReader;
import org.junit.jupiter.api.Test;

class KernelCostsTest {
    @Test
    void everyEmbeddedProfileHasTheCostsOfTheKernelsRoutinesAndNoOther() {
        for (String name : MachineProfileReader.embeddedNames()) {
            MachineProfile profile = KernelCosts.profileReader().read(name);
            assertEquals(370_000, profile.ps(KernelCosts.TEXT_POKE));
            assertEquals(4_000, profile.ps(KernelCosts.SEARCH_PROBE));
            assertEquals(10_000, profile.ps(KernelCosts.EMULATE_INSTRUCTION));
        }
    }
}
