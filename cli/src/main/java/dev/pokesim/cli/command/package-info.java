/**
 * One class per command of {@code poke-sim}: it parses, makes one call and prints. Not here: the list of commands
 * ({@code PokeSim}), rules of the machine or of a protocol (the other modules).
 */
@NullMarked
package dev.pokesim.cli.command;

import org.jspecify.annotations.NullMarked;
