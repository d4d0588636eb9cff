package dev.pokesim.patcher.protocol;

import java.util.List;

/** {@link TextPokeBatch} that writes the first byte while cores may still fetch the old tail. Must be caught. */
public final class BrokenNoSecondSync implements PatchProtocol {
    @Override
    public String name() {
        return "broken-no-second-sync";
    }

    @Override
    public String description() {
        return "no sync between tail and first byte";
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
                new PatchStep.SyncCores(),
                new PatchStep.WriteTail(),
                new PatchStep.WriteFirstByte(),
                new PatchStep.SyncCoresIfWritten(),
                new PatchStep.RetireRefs());
    }
}
