package dev.pokesim.patcher.guest;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.isa.Decoded;
import dev.pokesim.emulator.machine.MachineObserver;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;
import dev.pokesim.patcher.kernel.PatchListener;

/**
 * Sees in the instructions of the patching core when a batch begins and ends, and tells that in the words in which a patcher made of
 * routines does; everything else is passed on.
 */
final class GuestEvents implements MachineObserver {
    private final PatchListener told;
    private final int patcher;
    private final long batch;
    private final long batchSize;
    private final long record;
    /** Where the batch's function returns to, and RSP then; 0 outside. */
    private long returnsTo;

    private long rspThen;
    private boolean waits;

    /**
     * @param patcher the core that patches
     */
    GuestEvents(GuestKernel kernel, PatchListener told, int patcher) {
        this.told = told;
        this.patcher = patcher;
        batch = kernel.address("text_poke_bp_batch");
        batchSize = kernel.image().symbols().covering(batch).orElseThrow().sizeBytes();
        record = kernel.address("perf_event_text_poke");
    }

    @Override
    public void fetched(Core core, Decoded instruction) {
        if (core.id() == patcher) {
            look(core, instruction);
        }
        told.fetched(core, instruction);
    }

    private void look(Core core, Decoded instruction) {
        long rip = instruction.address();
        if (rip == batch) { // text_poke_bp_batch(tp, nr_entries)
            long rsp = core.register(Core.RSP);
            returnsTo = core.load(rsp, Long.BYTES);
            rspThen = rsp + Long.BYTES;
            waits = false;
            told.batchStarted(core, (int) core.register(Core.RSI));
        } else if (rip == returnsTo && core.register(Core.RSP) == rspThen) {
            returnsTo = 0;
            told.batchFinished(core);
        } else if (rip == record
                && returnsTo != 0) { // perf_event_text_poke(addr, old_bytes, old_len, new_bytes, new_len)
            told.textPokeRecord(
                    core,
                    core.register(Core.RDI),
                    bytes(core.memory(), core.register(Core.RSI), (int) core.register(Core.RDX)),
                    bytes(core.memory(), core.register(Core.RCX), (int) core.register(8)));
        } else if (!waits && rip - batch > 0 && rip - batch < batchSize && isPause(instruction)) {
            waits = true; // for the reference count, once a batch
            told.awaitsRefs(core);
        }
    }

    /** Whether {@link #fetched} makes something of an instruction there. */
    boolean isTold(Core core, long rip) {
        return core.id() == patcher && (rip == batch || rip == returnsTo || rip == record);
    }

    /** Appends what the next event depends on. */
    void save(StateWriter out) {
        out.word(returnsTo);
        out.word(rspThen);
        out.number(waits ? 1 : 0);
    }

    /** Takes back what {@link #save} wrote. */
    void restore(StateReader in) {
        returnsTo = in.word();
        rspThen = in.word();
        waits = in.number() == 1;
    }

    private static boolean isPause(Decoded instruction) {
        return instruction.bytes().sizeBytes() == 2
                && instruction.bytes().byteAt(0) == 0xf3
                && instruction.bytes().byteAt(1) == 0x90;
    }

    private static InstructionBytes bytes(AddressSpace memory, long address, int size) {
        int[] bytes = new int[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (int) memory.read(address + i, 1);
        }
        return InstructionBytes.of(bytes);
    }

    @Override
    public void fetchFailed(Core core, String reason) {
        told.fetchFailed(core, reason);
    }

    @Override
    public void entered(Core core, int vector) {
        told.entered(core, vector);
    }

    @Override
    public void returned(Core core) {
        told.returned(core);
    }

    @Override
    public void guestReturned(Core core) {
        told.guestReturned(core);
    }

    @Override
    public boolean seesInstructions() {
        return told.seesInstructions();
    }

    @Override
    public void retired(Core core, Decoded instruction) {
        told.retired(core, instruction);
    }

    @Override
    public void written(Core core, long address, int sizeBytes) {
        told.written(core, address, sizeBytes);
    }

    @Override
    public void serialised(Core core) {
        told.serialised(core);
    }

    @Override
    public void updated(Core core, long address, boolean failed) {
        told.updated(core, address, failed);
    }

    @Override
    public void answered(Core core) {
        told.answered(core);
    }

    @Override
    public void sent(Core from, int target, int vector) {
        told.sent(from, target, vector);
    }
}
