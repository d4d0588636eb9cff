/** One class for each property that a patching run must have. Not here: how the run is made ({@code run}). Start with
 *  {@link Oracle}. */
@org.jspecify.annotations.NullMarked
package dev.pokesim.patcher.check;
