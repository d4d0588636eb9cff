/**
 * What schedules say about patching: how one keeps all that is needed to do something again, in a proof's model or on the machine, and
 * how it is done. Not here: the text format ({@code emulator.explore.Schedule}), files. Start with
 * {@link dev.pokesim.patcher.schedule.ProofSchedule} and {@link dev.pokesim.patcher.schedule.MachineSchedule}.
 */
@org.jspecify.annotations.NullMarked
package dev.pokesim.patcher.schedule;
