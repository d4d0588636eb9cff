package dev.pokesim.patcher.compression;

import java.io.IOException;

/** Compressed data that cannot be unpacked: it is cut off, changed, or would become too large. */
public final class DamagedData extends IOException {

    private static final long serialVersionUID = 1L;

    /**
     * Something that the format does not allow.
     *
     * @param reason a part of a sentence, one line
     */
    DamagedData(String reason) {
        super(reason);
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage()); // never null: the constructor sets it
    }
}
