package dev.pokesim.cli.step;

/**
 * Columns and lines of a screen.
 *
 * @param width {@value #NARROWEST} to {@value #LARGEST} columns
 * @param height {@value #LOWEST} to {@value #LARGEST} lines
 */
public record ScreenSize(int width, int height) {
    static final int NARROWEST = 20;
    static final int LOWEST = 5;
    static final int LARGEST = 1000;

    /**
     * @throws IllegalArgumentException if it is too small or too large
     */
    public ScreenSize {
        if (width < NARROWEST || height < LOWEST || width > LARGEST || height > LARGEST) {
            throw new IllegalArgumentException("a screen has " + NARROWEST + " to " + LARGEST + " columns and " + LOWEST
                    + " to " + LARGEST + " lines, not " + width + "x" + height);
        }
    }

    /** The nearest size that is allowed: a terminal may say that it is 0 by 0. */
    static ScreenSize near(int width, int height) {
        return new ScreenSize(
                Math.max(NARROWEST, Math.min(width, LARGEST)), Math.max(LOWEST, Math.min(height, LARGEST)));
    }
}
