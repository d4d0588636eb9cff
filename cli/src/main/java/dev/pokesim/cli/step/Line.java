package dev.pokesim.cli.step;

import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;

/** A line of the screen while it is written, left to right. */
final class Line {
    private final boolean colour;
    private final AttributedStringBuilder text = new AttributedStringBuilder();

    /**
     * @param colour whether looks have their colours
     */
    Line(boolean colour) {
        this.colour = colour;
    }

    Line add(String more) {
        return add(more, Look.PLAIN);
    }

    Line add(String more, Look look) {
        StringBuilder printable = new StringBuilder(); // what a user typed or a file says may steer a terminal
        more.codePoints().map(c -> Character.isISOControl(c) ? '?' : c).forEach(printable::appendCodePoint);
        text.append(printable, look.style(colour));
        return this;
    }

    /** Blanks up to a column; at least one if it is reached already and not the first. */
    Line to(int column) {
        int missing = Math.max(column - text.length(), text.length() == 0 ? 0 : 1);
        return add(" ".repeat(missing));
    }

    /** Without looks. */
    String text() {
        return text.toString();
    }

    /** How many columns it has. */
    int length() {
        return text.length();
    }

    /** As wide as asked for: filled up with blanks of a look, or cut, which its last character shows. */
    AttributedString fit(int width, Look fill) {
        if (text.length() > width) {
            AttributedStringBuilder cut = new AttributedStringBuilder();
            cut.append(text.subSequence(0, Math.max(0, width - 1)));
            cut.append(">", Look.FAINT.style(colour));
            return cut.toAttributedString();
        }
        text.append(" ".repeat(width - text.length()), fill.style(colour));
        return text.toAttributedString();
    }
}
