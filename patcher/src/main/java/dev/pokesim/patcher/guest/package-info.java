/** A Linux kernel as guest: its own machine code patches text and handles INT3, on the emulated machine. Not here: reading its image
 *  ({@code site}), the kernel as routines ({@code kernel}). Start with {@link GuestKernel}. */
@org.jspecify.annotations.NullMarked
package dev.pokesim.patcher.guest;
