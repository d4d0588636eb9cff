/**
 * Walking a run both ways: one that can be executed again, micro-op by micro-op, with snapshots to start from. Not here: where runs
 * come from, who shows them. Start with {@link dev.pokesim.emulator.travel.Timeline}.
 */
@org.jspecify.annotations.NullMarked
package dev.pokesim.emulator.travel;
