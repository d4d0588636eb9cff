package dev.pokesim.cli.export;

import java.util.BitSet;
import java.util.List;

/**
 * What of a trace is exported.
 *
 * @param fromPs first time
 * @param toPs last time
 * @param cores whose events; empty for all
 */
public record ExportScope(long fromPs, long toPs, List<Integer> cores) {
    public ExportScope {
        cores = List.copyOf(cores);
    }

    /** The cores as a trace reader takes them. */
    public BitSet coreSet() {
        BitSet set = new BitSet();
        cores.forEach(set::set);
        return set;
    }

    /** The cores one by one, in order: all of a machine's if none were chosen. */
    int[] coresOf(int count) {
        return cores.isEmpty()
                ? java.util.stream.IntStream.range(0, count).toArray()
                : coreSet().stream().toArray();
    }
}
