/**
 * Runs in simulated time: what programs and NMIs do with timers on many cores, and what it costs. Not here: every order of a few
 * operations ({@code run}). Start with {@link dev.pokesim.bpf.workload.TimedRun}.
 */
@NullMarked
package dev.pokesim.bpf.workload;

import org.jspecify.annotations.NullMarked;
