package dev.pokesim.patcher.site;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What generated text has at a site. */
enum GeneratedKind {
    NOP2(SiteKind.NOP2, 3260),
    NOP5(SiteKind.NOP5, 2835),
    JMP8(SiteKind.JMP8, 136),
    JMP32(SiteKind.JMP32, 68),
    CALL(null, 0);

    private final Optional<SiteKind> jumpLabel;
    private final int share;

    GeneratedKind(@Nullable SiteKind jumpLabel, int share) {
        this.jumpLabel = Optional.ofNullable(jumpLabel);
        this.share = share;
    }

    /** The kind for the jump table; empty for a call. */
    Optional<SiteKind> jumpLabel() {
        return jumpLabel;
    }

    /**
     * How many sites of a kernel image are of this kind. Source: the jump table of Debian's linux-image-6.1.0-56-amd64,
     * 6,299 sites.
     */
    int share() {
        return share;
    }

    /** 2 or 5. */
    int sizeBytes() {
        return jumpLabel.map(SiteKind::sizeBytes).orElse(CallSite.SIZE_BYTES);
    }

    /** Whether the image has a no-op here, which a jump to a block out of the way replaces. */
    boolean isNop() {
        return this == NOP2 || this == NOP5;
    }
}
