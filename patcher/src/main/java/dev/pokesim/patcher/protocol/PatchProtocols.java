package dev.pokesim.patcher.protocol;

import java.util.List;

/** Every patch protocol, the default first. */
public final class PatchProtocols {
    public static final List<PatchProtocol> ALL = List.of(
            new TextPokeBatch(),
            new BrokenNoInt3(),
            new BrokenNoFirstSync(),
            new BrokenNoSecondSync(),
            new BrokenNoLastSync(),
            new BrokenFirstByteEarly(),
            new BrokenRefsLate(),
            new BrokenRefsRetiredEarly(),
            new BrokenRefsNeverRetired());

    private PatchProtocols() {}
}
