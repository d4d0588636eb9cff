package dev.pokesim.patcher.kernel;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.isa.Decoded;
import dev.pokesim.emulator.memory.InstructionBytes;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells several listeners, in their order, and finds out which fetches touch a site. */
public final class Listeners implements PatchListener {
    private final PatchListener[] all;
    private final PatchListener[] ofMemory;
    private final PatchListener[] ofInstructions;
    private final TextPokeLoc[] sites;
    private final long[] addresses;

    /**
     * @param places every site of the run; they must not overlap
     */
    public Listeners(List<? extends PatchListener> listeners, List<TextPokeLoc> places) {
        all = listeners.toArray(PatchListener[]::new);
        ofMemory = listeners.stream().filter(PatchListener::wantsMemory).toArray(PatchListener[]::new);
        ofInstructions =
                listeners.stream().filter(PatchListener::wantsInstructions).toArray(PatchListener[]::new);
        sites = places.stream()
                .sorted(Comparator.comparing(TextPokeLoc::address, Long::compareUnsigned))
                .toArray(TextPokeLoc[]::new);
        addresses = new long[sites.length];
        for (int i = 0; i < sites.length; i++) {
            addresses[i] = sites[i].address() + Long.MIN_VALUE; // unsigned order as signed
        }
    }

    /** The site that some bytes overlap; null if none does. */
    public @Nullable TextPokeLoc siteAt(long address, int sizeBytes) {
        long key = address + sizeBytes - 1 + Long.MIN_VALUE;
        int at = java.util.Arrays.binarySearch(addresses, key);
        int candidate = at >= 0 ? at : -at - 2;
        if (candidate < 0) {
            return null;
        }
        TextPokeLoc site = sites[candidate];
        return Long.compareUnsigned(site.address() + site.sizeBytes(), address) > 0 ? site : null;
    }

    @Override
    public void fetched(Core core, Decoded instruction) {
        TextPokeLoc site = siteAt(instruction.address(), instruction.bytes().sizeBytes());
        if (site != null) {
            fetchedSite(core, instruction, site);
        }
    }

    @Override
    public boolean seesInstructions() {
        return ofInstructions.length > 0;
    }

    @Override
    public void retired(Core core, Decoded instruction) {
        for (PatchListener listener : ofInstructions) {
            listener.retired(core, instruction);
        }
    }

    @Override
    public void fetchFailed(Core core, String reason) {
        TextPokeLoc site = siteAt(core.rip(), 1);
        if (site != null) {
            failedAtSite(core, reason, site);
        }
    }

    @Override
    public void failedAtSite(Core core, String reason, TextPokeLoc site) {
        for (PatchListener listener : all) {
            listener.failedAtSite(core, reason, site);
        }
    }

    @Override
    public void fetchedSite(Core core, Decoded instruction, TextPokeLoc site) {
        for (PatchListener listener : all) {
            listener.fetchedSite(core, instruction, site);
        }
    }

    @Override
    public void entered(Core core, int vector) {
        for (PatchListener listener : all) {
            listener.entered(core, vector);
        }
    }

    @Override
    public void returned(Core core) {
        for (PatchListener listener : all) {
            listener.returned(core);
        }
    }

    @Override
    public void guestReturned(Core core) {
        for (PatchListener listener : all) {
            listener.guestReturned(core);
        }
    }

    @Override
    public void written(Core core, long address, int sizeBytes) {
        for (PatchListener listener : ofMemory) {
            listener.written(core, address, sizeBytes);
        }
    }

    @Override
    public void updated(Core core, long address, boolean failed) {
        for (PatchListener listener : ofMemory) {
            listener.updated(core, address, failed);
        }
    }

    @Override
    public void serialised(Core core) {
        for (PatchListener listener : all) {
            listener.serialised(core);
        }
    }

    @Override
    public void sent(Core from, int target, int vector) {
        for (PatchListener listener : all) {
            listener.sent(from, target, vector);
        }
    }

    @Override
    public void answered(Core core) {
        for (PatchListener listener : all) {
            listener.answered(core);
        }
    }

    @Override
    public void batchStarted(Core patcher, int entries) {
        for (PatchListener listener : all) {
            listener.batchStarted(patcher, entries);
        }
    }

    @Override
    public void batchIs(Core patcher, List<PatchPlace> places) {
        for (PatchListener listener : all) {
            listener.batchIs(patcher, places);
        }
    }

    @Override
    public void stepStarted(Core patcher, String step) {
        for (PatchListener listener : all) {
            listener.stepStarted(patcher, step);
        }
    }

    @Override
    public void batchFinished(Core patcher) {
        for (PatchListener listener : all) {
            listener.batchFinished(patcher);
        }
    }

    @Override
    public void poked(Core patcher, long address, int sizeBytes) {
        for (PatchListener listener : all) {
            listener.poked(patcher, address, sizeBytes);
        }
    }

    @Override
    public void textPokeRecord(Core patcher, long address, InstructionBytes oldText, InstructionBytes newText) {
        for (PatchListener listener : all) {
            listener.textPokeRecord(patcher, address, oldText, newText);
        }
    }

    @Override
    public void awaitsRefs(Core patcher) {
        for (PatchListener listener : all) {
            listener.awaitsRefs(patcher);
        }
    }

    @Override
    public void handled(Core core, long site, boolean claimed, long resumeAt) {
        for (PatchListener listener : all) {
            listener.handled(core, site, claimed, resumeAt);
        }
    }
}
