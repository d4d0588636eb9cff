/**
 * Exploration: going through the states of something that can go on in more than one way, all of them or a sample. Not here: what
 * is explored; a client says how a state is written down and which follow it. Start with {@link
 * dev.pokesim.emulator.explore.BreadthFirstSearch}.
 */
@org.jspecify.annotations.NullMarked
package dev.pokesim.emulator.explore;
