/** Bytes: physical frames, the linear address space with its aliases, and the history of writes into text. Not here: who may
 *  see which byte when (that is a core's store buffer and fetch view). Start with {@link AddressSpace}. */
@org.jspecify.annotations.NullMarked
package dev.pokesim.emulator.memory;
