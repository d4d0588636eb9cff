package dev.pokesim.patcher.check;

/**
 * A property that did not hold.
 *
 * @param oracle name of the class that watched it
 * @param property what should have held
 * @param core on which core it happened
 * @param timePs when, in picoseconds of the run
 * @param what happened
 */
public record Violation(String oracle, String property, int core, long timePs, String what) {}
