/** The state of one logical processor: registers, flags, store buffer, fetch view, what it is executing. Not here: what an
 *  instruction means ({@code isa}) and when a core runs ({@code machine}). Start with {@link Core}. */
@org.jspecify.annotations.NullMarked
package dev.pokesim.emulator.core;
