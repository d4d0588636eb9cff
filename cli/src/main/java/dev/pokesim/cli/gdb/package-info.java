/**
 * A run that gdb can walk both ways: packets, the session, the target. Not here: what a run is ({@code patcher.travel}). Start with
 * {@link dev.pokesim.cli.gdb.GdbServer}.
 */
@org.jspecify.annotations.NullMarked
package dev.pokesim.cli.gdb;
