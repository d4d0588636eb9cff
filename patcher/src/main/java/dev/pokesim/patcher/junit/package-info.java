/**
 * Proofs as tests: a method that returns a patch sequence, marked with {@link dev.pokesim.patcher.junit.PatchTest}. It is a test engine
 * of the JUnit Platform, because a test method of JUnit Jupiter must not return anything, and one that does is left out with no
 * more than a warning; it stands beside Jupiter's methods in the same class. Nothing else needs JUnit: who does not test does not
 * have it.
 */
@org.jspecify.annotations.NullMarked
package dev.pokesim.patcher.junit;
