/**
 * Where the places to patch come from: an image (its bytes, symbols and static keys) read from an ELF file or generated.
 * Not here: how a site is patched ({@code protocol}), what a key counts while it runs ({@code kernel}). Start with
 * {@link dev.pokesim.patcher.site.SiteSource} and {@link dev.pokesim.patcher.site.LoadedImage}; the ELF side starts
 * with {@link dev.pokesim.patcher.site.ElfInput}, the generated one with {@link dev.pokesim.patcher.site.GeneratedText}.
 */
@NullMarked
package dev.pokesim.patcher.site;

import org.jspecify.annotations.NullMarked;
