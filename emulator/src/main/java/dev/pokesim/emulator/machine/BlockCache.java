package dev.pokesim.emulator.machine;

import dev.pokesim.emulator.isa.DecodeCache;
import dev.pokesim.emulator.isa.Decoded;
import dev.pokesim.emulator.isa.NotModelled;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.memory.Frame;
import dev.pokesim.emulator.memory.GuestFault;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Blocks by place. As {@link DecodeCache}, a place remembers what stood there before. */
final class BlockCache {
    private static final int OFFSET = Frame.SIZE_BYTES - 1;
    /** How many blocks one place remembers. */
    private static final int MAX_REMEMBERED = 8;

    private final AddressSpace memory;
    private final DecodeCache instructions;
    private final ReplacedFunctions replaced;
    private final Map<Long, Block[]> pages = new HashMap<>(); // only looked up
    private Block[] current = new Block[0];
    private long currentNumber;
    private int mappingVersion;

    /**
     * @param replaced where no block goes on
     */
    BlockCache(AddressSpace memory, DecodeCache instructions, ReplacedFunctions replaced) {
        this.memory = memory;
        this.instructions = instructions;
        this.replaced = replaced;
    }

    /**
     * Forgets everything if a page was mapped or unmapped.
     *
     * @return whether it did
     */
    boolean refresh() {
        if (mappingVersion == memory.mappingVersion()) {
            return false;
        }
        mappingVersion = memory.mappingVersion();
        pages.clear();
        current = new Block[0];
        return true;
    }

    /**
     * The block that memory has at {@code address} now.
     *
     * @return null if the instruction there has to be looked up each time
     * @throws GuestFault #PF, #UD, #GP
     */
    @Nullable
    Block at(long address) {
        Block[] page = page(address >>> 12);
        int offset = (int) address & OFFSET;
        Block first = page[offset];
        Block before = null;
        int count = 0;
        for (Block candidate = first; candidate != null; candidate = candidate.other) {
            if (candidate.isPresent()) {
                if (before != null) {
                    before.other = candidate.other;
                    candidate.other = first;
                    page[offset] = candidate;
                }
                return candidate;
            }
            before = candidate;
            count++;
        }
        Block block = Block.beginningWith(instructions.at(address), memory.frameForFetch(address), this::decodable);
        if (block != null) {
            block.other = count < MAX_REMEMBERED ? first : null;
            page[offset] = block;
        }
        return block;
    }

    private @Nullable Decoded decodable(long address) {
        try {
            return (address & OFFSET) == 0 || replaced.at(address) != null ? null : instructions.at(address);
        } catch (GuestFault | NotModelled later) {
            return null; // if execution gets there
        }
    }

    private Block[] page(long number) {
        if (number != currentNumber || current.length == 0) {
            current = pages.computeIfAbsent(number, n -> new Block[Frame.SIZE_BYTES]);
            currentNumber = number;
        }
        return current;
    }
}
