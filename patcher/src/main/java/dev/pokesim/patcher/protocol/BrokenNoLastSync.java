package dev.pokesim.patcher.protocol;

import java.util.List;

/** {@link TextPokeBatch} that gives up the array while cores may still fetch an INT3. Must be caught. */
public final class BrokenNoLastSync implements PatchProtocol {
    @Override
    public String name() {
        return "broken-no-last-sync";
    }

    @Override
    public String description() {
        return "no sync after the first byte";
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
                new PatchStep.SyncCoresIfWritten(),
                new PatchStep.WriteFirstByte(),
                new PatchStep.RetireRefs());
    }
}
