package dev.pokesim.emulator.machine;

import dev.pokesim.emulator.core.Code;
import dev.pokesim.emulator.core.CodeTable;
import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.isa.Decoded;
import dev.pokesim.emulator.isa.TextFetcher;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;
import java.util.List;

/** Names the code of a machine in snapshots: a routine by its number, an instruction by its bytes. */
final class MachineCode implements CodeTable {
    private static final int INSTRUCTION = 0;

    private final TextFetcher fetcher;
    private final List<Routine> routines;
    private final boolean[] entersGuest;
    private final boolean handlersFetch;
    private final byte[] bytes = new byte[InstructionBytes.MAX_SIZE_BYTES];

    /**
     * @param routines all that the machine ever executes; the order is that of their numbers
     * @param handlersFetch whether some handler executes guest code: wherever an interrupt comes, a fetch may follow
     */
    MachineCode(TextFetcher fetcher, List<Routine> routines, boolean handlersFetch) {
        this.fetcher = fetcher;
        this.routines = List.copyOf(routines);
        this.handlersFetch = handlersFetch;
        entersGuest = new boolean[routines.size()];
        for (int i = 0; i < entersGuest.length; i++) {
            entersGuest[i] = routines.get(i).entersGuest();
        }
    }

    @Override
    public void save(Code code, StateWriter out) {
        if (code instanceof Decoded instruction) {
            InstructionBytes text = instruction.bytes();
            out.number(INSTRUCTION);
            out.number(text.sizeBytes());
            for (int i = 0; i < text.sizeBytes(); i++) {
                bytes[i] = (byte) text.byteAt(i);
            }
            out.raw(bytes, 0, text.sizeBytes());
        } else {
            out.number(1 + numberOf(code));
        }
    }

    @Override
    public Code restore(StateReader in, long address) {
        int number = in.number();
        if (number != INSTRUCTION) {
            return routines.get(number - 1);
        }
        int size = in.number();
        in.raw(bytes, 0, size);
        return fetcher.of(InstructionBytes.of(bytes, 0, size), address);
    }

    private int numberOf(Code code) {
        for (int i = 0; i < routines.size(); i++) {
            if (routines.get(i) == code) {
                return i;
            }
        }
        throw new IllegalStateException(
                "routine " + code.name() + " is not among those that the machine was said to execute");
    }

    /** Whether a core may fetch before it serialises: not while it is in routines that end with an IRET or never. */
    boolean willFetch(Core core) {
        if (handlersFetch) {
            return true;
        }
        Code code = core.code();
        for (int level = core.depth() - 1; code instanceof Routine routine; level--) {
            if (entersGuest[numberOf(routine)]) {
                return true;
            }
            if (!routine.returns()) {
                return false; // a handler leaves by IRET, which serialises
            }
            if (level < 0) {
                return true;
            }
            code = core.suspended(level);
        }
        return true;
    }
}
