package dev.pokesim.emulator.core;

import dev.pokesim.emulator.memory.Access;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.memory.Frame;
import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.emulator.memory.TextHistory;

/**
 * The bytes of text as one core sees them: memory's, or older ones that it has not serialised past. Bytes are asked for one
 * after the other, so that nothing is decided about bytes that do not belong to the instruction.
 */
public final class FetchView {
    private static final int OFFSET = Frame.SIZE_BYTES - 1;

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
        if (mode == FetchMode.COHERENT) {
            return true;
        }
        int since = since(core);
        if (memory.history().moment() == since) {
            return true;
        }
        if (memory.frame(address, Access.EXECUTE).lastTextMoment() > since) {
            return false;
        }
        long last = address + InstructionBytes.MAX_SIZE_BYTES - 1;
        return last >>> 12 == address >>> 12
                || !memory.isMapped(last)
                || memory.frame(last, Access.EXECUTE).lastTextMoment() <= since;
    }

    private int since(Core core) {
        return mode == FetchMode.TWO_READS ? core.boundaryMoment() : core.epoch();
    }

    /** Begins a fetch at the core's RIP. */
    public void begin(Core core) {
        start = core.rip();
        chunkStart = start + 1; // no line or quadword yet
        chunkReread = false;
        if (mode == FetchMode.TWO_READS) {
            int moments = memory.history().moment() - core.boundaryMoment();
            olderMoment = memory.history().moment() - (moments == 0 ? 0 : chooser.choose(moments + 1));
            firstByteIsOlder = moments != 0 && chooser.choose(2) == 0;
        }
    }

    /**
     * Byte {@code index} of the instruction.
     *
     * @throws GuestFault #PF if no executable page is there; #GP in ERRATUM
     */
    public int byteAt(Core core, int index) {
        long address = start + index;
        Frame frame = memory.frame(address, Access.EXECUTE);
        int offset = (int) address & OFFSET;
        TextHistory history = memory.history();
        return switch (mode) {
            case COHERENT -> frame.byteAt(offset);
            case TWO_READS -> firstByteIsOlder == (index == 0)
                    ? history.valueAtMoment(
                            frame,
                            offset,
                            Math.max(olderMoment, earliest(frame, offset, core, address, core.boundaryMoment())))
                    : frame.byteAt(offset);
            case LINE -> inChunk(frame, offset, core, address, 64);
            case QUADWORD -> inQuadword(frame, offset, core, address);
            case WINDOW -> anySince(frame, offset, core, address);
            case ERRATUM -> {
                if (index > 0 && history.wroteOtherThan(frame, offset, core.epoch(), frame.byteAt(offset))
                        || index == 0 && changedBesidesInt3(history, frame, offset, core)) {
                    if (chooser.choose(2) == 1) {
                        throw GuestFault.of(
                                GuestFault.Vector.GENERAL_PROTECTION,
                                "erratum: fetched text that was changed without synchronisation");
                    }
                }
                yield anySince(frame, offset, core, address);
            }
        };
    }

    private static boolean changedBesidesInt3(TextHistory history, Frame frame, int offset, Core core) {
        return history.wroteOtherThan(frame, offset, core.epoch(), 0xcc);
    }

    private int earliest(Frame frame, int offset, Core core, long address, int epoch) {
        return memory.history().earliestMoment(frame, offset, epoch, core.id(), address);
    }

    private int anySince(Frame frame, int offset, Core core, long address) {
        TextHistory history = memory.history();
        int stale = history.staleValues(frame, offset, core.epoch(), core.id(), address);
        return history.valueAt(frame, offset, stale == 0 ? 0 : chooser.choose(stale + 1));
    }

    private int inChunk(Frame frame, int offset, Core core, long address, int chunkSize) {
        long chunk = address & -chunkSize;
        if (chunk != chunkStart) {
            chunkStart = chunk;
            chunkMoment = chooseMoment(core, core.epoch());
            chunkReread = false;
        }
        int moment = Math.max(chunkMoment, earliest(frame, offset, core, address, core.epoch()));
        return memory.history().valueAtMoment(frame, offset, moment);
    }

    private int inQuadword(Frame frame, int offset, Core core, long address) {
        boolean continues = (address & -8) == chunkStart;
        if (continues && !chunkReread) {
            chunkMoment = chooseMoment(core, chunkMoment); // the second read is not older than the first
            chunkReread = true;
        }
        return inChunk(frame, offset, core, address, 8);
    }

    private int chooseMoment(Core core, int notBefore) {
        int now = memory.history().moment();
        int from = Math.max(notBefore, core.epoch());
        return now == from ? now : now - chooser.choose(now - from + 1);
    }
}
