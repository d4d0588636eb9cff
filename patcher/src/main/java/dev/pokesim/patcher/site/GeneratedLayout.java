package dev.pokesim.patcher.site;

import dev.pokesim.patcher.assembler.CodeBuffer;
import dev.pokesim.patcher.site.RunnerFunction.Assembled;
import dev.pokesim.patcher.site.RunnerFunction.Placed;
import dev.pokesim.patcher.site.RunnerFunction.Shared;
import java.util.ArrayList;
import java.util.List;

/**
 * Places functions one behind the other, at multiples of 16 bytes, so that the first suitable ones have a site that crosses
 * what makes patching hard: an 8-byte word, a cache line, where asked for a page. No other site crosses a page, as hardly one
 * of a kernel does.
 */
final class GeneratedLayout {
    /** As compilers align functions. */
    static final int FUNCTION_ALIGNMENT = 16;

    private static final int WORD = 8;
    private static final int LINE = 64;
    private static final int PAGE = 4096;

    /** How far a function may be moved to make its site cross a page: more than any function's size. */
    private static final int PAGE_REACH = 1024;

    private final CodeBuffer text;
    private final Shared shared;
    private final List<Wish> wishes = new ArrayList<>();

    /**
     * Something that the first site of some function shall do.
     *
     * @param siteBytes only a site of this size can do it
     * @param crossed block that the site shall cross
     * @param notCrossed block that it shall not cross; 0 if there is none
     * @param reachBytes how far the function may be moved for it
     */
    private record Wish(int siteBytes, int crossed, int notCrossed, int reachBytes) {
        boolean isGrantedBy(Placed site, int distance) {
            return site.kind().sizeBytes() == siteBytes
                    && site.crosses(crossed, distance)
                    && (notCrossed == 0 || !site.crosses(notCrossed, distance));
        }
    }

    /**
     * @param text where to go on
     * @param crossesPages whether a site of each size shall cross a page; there must be text of several pages
     */
    GeneratedLayout(CodeBuffer text, Shared shared, boolean crossesPages) {
        this.text = text;
        this.shared = shared;
        wishes.add(new Wish(5, WORD, LINE, 2 * LINE));
        wishes.add(new Wish(5, LINE, PAGE, 2 * LINE));
        wishes.add(new Wish(2, WORD, PAGE, 2 * LINE));
        if (crossesPages) {
            wishes.add(new Wish(5, PAGE, 0, PAGE_REACH));
            wishes.add(new Wish(2, PAGE, 0, PAGE_REACH));
        }
    }

    /** Adds a function. */
    Assembled place(RunnerFunction function) {
        text.align(FUNCTION_ALIGNMENT);
        Assembled assembled = placed(function, function.at(text.here(), 0, shared));
        text.fillTo(assembled.address());
        for (byte value : assembled.bytes().toArray()) {
            text.raw(Byte.toUnsignedInt(value));
        }
        return assembled;
    }

    private Assembled placed(RunnerFunction function, Assembled first) {
        for (Wish wish : wishes) {
            for (int distance = 0; distance < wish.reachBytes; distance++) {
                if (wish.isGrantedBy(first.sites().get(0), distance)
                        && !crossesPage(first.sites().subList(1, first.sites().size()), distance)) {
                    wishes.remove(wish);
                    return assembled(function, first, distance);
                }
            }
        }
        int distance = 0;
        while (crossesPage(first.sites(), distance)) {
            distance += FUNCTION_ALIGNMENT;
        }
        return assembled(function, first, distance);
    }

    private static boolean crossesPage(List<Placed> sites, int distance) {
        for (Placed site : sites) {
            if (site.crosses(PAGE, distance)) {
                return true;
            }
        }
        return false;
    }

    /** @param distance how much further down than in {@code first} its sites shall stand */
    private Assembled assembled(RunnerFunction function, Assembled first, int distance) {
        int padding = distance % FUNCTION_ALIGNMENT;
        return distance == 0 ? first : function.at(first.address() + distance - padding, padding, shared);
    }
}
