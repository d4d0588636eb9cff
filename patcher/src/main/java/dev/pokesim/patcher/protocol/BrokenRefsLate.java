package dev.pokesim.patcher.protocol;

import java.util.List;

/** {@link TextPokeBatch} that lets cores trap before the array is usable. Must be caught. */
public final class BrokenRefsLate implements PatchProtocol {
    @Override
    public String name() {
        return "broken-refs-late";
    }

    @Override
    public String description() {
        return "INT3 before the references are published";
    }

    @Override
    public boolean isSafe() {
        return false;
    }

    @Override
    public List<PatchStep> steps() {
        return List.of(
                new PatchStep.WriteInt3(),
                new PatchStep.SyncCores(),
                new PatchStep.PublishRefs(),
                new PatchStep.WriteTail(),
                new PatchStep.SyncCoresIfWritten(),
                new PatchStep.WriteFirstByte(),
                new PatchStep.SyncCoresIfWritten(),
                new PatchStep.RetireRefs());
    }
}
