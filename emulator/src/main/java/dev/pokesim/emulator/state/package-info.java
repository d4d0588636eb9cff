/** Snapshots: how every class puts its own state into one vector of bytes and takes it back. Not here: what the state is.
 *  Start with {@link StateWriter}. */
@org.jspecify.annotations.NullMarked
package dev.pokesim.emulator.state;
