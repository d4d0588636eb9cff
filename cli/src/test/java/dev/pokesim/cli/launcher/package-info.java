/**
 * Tests that execute the two shell scripts a user starts: {@code poke-sim} at the top of a checkout and {@code bin/poke-sim} of the
 * built tool. Start with {@link dev.pokesim.cli.launcher.FakeCheckout}.
 */
@NullMarked
package dev.pokesim.cli.launcher;

import org.jspecify.annotations.NullMarked;
