/**
 * The properties that a form of the protocol must have, one class each. Start with {@link dev.pokesim.bpf.check.AsyncOracles}.
 */
package dev.pokesim.bpf.check;
