/** The steps a core takes that no other core can interrupt. Not here: what an instruction means ({@code isa}).
 *  Start with {@link MicroOp}. */
@org.jspecify.annotations.NullMarked
package dev.pokesim.emulator.microop;
