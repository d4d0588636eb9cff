/**
 * What it costs cores to share memory: cache lines, their transfers, the distances between cores and the constants of
 * a machine. Not here: what memory contains ({@code memory}).
 * Start with {@link dev.pokesim.emulator.coherence.MachineProfile}.
 */
package dev.pokesim.emulator.coherence;
