package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.memory.Access;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.memory.Frame;
import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.emulator.memory.InstructionBytes;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decoded instructions by place, checked against the bytes in memory whenever their frame was written, through whatever
 * mapping. A place remembers the instructions that stood there before: a site that flips between two is decoded twice in all.
 */
public final class DecodeCache {
    private static final int OFFSET = Frame.SIZE_BYTES - 1;
    private static final int LAST_WHOLE = Frame.SIZE_BYTES - 16;
    /** How many instructions one place remembers. */
    private static final int MAX_REMEMBERED = 8;

    private static final int RECENT_PAGES = 64;

    private static final class CodePage {
        final long number;
        final Frame frame;
        final @Nullable Decoded[] slots = new Decoded[Frame.SIZE_BYTES];

        CodePage(long number, Frame frame) {
            this.number = number;
            this.frame = frame;
        }
    }

    private final AddressSpace memory;
    private final Decoder decoder;
    private final Map<Long, CodePage> pages = new HashMap<>(); // only looked up
    private @Nullable CodePage current;
    /** Pages used lately, by the low bits of their number: cores take turns, each in a page of its own. */
    private final @Nullable CodePage[] recent = new CodePage[RECENT_PAGES];

    private int mappingVersion;

    public DecodeCache(AddressSpace memory, Decoder decoder) {
        this.memory = memory;
        this.decoder = decoder;
    }

    /**
     * The instruction that memory has at {@code address} now.
     *
     * @throws GuestFault #PF, #UD, #GP
     * @throws NotModelled if this machine does not have it
     */
    public Decoded at(long address) {
        CodePage page = current;
        if (page == null || page.number != address >>> 12 || mappingVersion != memory.mappingVersion()) {
            page = page(address);
            current = page;
        }
        Decoded decoded = page.slots[(int) address & OFFSET];
        return decoded != null && decoded.checkedGeneration == page.frame.generation() ? decoded : check(page, address);
    }

    private CodePage page(long address) {
        if (mappingVersion != memory.mappingVersion()) {
            pages.clear();
            java.util.Arrays.fill(recent, null);
            mappingVersion = memory.mappingVersion();
        }
        long number = address >>> 12;
        int slot = (int) number & RECENT_PAGES - 1;
        CodePage page = recent[slot];
        if (page != null && page.number == number) {
            return page;
        }
        page = pages.get(number);
        if (page == null) {
            page = new CodePage(number, memory.frameForFetch(address));
            pages.put(number, page);
        }
        recent[slot] = page;
        return page;
    }

    private Decoded check(CodePage page, long address) {
        int offset = (int) address & OFFSET;
        if (offset > LAST_WHOLE) {
            return present(page, address); // may go on in the next frame: compared each time
        }
        Frame frame = page.frame;
        Decoded decoded = page.slots[offset];
        if (decoded != null) {
            long low = frame.quadwordAt(offset);
            long high = decoded.isShort() ? 0 : frame.quadwordAt(offset + 8);
            if (!decoded.matches(low, high)) {
                decoded = present(page, address);
            }
        } else {
            decoded = present(page, address);
        }
        decoded.checkedGeneration = frame.generation();
        return decoded;
    }

    private Decoded present(CodePage page, long address) {
        try {
            return remembered(page, bytesAt(address), address);
        } catch (GuestFault fault) {
            if (fault.vector() == GuestFault.Vector.PAGE_FAULT) {
                memory.frame(fault.address(), Access.EXECUTE); // says why: no page, or one that is not executable
            }
            throw fault;
        }
    }

    /** The instruction that these bytes are at {@code address}, whatever memory has now: what a stale fetch saw. */
    Decoded of(InstructionBytes bytes, long address) {
        Decoded decoded = remembered(page(address), bytes, address);
        decoded.checkedGeneration = page(address).frame.generation() - 1;
        return decoded;
    }

    private Decoded remembered(CodePage page, InstructionBytes bytes, long address) {
        int offset = (int) address & OFFSET;
        Decoded first = page.slots[offset];
        Decoded before = null;
        int count = 0;
        for (Decoded candidate = first; candidate != null; candidate = candidate.other) {
            if (candidate.bytes().sizeBytes() <= bytes.sizeBytes() && candidate.matches(bytes.low(), bytes.high())) {
                if (before != null) {
                    before.other = candidate.other;
                    candidate.other = first;
                    page.slots[offset] = candidate;
                }
                return candidate;
            }
            before = candidate;
            count++;
        }
        Decoded decoded = decoder.decode(bytes, address);
        decoded.other = count < MAX_REMEMBERED ? first : null;
        decoded.checkedGeneration = page.frame.generation() - 1;
        page.slots[offset] = decoded;
        return decoded;
    }

    private InstructionBytes bytesAt(long address) {
        int[] bytes = new int[InstructionBytes.MAX_SIZE_BYTES];
        int size = 0;
        while (size < bytes.length) {
            long at = address + size;
            if (((int) at & OFFSET) == 0 && size > 0 && !memory.allows(at, Access.EXECUTE)) {
                break;
            }
            bytes[size++] = memory.frameForFetch(at).byteAt((int) at & OFFSET);
        }
        return InstructionBytes.of(java.util.Arrays.copyOf(bytes, size));
    }
}
