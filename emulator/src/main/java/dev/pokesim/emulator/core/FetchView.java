package dev.pokesim.emulator.core;

import dev.pokesim.emulator.memory.Access;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.memory.Frame;
import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.emulator.memory.TextHistory;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The bytes of text as one core sees them: memory's, or older ones that it has not serialised past. Bytes are asked for one
 * after the other, so that nothing is decided about bytes that do not belong to the instruction. Moments between which the bytes
 * in question did not change are one possibility, not many.
 */
public final class FetchView {
    private static final int OFFSET = Frame.SIZE_BYTES - 1;
    private static final int LINE_BYTES = 64;
    private static final int QUADWORD_BYTES = 8;

    private final AddressSpace memory;
    private final FetchMode mode;
    private final Chooser chooser;

    /* Decisions of the fetch in progress: */
    private long start;
    /** LINE and QUADWORD: the moment chosen for the line or quadword that begins at {@link #chunkStart}. */
    private long chunkStart;

    private int chunkMoment;
    private boolean chunkReread;
    /** TWO_READS: whether the first byte is the older one, and the moment of the older read. */
    private boolean firstByteIsOlder;

    private int olderMoment;

    public FetchView(AddressSpace memory, FetchMode mode, Chooser chooser) {
        this.memory = memory;
        this.mode = mode;
        this.chooser = chooser;
    }

    public FetchMode mode() {
        return mode;
    }

    /** Whether a fetch of up to 15 bytes at {@code address} can see nothing but memory's present bytes. */
    public boolean isFresh(Core core, long address) {
        if (isBuffered(core, address, InstructionBytes.MAX_SIZE_BYTES)) {
            return false;
        }
        if (mode == FetchMode.COHERENT) {
            return true;
        }
        int since = since(core);
        if (memory.history().moment() == since) {
            return true;
        }
        int offset = (int) address & OFFSET;
        int inFrame = Math.min(InstructionBytes.MAX_SIZE_BYTES, Frame.SIZE_BYTES - offset);
        TextHistory history = memory.history();
        if (history.isWrittenSince(memory.frameForFetch(address), offset, inFrame, since)) {
            return false;
        }
        long next = address + inFrame;
        return inFrame == InstructionBytes.MAX_SIZE_BYTES
                || !memory.allows(next, Access.EXECUTE)
                || !history.isWrittenSince(
                        memory.frameForFetch(next), 0, InstructionBytes.MAX_SIZE_BYTES - inFrame, since);
    }

    /**
     * What a core could see of one byte if it fetched now; whether it may see one value here and another there is for {@link #byteAt}.
     *
     * @return each value once, memory's first unless the core's own store hides it, then older ones
     * @throws GuestFault #PF if no executable page is there
     */
    public List<Integer> possible(Core core, long address) {
        Frame frame = memory.frameForFetch(address);
        int offset = (int) address & OFFSET;
        StoreBuffer buffer = core.storeBuffer();
        if (buffer != null && isBuffered(core, address, 1)) {
            return List.of((int) buffer.forward(address, 1, 0) & 0xff);
        }
        TextHistory history = memory.history();
        int stale =
                mode == FetchMode.COHERENT ? 0 : history.staleValues(frame, offset, since(core), core.id(), address);
        return IntStream.rangeClosed(0, stale)
                .map(age -> history.valueAt(frame, offset, age))
                .distinct()
                .boxed()
                .toList();
    }

    private int since(Core core) {
        return mode == FetchMode.TWO_READS ? core.boundaryMoment() : core.epoch();
    }

    /** Whether the core has stored there and memory does not know yet. */
    private static boolean isBuffered(Core core, long address, int sizeBytes) {
        StoreBuffer buffer = core.storeBuffer();
        return buffer != null && buffer.hasText() && buffer.overlaps(address, sizeBytes);
    }

    /**
     * Begins a fetch at the core's RIP.
     *
     * @throws GuestFault #PF if no executable page is there
     */
    public void begin(Core core) {
        start = core.rip();
        chunkStart = start + 1; // no line or quadword yet
        chunkReread = false;
        if (mode == FetchMode.TWO_READS) {
            int now = memory.history().moment();
            olderMoment = choose(momentsOfInstruction(core), now);
            firstByteIsOlder = olderMoment != now && chooser.choose(2) == 0;
        }
    }

