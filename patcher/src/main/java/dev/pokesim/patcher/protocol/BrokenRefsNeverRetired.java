package dev.pokesim.patcher.protocol;

import java.util.List;

/** {@link TextPokeBatch} that leaves its references behind. Must be caught. */
public final class BrokenRefsNeverRetired implements PatchProtocol {
    @Override
    public String name() {
        return "broken-refs-never-retired";
    }

    @Override
    public String description() {
        return "references are not given up";
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
                new PatchStep.SyncCoresIfWritten());
    }
}
