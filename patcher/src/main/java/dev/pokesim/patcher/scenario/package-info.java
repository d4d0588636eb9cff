/**
 * What surrounds a patching run: the workload that meets the sites, what the kernel's routines cost on a machine, and
 * the figures that were published about a real one. Not here: the patching itself ({@code protocol}).
 * Start with {@link dev.pokesim.patcher.scenario.Scenario}.
 */
package dev.pokesim.patcher.scenario;
