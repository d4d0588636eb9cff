package dev.pokesim.cli.step;

import org.jline.utils.AttributedStyle;

/** How text looks. A colour is never the only sign: a mark or a word stands beside it, for those who see or want none. */
enum Look {
    PLAIN(AttributedStyle.DEFAULT, AttributedStyle.DEFAULT),
    /** The first line and the names of the panes. */
    TITLE(AttributedStyle.DEFAULT.inverse(), AttributedStyle.DEFAULT.inverse()),
    HEADING(AttributedStyle.BOLD.foreground(AttributedStyle.CYAN), AttributedStyle.BOLD),
    /** What is of less interest. */
    FAINT(AttributedStyle.DEFAULT.foreground(AttributedStyle.BRIGHT), AttributedStyle.DEFAULT),
    /** What the move changed; also marked by {@code *}. */
    CHANGED(AttributedStyle.BOLD.foreground(AttributedStyle.YELLOW), AttributedStyle.BOLD),
    /** Bytes that memory does not hold any more, marked by {@code ~}. */
    STALE(AttributedStyle.BOLD.foreground(AttributedStyle.RED), AttributedStyle.BOLD),
    /** The byte 0xCC at a place, and its name. */
    INT3(AttributedStyle.DEFAULT.foreground(AttributedStyle.MAGENTA), AttributedStyle.DEFAULT),
    /** The new text of a place, and its name. */
    NEW(AttributedStyle.DEFAULT.foreground(AttributedStyle.GREEN), AttributedStyle.DEFAULT),
    /** What is wrong, behind {@code !!}. */
    WRONG(AttributedStyle.BOLD.foreground(AttributedStyle.RED), AttributedStyle.BOLD);

    private final AttributedStyle coloured;
    private final AttributedStyle plain;

    Look(AttributedStyle coloured, AttributedStyle plain) {
        this.coloured = coloured;
        this.plain = plain;
    }

    AttributedStyle style(boolean colour) {
        return colour ? coloured : plain;
    }
}
