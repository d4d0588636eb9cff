/** The kernel's side of live patching: data in emulated memory, and code as routines. Not here: the order of the steps of a
 *  patch ({@code protocol}), properties of a run ({@code check}). Start with {@link TextPokeArray} and {@link PokeInt3Handler}. */
@org.jspecify.annotations.NullMarked
package dev.pokesim.patcher.kernel;
