/**
 * What every command shares with the person or the script in front of it: output options, formats, progress, errors, exit codes,
 * Ctrl-C. Not here: any command. Start with {@link dev.pokesim.cli.console.OutputOptions}, which each command mixes in.
 */
@NullMarked
package dev.pokesim.cli.console;

import org.jspecify.annotations.NullMarked;
