/**
 * The program {@code poke-sim}: its main method, the list of its commands and what happens to their errors. Not here: what a
 * command does ({@code command}), what all commands share ({@code console}). Start with {@link dev.pokesim.cli.PokeSim}.
 */
@NullMarked
package dev.pokesim.cli;

import org.jspecify.annotations.NullMarked;
