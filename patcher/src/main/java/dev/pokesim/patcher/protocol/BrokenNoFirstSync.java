package dev.pokesim.patcher.protocol;

import java.util.List;

/** {@link TextPokeBatch} that writes the tails while cores may still fetch the old first byte. Must be caught. */
public final class BrokenNoFirstSync implements PatchProtocol {
    @Override
    public String name() {
        return "broken-no-first-sync";
    }

    @Override
    public String description() {
        return "no sync between INT3 and tail";
    }

    @Override
    public boolean isSafe() {
        return false;
    }

    @Override
    public List<PatchStep> steps() {
        return List.of(
                new PatchStep.PublishRefs(),
                new PatchStep.WriteInt3(),
                new PatchStep.WriteTail(),
                new PatchStep.SyncCoresIfWritten(),
                new PatchStep.WriteFirstByte(),
                new PatchStep.SyncCoresIfWritten(),
                new PatchStep.RetireRefs());
    }
}
