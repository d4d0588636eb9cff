/**
 * Traces as files of other tools: one class per format. Not here: what an event means ({@code emulator.trace}), and what is asked for on the
 * command line ({@code command}). Start with {@link dev.pokesim.cli.export.ExportFormat}.
 */
@NullMarked
package dev.pokesim.cli.export;

import org.jspecify.annotations.NullMarked;
