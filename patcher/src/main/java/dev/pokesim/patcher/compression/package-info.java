/**
 * The formats that kernels and modules are compressed with, unpacked within bounds. Not here: the files around the
 * compressed data ({@code site}). Start with {@link dev.pokesim.patcher.compression.Compression}.
 */
@NullMarked
package dev.pokesim.patcher.compression;

import org.jspecify.annotations.NullMarked;