    private int[] momentsOfInstruction(Core core) {
        int epoch = core.boundaryMoment();
        int offset = (int) start & OFFSET;
        int end = offset + InstructionBytes.MAX_SIZE_BYTES;
        TextHistory history = memory.history();
        Frame frame = memory.frameForFetch(start);
        int[] moments = history.momentsBefore(frame, offset, Math.min(end, Frame.SIZE_BYTES), epoch);
        long nextPage = start - offset + Frame.SIZE_BYTES;
        if (end <= Frame.SIZE_BYTES || !memory.allows(nextPage, Access.EXECUTE)) {
            return moments;
        }
        Frame next = memory.frameForFetch(nextPage);
        return TextHistory.newestFirst(moments, history.momentsBefore(next, 0, end - Frame.SIZE_BYTES, epoch));
    }

    /**
     * Byte {@code index} of the instruction.
     *
     * @throws GuestFault #PF if no executable page is there; #GP in ERRATUM
     */
    public int byteAt(Core core, int index) {
        long address = start + index;
        Frame frame = memory.frameForFetch(address);
        int offset = (int) address & OFFSET;
        StoreBuffer buffer = core.storeBuffer();
        if (buffer != null && isBuffered(core, address, 1)) {
            return (int) buffer.forward(address, 1, 0) & 0xff;
        }
        return switch (mode) {
            case COHERENT -> frame.byteAt(offset);
            case TWO_READS ->
                firstByteIsOlder == (index == 0)
                        ? atMoment(frame, offset, core, address, olderMoment)
                        : frame.byteAt(offset);
            case LINE -> inLine(frame, offset, core, address);
            case QUADWORD -> inQuadword(frame, offset, core, address);
            case WINDOW -> anySince(frame, offset, core, address);
            case ERRATUM -> {
                if (memory.history().hasChanged(frame, offset, core.epoch(), core.id(), address, index == 0)
                        && chooser.choose(2) == 1) {
                    throw GuestFault.of(
                            GuestFault.Vector.GENERAL_PROTECTION,
                            "erratum: fetched text that was changed without synchronisation");
                }
                yield anySince(frame, offset, core, address);
            }
        };
    }

    /** The byte at a moment, or as the core's own newest store left it, if that is later. */
    private int atMoment(Frame frame, int offset, Core core, long address, int moment) {
        TextHistory history = memory.history();
        int earliest = history.earliestMoment(frame, offset, since(core), core.id(), address);
        return history.valueAtMoment(frame, offset, Math.max(moment, earliest));
    }

    private int anySince(Frame frame, int offset, Core core, long address) {
        TextHistory history = memory.history();
        int stale = history.staleValues(frame, offset, core.epoch(), core.id(), address);
        return history.valueAt(frame, offset, stale == 0 ? 0 : chooser.choose(stale + 1));
    }

    private int inLine(Frame frame, int offset, Core core, long address) {
        if ((address & -LINE_BYTES) != chunkStart) {
            chunkStart = address & -LINE_BYTES;
            chunkMoment = choose(
                    momentsOfRest(frame, address, LINE_BYTES, core.epoch()),
                    memory.history().moment());
        }
        return atMoment(frame, offset, core, address, chunkMoment);
    }

    private int inQuadword(Frame frame, int offset, Core core, long address) {
        int now = memory.history().moment();
        if ((address & -QUADWORD_BYTES) != chunkStart) {
            chunkStart = address & -QUADWORD_BYTES;
            chunkMoment = choose(momentsOfRest(frame, address, QUADWORD_BYTES, core.epoch()), now);
            chunkReread = false;
        } else if (!chunkReread && chunkMoment != now) {
            int[] older = momentsOfRest(frame, address, QUADWORD_BYTES, chunkMoment);
            int chosen = older.length == 0 ? 0 : chooser.choose(older.length + 1);
            if (chosen != older.length) { // the oldest possibility is to stay with the first read
                chunkMoment = chosen == 0 ? now : older[chosen - 1];
                chunkReread = true;
            }
        }
        return atMoment(frame, offset, core, address, chunkMoment);
    }

    /** The moments that make a difference for the rest of the instruction in the line or quadword of {@code address}. */
    private int[] momentsOfRest(Frame frame, long address, int chunkBytes, int epoch) {
        int offset = (int) address & OFFSET;
        int inChunk = chunkBytes - (offset & chunkBytes - 1);
        int inInstruction = InstructionBytes.MAX_SIZE_BYTES - (int) (address - start);
        return memory.history().momentsBefore(frame, offset, offset + Math.min(inChunk, inInstruction), epoch);
    }

    /**
     * The present, or one of some older moments.
     *
     * @param older newest first
     */
    private int choose(int[] older, int now) {
        int chosen = older.length == 0 ? 0 : chooser.choose(older.length + 1);
        return chosen == 0 ? now : older[chosen - 1];
    }
}
