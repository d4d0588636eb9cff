/**
 * Proofs about patch protocols: identical cores that execute any site at any time, against a patcher that takes the steps of a
 * {@link dev.pokesim.patcher.protocol.PatchProtocol}; every interleaving, exactly. Not here: registers, instructions and
 * time, which the machine has ({@code emulator}). Start with {@link dev.pokesim.patcher.proof.ProtocolExplorer}.
 */
@org.jspecify.annotations.NullMarked
package dev.pokesim.patcher.proof;
