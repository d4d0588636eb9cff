package dev.pokesim.patcher.protocol;

import java.util.List;

/** A plain rewrite, tail first, that never traps anybody. Must be caught. */
public final class BrokenNoInt3 implements PatchProtocol {
    @Override
    public String name() {
        return "broken-no-int3";
    }

    @Override
    public String description() {
        return "no INT3 at all";
    }

    @Override
    public boolean isSafe() {
        return false;
    }

    @Override
    public List<PatchStep> steps() {
        return List.of(
                new PatchStep.PublishRefs(),
                new PatchStep.WriteTail(),
                new PatchStep.SyncCoresIfWritten(),
                new PatchStep.WriteFirstByte(),
                new PatchStep.SyncCoresIfWritten(),
                new PatchStep.RetireRefs());
    }
}
