package dev.pokesim.cli.plot;

import java.util.List;

/** A finished picture of anything. Lengths are in units of which a letter is about ten wide. */
public final class Drawing {
    /** That of a picture that is one column wide: letters are readable at 80 mm, and on a phone. */
    public static final int COLUMN = 640;

    private final int width;
    private final int height;
    private final String title;
    private final List<Mark> marks;

    /**
     * @param title what a screen reader calls it
     * @param marks from the back to the front
     */
    Drawing(int width, int height, String title, List<Mark> marks) {
        this.width = width;
        this.height = height;
        this.title = title;
        this.marks = List.copyOf(marks);
    }

    int width() {
        return width;
    }

    int height() {
        return height;
    }

    String title() {
        return title;
    }

    List<Mark> marks() {
        return marks;
    }

    /**
     * Several, one below the other.
     *
     * @param parts at least one
     */
    public static Drawing stacked(String title, List<Drawing> parts) {
        Canvas canvas = new Canvas();
        int top = 0;
        int widest = 0;
        for (Drawing part : parts) {
            canvas.add(part, 0, top);
            top += part.height;
            widest = Math.max(widest, part.width);
        }
        return canvas.drawing(widest, top, title);
    }

    /**
     * Several, one beside the other.
     *
     * @param parts at least one
     */
    public static Drawing beside(String title, List<Drawing> parts) {
        Canvas canvas = new Canvas();
        int left = 0;
        int highest = 0;
        for (Drawing part : parts) {
            canvas.add(part, left, 0);
            left += part.width;
            highest = Math.max(highest, part.height);
        }
        return canvas.drawing(left, highest, title);
    }
}
