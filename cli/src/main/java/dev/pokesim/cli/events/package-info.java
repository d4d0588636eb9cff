/**
 * Events and moments of a run as people read and type them. Not here: the events themselves ({@code emulator.trace}). Start with
 * {@link dev.pokesim.cli.events.EventLine}.
 */
@NullMarked
package dev.pokesim.cli.events;

import org.jspecify.annotations.NullMarked;
