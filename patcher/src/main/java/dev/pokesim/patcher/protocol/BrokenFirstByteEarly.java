package dev.pokesim.patcher.protocol;

import java.util.List;

/** {@link TextPokeBatch} with the last two writes exchanged. Must be caught. */
public final class BrokenFirstByteEarly implements PatchProtocol {
    @Override
    public String name() {
        return "broken-first-byte-early";
    }

    @Override
    public String description() {
        return "first byte before the tail";
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
                new PatchStep.WriteFirstByte(),
                new PatchStep.SyncCoresIfWritten(),
                new PatchStep.WriteTail(),
                new PatchStep.SyncCoresIfWritten(),
                new PatchStep.RetireRefs());
    }
}
