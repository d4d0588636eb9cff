package dev.pokesim.patcher.kernel;

import java.util.List;

/** Every way to count references, the default first. */
public final class RefsSchemes {
    public static final List<Refs> ALL = List.of(new PerCpuRefs(), new GlobalRefs(), new FetchAddRefs());

    private RefsSchemes() {}
}
