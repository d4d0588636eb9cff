/** Cores at work: one alone at full speed, or many that share memory, interrupts and a clock. Not here: what an access costs
 *  ({@code coherence}). Start with {@link Machine}. */
@org.jspecify.annotations.NullMarked
package dev.pokesim.emulator.machine;
