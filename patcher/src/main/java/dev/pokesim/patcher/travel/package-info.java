/**
 * Patching runs that can be walked both ways, opened from the files that keep them. Not here: walking ({@code emulator.travel}), showing.
 * Start with {@link dev.pokesim.patcher.travel.PatchTimeline}.
 */
@org.jspecify.annotations.NullMarked
package dev.pokesim.patcher.travel;
