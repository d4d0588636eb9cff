package dev.pokesim.emulator.trace;

/** The constants of the file; {@code docs/trace.md} describes it byte by byte. */
final class TraceFormat {
    /** 89 'PST' 0d 0a 1a 0a: a byte that no text has, a name, and line ends that a transfer as text would change. */
    static final long MAGIC = 0x0a1a0a0d54535089L;
    /** 89 'PSTEND' 0a: the last bytes of a file that was closed. */
    static final long END_MAGIC = 0x0a444e4554535089L;

    static final int VERSION = 1;

    /** Magic and version. */
    static final int START_BYTES = 8 + 4;
    /** Where the index is, a check sum of that, magic. */
    static final int TRAILER_BYTES = 8 + 4 + 8;

    /** A chunk is written when its events take this much. */
    static final int CHUNK_BYTES = 1 << 17;
    /** With the event that made it full. */
    static final int MAX_CHUNK_BYTES = CHUNK_BYTES + (1 << 14);

    static final int MAX_HEADER_BYTES = 1 << 25;
    static final int MAX_INDEX_BYTES = 1 << 26;

    /** One core more takes some hundred bytes. */
    static final int MAX_SNAPSHOT_BYTES = 1 << 25;

    private TraceFormat() {}
}
