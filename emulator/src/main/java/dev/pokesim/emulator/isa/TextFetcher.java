package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.FetchView;
import dev.pokesim.emulator.core.Fetcher;
import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.emulator.memory.InstructionBytes;

/** Fetches through a core's view of text: from the decode cache while nothing stale is possible, byte by byte otherwise. */
public final class TextFetcher implements Fetcher {
    private final DecodeCache cache;
    private final FetchView view;

    public TextFetcher(DecodeCache cache, FetchView view) {
        this.cache = cache;
        this.view = view;
    }

    @Override
    public Decoded fetch(Core core) {
        long address = core.rip();
        Decoded decoded = view.isFresh(core, address) ? cache.at(address) : fetchStale(core, address);
        core.setNextRip(decoded.next());
        return decoded;
    }

    /** The instruction that some bytes are at an address: one that a core is in the middle of, in a snapshot. */
    public Decoded of(InstructionBytes bytes, long address) {
        return cache.of(bytes, address);
    }

    private Decoded fetchStale(Core core, long address) {
        view.begin(core);
        int[] bytes = new int[InstructionBytes.MAX_SIZE_BYTES];
        for (int size = 1; ; size++) {
            bytes[size - 1] = view.byteAt(core, size - 1);
            InstructionBytes seen = InstructionBytes.of(java.util.Arrays.copyOf(bytes, size));
            try {
                return cache.of(seen, address);
            } catch (GuestFault fault) {
                if (fault.vector() != GuestFault.Vector.PAGE_FAULT || size == bytes.length) {
                    throw fault; // #PF means here: the instruction is longer than what was read
                }
            }
        }
    }
}
