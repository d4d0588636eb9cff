package dev.pokesim.emulator.core;

import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;

/**
 * A stream of random numbers that depends on its seed alone, on every JDK. Not for cryptography.
 *
 * @see "Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, OOPSLA 2014 (SplitMix64)"
 */
public final class SeededRandom implements Chooser {
    private long state;

    public SeededRandom(long seed) {
        state = seed;
    }

    /** Another stream; {@code label} keeps streams of one seed apart. */
    public static SeededRandom of(long seed, String label) {
        long mixed = seed;
        for (int i = 0; i < label.length(); i++) {
            mixed = new SeededRandom(mixed ^ label.charAt(i)).nextLong();
        }
        return new SeededRandom(mixed);
    }

    /** Appends how far the stream has come. */
    public void save(StateWriter out) {
        out.word(state);
    }

    /** Takes back what {@link #save} wrote. */
    public void restore(StateReader in) {
        state = in.word();
    }

    /** All 64 bits random. */
    public long nextLong() {
        state += 0x9e3779b97f4a7c15L;
        long z = state;
        z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }

    /**
     * Uniform over 0 to {@code bound} - 1; the bias is below 2 to the -32.
     *
     * @param bound at least 1
     */
    public int nextInt(int bound) {
        return (int) ((nextLong() >>> 32) * bound >>> 32);
    }

    /** Uniform over 0 (inclusive) to 1 (exclusive). */
    public double nextDouble() {
        return (nextLong() >>> 11) * 0x1p-53;
    }

    /** Exponential with the given mean, rounded down. StrictMath, so that every platform gives the same. */
    public long nextExponential(long mean) {
        return (long) (-StrictMath.log(1 - nextDouble()) * mean);
    }

    /** With probability 1/2 the oldest possibility, else any: the oldest is the one that bugs need most. */
    @Override
    public int choose(int count) {
        return (nextLong() & 1) == 0 ? count - 1 : nextInt(count);
    }
}
