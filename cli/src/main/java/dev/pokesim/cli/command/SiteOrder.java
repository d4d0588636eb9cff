package dev.pokesim.cli.command;

import dev.pokesim.patcher.site.KeySites;
import dev.pokesim.patcher.site.PatchSite;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** In which order {@code poke-sim sites} lists. */
enum SiteOrder {
    ADDRESS(Comparator.comparing(keyed -> keyed.site().address(), Long::compareUnsigned)),
    KEY(Comparator.comparing(keyed -> keyed.key().key().name())),
    SITES(Comparator.comparing(keyed -> -keyed.key().sites().size()));

    /** A site and the key that it belongs to. */
    record Keyed(PatchSite site, KeySites key) {}

    private final Comparator<Keyed> first;

    SiteOrder(Comparator<Keyed> first) {
        this.first = first;
    }

    String optionName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** All sites of the given keys; where this order leaves a choice, by key and by address. */
    List<Keyed> sorted(List<KeySites> keys) {
        List<Keyed> sites = new ArrayList<>();
        keys.forEach(key -> key.sites().forEach(site -> sites.add(new Keyed(site, key))));
        sites.sort(first.thenComparing(keyed -> keyed.key().key().address(), Long::compareUnsigned)
                .thenComparing(keyed -> keyed.site().address(), Long::compareUnsigned));
        return List.copyOf(sites);
    }
}
