/**
 * Writes machine code: a library encodes single instructions; layout, labels and the bytes it cannot encode are ours.
 * Not here: what code is written ({@code site}). Start with {@link dev.pokesim.patcher.assembler.CodeBuffer}.
 */
@NullMarked
package dev.pokesim.patcher.assembler;

import org.jspecify.annotations.NullMarked;
