package dev.pokesim.patcher.site;

import dev.pokesim.emulator.memory.Address;
import java.util.Comparator;
import java.util.List;

/**
 * A static key with all its sites.
 *
 * @param key which key
 * @param enabled the count that the image gives it; 0 is off. If the key lies outside the image and nobody knows its
 *     value: 1 or 0, whichever the text at its first site agrees with
 * @param sites at least one, by unsigned address, the order in which jump_label_update() visits them
 */
public record KeySites(StaticKeyId key, int enabled, List<PatchSite> sites) {

    /** The kernel's order of sites: by key, then by address. Source: kernel/jump_label.c, jump_label_cmp(). */
    static final Comparator<PatchSite> KERNEL_ORDER = Comparator.<PatchSite, Long>comparing(
                    site -> site.key().address(), Long::compareUnsigned)
            .thenComparing(PatchSite::address, Long::compareUnsigned);

    public KeySites {
        sites = sites.stream().sorted(KERNEL_ORDER).toList();
        for (PatchSite site : sites) {
            if (!site.key().equals(key)) {
                throw new IllegalArgumentException(
                        "site at " + Address.text(site.address()) + " belongs to " + site.key() + ", not to " + key);
            }
        }
        if (sites.isEmpty()) {
            throw new IllegalArgumentException("key " + key + " has no site");
        }
    }

    /** The sites whose text does not agree with {@link #enabled}; the kernel would stop when it patches one. */
    public List<PatchSite> disagreeing() {
        return sites.stream().filter(site -> !site.agreesWith(enabled)).toList();
    }
}
