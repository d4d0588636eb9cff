package dev.pokesim.patcher.check;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** An INT3 leaves RSP as the chosen instruction would have: CALL pushes 8 bytes, RET pops 8, nothing else moves it. */
public final class StackAsInNativeRun extends Oracle {
    /**
     * @param site 0 if it is no trap, or one that nobody claims: that goes on behind the INT3
     */
    private record Entry(int vector, long rsp, long site) {}

    private final Map<Long, TextPokeLoc> places = new HashMap<>(); // only looked up
    private final List<List<Entry>> entered = new ArrayList<>();

    /**
     * @param all every place of the run
     */
    public StackAsInNativeRun(List<TextPokeLoc> all, int cores) {
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
        long expected = entry.rsp;
        if (entry.vector == GuestFault.Vector.BREAKPOINT.number()) {
            TextPokeLoc place = places.get(entry.site);
            int opcode = place == null ? 0 : place.emulated().byteAt(0);
            expected += opcode == 0xe8 ? -8 : opcode == 0xc3 ? 8 : 0;
            if (opcode == 0xe8 && core.load(expected, 8) != entry.site + 5) {
                violated(core, "core " + core.id() + " emulated a CALL and finds another return address on its stack");
            }
        }
        if (core.register(Core.RSP) != expected) {
            violated(
                    core,
                    "core " + core.id() + " returns from vector " + entry.vector + " with RSP "
                            + Long.toHexString(core.register(Core.RSP)) + " instead of " + Long.toHexString(expected));
        }
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
