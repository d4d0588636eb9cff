/**
 * Stepping through a recorded run, forwards and backwards: keys lead to actions, actions move a timeline, a view of it becomes lines of
 * text. Nothing but {@link dev.pokesim.cli.step.FullScreen} knows a terminal. Not here: how a run is walked ({@code patcher.travel}).
 * Start with {@link dev.pokesim.cli.step.Stepper}.
 */
@NullMarked
package dev.pokesim.cli.step;

import org.jspecify.annotations.NullMarked;
