package dev.pokesim.patcher.kernel;

import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.emulator.microop.AddressOf;
import dev.pokesim.patcher.site.KeySites;
import dev.pokesim.patcher.site.PatchSite;
import java.util.List;

/**
 * Static keys: a count in memory, and sites that follow it. The text changes only when the count leaves 0 or comes back.
 *
 * @see "Linux kernel/jump_label.c, static_key_enable(), static_key_slow_inc(), static_key_slow_dec(), jump_label_update();
 *     arch/x86/kernel/jump_label.c, arch_jump_label_transform_queue(), arch_jump_label_transform_apply()"
 */
public final class JumpLabel {
    private static final InstructionBytes NOP2 = InstructionBytes.of(0x66, 0x90);
    private static final InstructionBytes NOP5 = InstructionBytes.of(0x0f, 0x1f, 0x44, 0, 0);

    private JumpLabel() {}

    /** What enabling or disabling a key changes, in the order in which the kernel queues it; sites in init text stay. */
    public static List<TextPokeLoc> changes(KeySites key, boolean enable) {
        return key.sites().stream()
                .filter(site -> !site.init() && site.kind().isJump() != site.mustJump(enable ? 1 : 0))
                .map(site -> TextPokeLoc.of(site.address(), site.text(), text(site, site.mustJump(enable ? 1 : 0))))
                .toList();
    }

    /** What stands at a site: a jump to its target or a no-op, as long as what stands there now. */
    static InstructionBytes text(PatchSite site, boolean jump) {
        if (!jump) {
            return site.sizeBytes() == 2 ? NOP2 : NOP5;
        }
        long displacement = site.target() - site.end();
        return site.sizeBytes() == 2
                ? new InstructionBytes(0xeb | displacement << 8, 0, 2)
                : new InstructionBytes(0xe9 | displacement << 8, 0, 5);
    }

    /**
     * Appends static_key_slow_inc() (also static_key_enable(), if the count is 0): the count goes up; from 0 the sites change.
     *
     * @param key address of the count
     * @param changes see {@link #changes}
     * @param finish processes the array
     */
    public static void increment(
            Routine.Builder b, BatchContext context, long key, List<TextPokeLoc> changes, Routine finish) {
        AddressOf count = core -> key;
        int value = b.local();
        String end = "key-" + value;
        TextMutex.lock(b, context.costs());
        b.load("key->enabled", value, count, 4, 0)
                .jumpIf("enabled already", (core, local) -> (int) local[value] > 0, end)
                .storeConstant("key->enabled = -1", count, 4, -1);
        update(b, context, changes, finish);
        b.compute("enabled = 0", (core, local) -> local[value] = 0)
                .label(end)
                .compute("enabled + 1", (core, local) -> local[value]++)
                .store("key->enabled, release", count, 4, value);
        TextMutex.unlock(b);
    }

    /** Appends static_key_slow_dec(): the count goes down; to 0 the sites change. */
    public static void decrement(
            Routine.Builder b, BatchContext context, long key, List<TextPokeLoc> changes, Routine finish) {
        AddressOf count = core -> key;
        int value = b.local();
        String end = "key-" + value;
        TextMutex.lock(b, context.costs());
        b.load("key->enabled", value, count, 4, 0)
                .compute("enabled - 1", (core, local) -> {
                    local[value]--;
                    if (local[value] < 0 || local[value] > Integer.MAX_VALUE) {
                        throw new KernelBug("static_key_slow_dec: the key is not enabled");
                    }
                })
                .store("key->enabled", count, 4, value)
                .jumpIf("still enabled", (core, local) -> local[value] > 0, end);
        update(b, context, changes, finish);
        b.label(end);
        TextMutex.unlock(b);
    }

    /** Appends jump_label_update(): queues every site, 256 at a time, then finishes what is left. */
    private static void update(Routine.Builder b, BatchContext context, List<TextPokeLoc> changes, Routine finish) {
        TextPokeArray.queue(b, context.layout(), changes, finish);
        b.call(finish);
    }
}
