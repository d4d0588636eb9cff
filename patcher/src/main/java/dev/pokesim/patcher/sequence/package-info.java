/**
 * Patch sequences of anybody's, to be proved: in Java with {@link dev.pokesim.patcher.sequence.PatchSequence}, or as YAML files
 * with {@link dev.pokesim.patcher.sequence.PatchScenarioReader}. Not here: what the steps are ({@code protocol}).
 */
@org.jspecify.annotations.NullMarked
package dev.pokesim.patcher.sequence;
