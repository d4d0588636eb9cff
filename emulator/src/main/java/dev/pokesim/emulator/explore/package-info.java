/**
 * Exploration: going through the states of something that can go on in more than one way, all of them or a sample. Not here: what
 * is explored. For a machine with what must hold in it, a client brings a {@link dev.pokesim.emulator.explore.Model}; start with
 * {@link dev.pokesim.emulator.explore.ExhaustiveSearch}. For anything else it says how a state is written down and which follow it;
 * start with {@link dev.pokesim.emulator.explore.BreadthFirstSearch}.
 */
@org.jspecify.annotations.NullMarked
package dev.pokesim.emulator.explore;
