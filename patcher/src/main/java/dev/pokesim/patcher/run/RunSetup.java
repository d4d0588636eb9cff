package dev.pokesim.patcher.run;

import dev.pokesim.emulator.coherence.MachineProfile;
import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.patcher.kernel.Refs;
import dev.pokesim.patcher.protocol.PatchProtocol;
import dev.pokesim.patcher.scenario.Scenario;

/**
 * Everything that a run depends on: the same setup gives the same report, byte for byte.
 *
 * @param cores 1 to 4096, all online; core 0 patches
 * @param hotSites how many of the places the workload executes
 * @param fetchMode how far fetches may lag
 * @param seed of every random choice
 */
public record RunSetup(
        PatchTarget target,
        int cores,
        PatchProtocol protocol,
        Refs refs,
        MachineProfile profile,
        Scenario scenario,
        int hotSites,
        FetchMode fetchMode,
        long seed) {}
