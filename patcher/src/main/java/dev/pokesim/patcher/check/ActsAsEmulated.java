package dev.pokesim.patcher.check;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.Rflags;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the handler made of a trap is what the chosen instruction would have done: worked out here from its bytes and the state
 * at the trap alone, and compared with where the core really goes on after the IRET.
 */
public final class ActsAsEmulated extends Oracle {
    /**
     * A handler that was entered; the last three are those of a trap, else 0.
     *
     * @param isClaimed whether the handler has acted for the site
     * @param top the word at RSP, which RET takes
     */
    private record Entry(int vector, boolean isClaimed, long site, long flags, long top) {}

    private final Map<Long, TextPokeLoc> places = new HashMap<>(); // only looked up
    private final Instead instead;
    private final List<List<Entry>> entered = new ArrayList<>();

    /**
     * @param all every place of the run
     */
    public ActsAsEmulated(List<TextPokeLoc> all, Instead instead, int cores) {
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
        return "a core that trapped goes on where the chosen instruction would have taken it, with the flags it had";
    }

    @Override
    public void entered(Core core, int vector) {
        entered.get(core.id())
                .add(
                        vector == GuestFault.Vector.BREAKPOINT.number()
                                ? new Entry(
                                        vector,
                                        false,
                                        core.rip() - 1,
                                        core.flags().value(),
                                        top(core))
                                : new Entry(vector, false, 0, 0, 0));
    }

    private static long top(Core core) {
        long rsp = core.register(Core.RSP);
        return core.memory().isMapped(rsp) && core.memory().isMapped(rsp + 7) ? core.load(rsp, 8) : 0;
    }

    @Override
    public void handled(Core core, long site, boolean claimed, long resumeAt) {
        List<Entry> stack = entered.get(core.id());
        int top = stack.size() - 1;
        Entry entry = stack.get(top);
        stack.set(top, new Entry(entry.vector, claimed, entry.site, entry.flags, entry.top));
    }

    @Override
    public void returned(Core core) {
        List<Entry> stack = entered.get(core.id());
        Entry entry = stack.remove(stack.size() - 1);
        TextPokeLoc place = places.get(entry.site);
        if (entry.vector != GuestFault.Vector.BREAKPOINT.number() || place == null || !entry.isClaimed) {
            return;
        }
        List<InstructionBytes> texts = instead.texts(place);
        boolean isRight = instead.mayTryAgain() && core.rip() == entry.site;
        for (InstructionBytes text : texts) {
            isRight |= core.rip() == next(place, text, entry);
        }
        if (!isRight || core.flags().value() != entry.flags) {
            InstructionBytes chosen = texts.get(texts.size() - 1);
            violated(
                    core,
                    "core " + core.id() + " trapped at " + Address.text(entry.site) + " and goes on at "
                            + Address.text(core.rip()) + " with flags "
                            + Long.toHexString(core.flags().value()) + "; "
                            + chosen + " goes on at " + Address.text(next(place, chosen, entry)) + " with "
                            + Long.toHexString(entry.flags));
        }
    }

    private static long next(TextPokeLoc place, InstructionBytes text, Entry entry) {
        int opcode = text.byteAt(0);
        long address = place.address();
        return switch (opcode) {
            case 0xe8, 0xe9 -> address + 5 + (int) (text.low() >>> 8);
            case 0xeb -> address + 2 + (byte) (text.low() >>> 8);
            case 0xc3 -> entry.top;
            case 0x0f ->
                text.sizeBytes() == 6 && isTaken(text.byteAt(1), entry)
                        ? address + 6 + (int) (text.low() >>> 16)
                        : behindFirst(place, text);
            default ->
                opcode >> 4 == 7 && isTaken(opcode, entry)
                        ? address + 2 + (byte) (text.low() >>> 8)
                        : behindFirst(place, text);
        };
    }

    /** Behind the first instruction of a text. */
    private static long behindFirst(TextPokeLoc place, InstructionBytes text) {
        return new LegalInstructions(place.address(), List.of(text))
                .at(0).stream()
                        .mapToLong(first -> place.address() + first.sizeBytes())
                        .findFirst()
                        .orElse(place.address() + place.sizeBytes());
    }

    private static boolean isTaken(int opcode, Entry entry) {
        Rflags flags = new Rflags();
        flags.setValue(entry.flags);
        return flags.test(opcode & 15);
    }

    @Override
    public void save(StateWriter out) {
        for (List<Entry> stack : entered) {
            out.number(stack.size());
            for (Entry entry : stack) {
                out.number(entry.vector);
                out.number(entry.isClaimed ? 1 : 0);
                out.word(entry.site);
                out.word(entry.flags);
                out.word(entry.top);
            }
        }
    }

    @Override
    public void restore(StateReader in) {
        for (List<Entry> stack : entered) {
            stack.clear();
            for (int left = in.number(); left > 0; left--) {
                stack.add(new Entry(in.number(), in.number() == 1, in.word(), in.word(), in.word()));
            }
        }
    }
}
