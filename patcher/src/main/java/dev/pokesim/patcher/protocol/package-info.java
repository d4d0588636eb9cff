/** Patch protocols: which steps in which order. Not here: what a step consists of ({@code kernel}). Start with
 *  {@link TextPokeBatch}; variants that must fail stand beside it, and {@link PatchProtocols} lists all. */
@org.jspecify.annotations.NullMarked
package dev.pokesim.patcher.protocol;
