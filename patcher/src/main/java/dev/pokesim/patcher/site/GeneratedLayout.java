package dev.pokesim.patcher.site;

import dev.pokesim.patcher.assembler.CodeBuffer;
import dev.pokesim.patcher.site.RunnerFunction.Assembled;
import dev.pokesim.patcher.site.RunnerFunction.Placed;
import dev.pokesim.patcher.site.RunnerFunction.Shared;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Places functions one behind the other, at multiples of 16 bytes, so that the first suitable ones have a site that crosses
 * what makes patching hard: an 8-byte word, a cache line, where asked for a page. No other site crosses a page, as hardly one
 * of a kernel does.
 */
final class GeneratedLayout {
    private static final int FUNCTION_ALIGNMENT = 16;
    private static final int WORD = 8;
    private static final int LINE = 64;
    private static final int PAGE = 4096;

    /** How far a function may be moved to make its site cross a page: more than any function's size. */
    private static final int PAGE_REACH = 1024;

    private final CodeBuffer text;
    private final Shared shared;
    private final List<Wish> wishes = new ArrayList<>();

    /** Something that the first site of some function shall do. */
    private record Wish(int siteBytes, int reachBytes, Predicate<Placed> place) {}

    /**
     * @param text where to go on
     * @param crossesPages whether a site of each size shall cross a page; there must be text of several pages
     */
    GeneratedLayout(CodeBuffer text, Shared shared, boolean crossesPages) {
        this.text = text;
        this.shared = shared;
        wishes.add(new Wish(5, 2 * LINE, site -> site.crosses(WORD) && !site.crosses(LINE)));
        wishes.add(new Wish(5, 2 * LINE, site -> site.crosses(LINE) && !site.crosses(PAGE)));
        wishes.add(new Wish(2, 2 * LINE, site -> site.crosses(WORD) && !site.crosses(PAGE)));
        if (crossesPages) {
            wishes.add(new Wish(5, PAGE_REACH, site -> site.crosses(PAGE)));
            wishes.add(new Wish(2, PAGE_REACH, site -> site.crosses(PAGE)));
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
                List<Placed> moved = moved(first, distance);
                if (moved.get(0).kind().sizeBytes() == wish.siteBytes
                        && wish.place.test(moved.get(0))
                        && moved.stream().skip(1).noneMatch(site -> site.crosses(PAGE))) {
                    wishes.remove(wish);
                    return assembled(function, first, distance);
                }
            }
        }
        int distance = 0;
        while (moved(first, distance).stream().anyMatch(site -> site.crosses(PAGE))) {
            distance += FUNCTION_ALIGNMENT;
        }
        return assembled(function, first, distance);
    }

    /** The sites if they stood further down; which bytes are in front of them does not matter to them. */
    private static List<Placed> moved(Assembled function, int distance) {
        return function.sites().stream()
                .map(site -> new Placed(site.kind(), site.address() + distance, site.target()))
                .toList();
    }

    private Assembled assembled(RunnerFunction function, Assembled first, int distance) {
        int padding = distance % FUNCTION_ALIGNMENT;
        return distance == 0 ? first : function.at(first.address() + distance - padding, padding, shared);
    }
}
