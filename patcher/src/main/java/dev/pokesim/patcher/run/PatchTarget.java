package dev.pokesim.patcher.run;

import dev.pokesim.patcher.kernel.JumpLabel;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import dev.pokesim.patcher.site.KeySites;
import dev.pokesim.patcher.site.LoadedImage;
import dev.pokesim.patcher.site.Symbol;
import java.util.ArrayList;
import java.util.List;

/**
 * What a run patches, and which functions run through it.
 *
 * @param image mapped before the run
 * @param key address of the static key's count; {@link #NO_KEY} if the places belong to none
 * @param enable whether the key goes from 0 to 1 rather than from 1 to 0
 * @param places in the order in which they are queued
 * @param entries for each place the function that a core calls to come by it
 */
public record PatchTarget(LoadedImage image, long key, boolean enable, List<TextPokeLoc> places, List<Long> entries) {
    /** {@link #key} of places that no static key governs. */
    public static final long NO_KEY = 0;

    public PatchTarget {
        places = List.copyOf(places);
        entries = List.copyOf(entries);
        if (places.isEmpty()) {
            throw new IllegalArgumentException("nothing to patch");
        }
        if (places.size() != entries.size()) {
            throw new IllegalArgumentException(places.size() + " places and " + entries.size() + " entries");
        }
    }

    /** Flips a static key of an image; the functions that contain its sites are called. */
    public static PatchTarget ofKey(LoadedImage image, KeySites key) {
        boolean enable = key.enabled() <= 0;
        List<TextPokeLoc> places = JumpLabel.changes(key, enable);
        List<Long> entries = new ArrayList<>();
        for (TextPokeLoc place : places) {
            entries.add(image.symbols()
                    .covering(place.address())
                    .map(Symbol::address)
                    .orElseGet(place::address));
        }
        return new PatchTarget(image, key.key().address(), enable, places, entries);
    }

    /** How many of a key's sites would change now. */
    public static int changing(KeySites key) {
        return JumpLabel.changes(key, key.enabled() <= 0).size();
    }
}
