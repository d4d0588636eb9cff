package dev.pokesim.patcher.check;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** An INT3 leaves RSP as the chosen instruction would have: CALL and PUSH push 8 bytes, RET pops 8, nothing else moves it. */
public final class StackAsInNativeRun extends Oracle {
    private static final int CALL = 0xe8;
    private static final int RET = 0xc3;

    /**
     * @param site 0 if it is no trap, or one that nobody claims: that goes on behind the INT3
     */
    private record Entry(int vector, long rsp, long site) {}

    private final Map<Long, TextPokeLoc> places = new HashMap<>(); // only looked up
    private final Instead instead;
    private final List<List<Entry>> entered = new ArrayList<>();

    /**
     * @param all every place of the run
     */
    public StackAsInNativeRun(List<TextPokeLoc> all, Instead instead, int cores) {
        this.instead = instead;
        for (TextPokeLoc place : all) {
            places.put(place.address(), place);
        }
        for (int i = 0; i < cores; i++) {
            entered.add(new ArrayList<>());
        }
    }

    @Override
    public String property() {
        return "RSP after a trap is what it would be without one";
    }

    @Override
    public void entered(Core core, int vector) {
        boolean isTrap = vector == GuestFault.Vector.BREAKPOINT.number();
        entered.get(core.id()).add(new Entry(vector, core.register(Core.RSP), isTrap ? core.rip() - 1 : 0));
    }

    @Override
    public void handled(Core core, long site, boolean claimed, long resumeAt) {
        if (!claimed) {
            List<Entry> stack = entered.get(core.id());
            int top = stack.size() - 1;
            stack.set(top, new Entry(stack.get(top).vector, stack.get(top).rsp, 0));
        }
    }

    @Override
    public void returned(Core core) {
        List<Entry> stack = entered.get(core.id());
        Entry entry = stack.remove(stack.size() - 1);
        TextPokeLoc place = entry.vector == GuestFault.Vector.BREAKPOINT.number() ? places.get(entry.site) : null;
        List<InstructionBytes> texts = place == null ? List.of() : instead.texts(place);
        long rsp = core.register(Core.RSP);
        boolean isRight = (texts.isEmpty() || instead.mayTryAgain()) && rsp == entry.rsp;
        long expected = entry.rsp;
        for (InstructionBytes text : texts) {
            expected = entry.rsp + change(text.byteAt(0));
            isRight |= rsp == expected && (text.byteAt(0) != CALL || core.load(expected, 8) == entry.site + 5);
        }
        if (!isRight && rsp == expected) {
            violated(core, "core " + core.id() + " emulated a CALL and finds another return address on its stack");
        } else if (!isRight) {
            violated(
                    core,
                    "core " + core.id() + " returns from vector " + entry.vector + " with RSP " + Long.toHexString(rsp)
                            + " instead of " + Long.toHexString(expected));
        }
    }

    /** By how much an instruction changes RSP. */
    private static int change(int opcode) {
        boolean isPush = opcode >= 0x50 && opcode < 0x58;
        return opcode == CALL || isPush ? -8 : opcode == RET ? 8 : 0;
    }

    @Override
    public void save(StateWriter out) {
        for (List<Entry> stack : entered) {
            out.number(stack.size());
            for (Entry entry : stack) {
                out.number(entry.vector);
                out.word(entry.rsp);
                out.word(entry.site);
            }
        }
    }

    @Override
    public void restore(StateReader in) {
        for (List<Entry> stack : entered) {
            stack.clear();
            for (int left = in.number(); left > 0; left--) {
                stack.add(new Entry(in.number(), in.word(), in.word()));
            }
        }
    }
}
