package dev.pokesim.patcher.protocol;

import java.util.List;

/**
 * Turns each site into INT3 first, so that a core arriving half way traps instead of running mixed bytes.
 *
 * @see "Linux arch/x86/kernel/alternative.c, text_poke_bp_batch(), smp_text_poke_batch_finish()"
 */
public final class TextPokeBatch implements PatchProtocol {
    @Override
    public String name() {
        return "text-poke-batch";
    }

    @Override
    public String description() {
        return "INT3, sync, tail, sync, first byte, sync: what Linux does";
    }

    @Override
    public List<PatchStep> steps() {
        return List.of(
                new PatchStep.PublishRefs(),
                new PatchStep.WriteInt3(),
                new PatchStep.SyncCores(),
                new PatchStep.WriteTail(),
                new PatchStep.SyncCoresIfWritten(),
                new PatchStep.WriteFirstByte(),
                new PatchStep.SyncCoresIfWritten(),
                new PatchStep.RetireRefs());
    }
}
