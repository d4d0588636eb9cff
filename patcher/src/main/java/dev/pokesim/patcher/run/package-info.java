/** A whole patching run: text, cores at work, patcher, oracles, figures. Not here: terminals. Start with {@link PatchRun}. */
@org.jspecify.annotations.NullMarked
package dev.pokesim.patcher.run;
