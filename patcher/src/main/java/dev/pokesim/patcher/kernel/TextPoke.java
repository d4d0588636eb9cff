package dev.pokesim.patcher.kernel;

import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.memory.Address;

/**
 * The byte writer: through a private mapping at another address, byte after byte, with interrupts off; leaving the mapping
 * serialises the patching core. What it wrote is compared through the normal mapping.
 *
 * @see "Linux arch/x86/kernel/alternative.c, __text_poke()"
 */
public final class TextPoke {
    private TextPoke() {}

    /**
     * Appends one poke.
     *
     * @param address slot of the address of the first byte
     * @param source slot of the address in data memory where the bytes are
     * @param length slot of their number, at least 1
     */
    public static void append(
            Routine.Builder b, KernelCosts costs, PatchListener listener, int address, int source, int length) {
        int index = b.scratch("poke index");
        int value = b.scratch("poke value");
        int seen = b.scratch("poke seen");
        int interrupts = b.scratch("interrupts");
        String copy = b.newLabel("copy");
        String compare = b.newLabel("compare");
        b.saveAndDisableInterrupts(interrupts)
                .delay("map, switch address space", core -> costs.textPokePs())
                .compute("memcpy", (core, local) -> local[index] = 0)
                .label(copy)
                .load("byte", value, core -> core.file()[source] + core.file()[index], 1, 0)
                .store("poke", core -> core.file()[address] + core.file()[index] + KernelLayout.POKING_OFFSET, 1, value)
                .compute("next byte", (core, local) -> local[index]++)
                .jumpIf("more bytes", (core, local) -> local[index] < local[length], copy)
                .serialiseAtNoCost()
                .compute("memcmp", (core, local) -> local[index] = 0)
                .label(compare)
                .load("byte", value, core -> core.file()[source] + core.file()[index], 1, 0)
                .load("text", seen, core -> core.file()[address] + core.file()[index], 1, 0)
                .compute("BUG_ON different", (core, local) -> {
                    if (local[value] != local[seen]) {
                        throw new KernelBug(
                                "text_poke: " + Address.text(local[address]) + " has other bytes than were written");
                    }
                    local[index]++;
                })
                .jumpIf("more bytes", (core, local) -> local[index] < local[length], compare)
                .act("poked", (core, local) -> listener.poked(core, local[address], (int) local[length]))
                .restoreInterrupts(interrupts);
    }
}
