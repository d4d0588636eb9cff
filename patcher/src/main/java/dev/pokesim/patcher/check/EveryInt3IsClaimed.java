package dev.pokesim.patcher.check;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.memory.Address;

/** No INT3 is met while nobody can say what it stands for. */
public final class EveryInt3IsClaimed extends Oracle {
    @Override
    public String property() {
        return "every INT3 belongs to somebody";
    }

    @Override
    public void handled(Core core, long site, boolean claimed, long resumeAt) {
        if (!claimed) {
            violated(
                    core,
                    "core " + core.id() + " met an INT3 at " + Address.text(site)
                            + " that no handler claims: a kernel would die here");
        }
    }
}
