package dev.pokesim.patcher.protocol;

import java.util.List;

/** {@link TextPokeBatch} that gives up the array while INT3 still stands. Must be caught. */
public final class BrokenRefsRetiredEarly implements PatchProtocol {
    @Override
    public String name() {
        return "broken-refs-retired-early";
    }

    @Override
    public String description() {
        return "references retired before the first byte";
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
                new PatchStep.RetireRefs(),
                new PatchStep.WriteFirstByte(),
                new PatchStep.SyncCoresIfWritten());
    }
}
