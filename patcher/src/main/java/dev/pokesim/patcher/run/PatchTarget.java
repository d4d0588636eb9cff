package dev.pokesim.patcher.run;

import dev.pokesim.patcher.kernel.JumpLabel;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import dev.pokesim.patcher.site.CallSite;
import dev.pokesim.patcher.site.EntryPoint;
import dev.pokesim.patcher.site.GeneratedText;
import dev.pokesim.patcher.site.KeySites;
import dev.pokesim.patcher.site.LoadedImage;
import dev.pokesim.patcher.site.Symbol;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * What a run patches, and which functions run through it.
 *
 * @param image mapped before the run
 * @param key address of the static key's count; {@link #NO_KEY} if the places belong to none
 * @param enable whether the key goes from 0 to 1 rather than from 1 to 0
 * @param places in the order in which they are queued
 * @param entries for each place the function that a core calls to come by it; behind these, others that cores call
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
        if (places.size() > entries.size()) {
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

    /**
     * Everything in generated text: the sites of its key and, if it has any, its calls, by address.
     *
     * @return with calls among them, the places belong to no key
     */
    public static PatchTarget of(GeneratedText text) {
        LoadedImage image = text.load();
        List<TextPokeLoc> places = new ArrayList<>();
        for (KeySites key : image.keys()) {
            places.addAll(JumpLabel.changes(key, true));
        }
        for (CallSite call : text.callSites()) {
            places.add(TextPokeLoc.of(call.address(), call.oldText(), call.newText()));
        }
        places.sort(Comparator.comparing(TextPokeLoc::address, Long::compareUnsigned));
        Map<Long, Long> functions = new HashMap<>(); // only looked up
        for (EntryPoint entry : text.entryPoints()) {
            functions.put(entry.site(), entry.address());
        }
        List<Long> entries = places.stream()
                .map(place -> Objects.requireNonNull(functions.get(place.address())))
                .toList();
        long key = text.callSites().isEmpty() ? image.keys().get(0).key().address() : NO_KEY;
        return new PatchTarget(image, key, true, places, entries);
    }

    /**
     * The same with the first {@code count} places only.
     *
     * @throws IllegalArgumentException if there are fewer
     */
    public PatchTarget first(int count) {
        if (count > places.size()) {
            throw new IllegalArgumentException("there are only " + places.size() + " places");
        }
        return new PatchTarget(image, key, enable, places.subList(0, count), entries.subList(0, count));
    }

    /**
     * The same with some of the places, in the same order.
     *
     * @throws IllegalArgumentException if it is none
     */
    public PatchTarget only(Predicate<TextPokeLoc> wanted) {
        List<TextPokeLoc> some = new ArrayList<>();
        List<Long> their = new ArrayList<>();
        for (int i = 0; i < places.size(); i++) {
            if (wanted.test(places.get(i))) {
                some.add(places.get(i));
                their.add(entries.get(i));
            }
        }
        return new PatchTarget(image, key, enable, some, their);
    }
}
