package dev.pokesim.patcher.kernel;

import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.microop.AddressOf;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which INT3s a handler may meet besides those that the array tells it about.
 *
 * @param own places of a patcher whose handler knows them by heart, without an array
 * @param ofOthers addresses of INT3s that somebody else owns who is asked last: a kprobe, say, that stands for a no-op
 * @param code which {@link HandlerStep#RUN_SITES} runs; null if no handler does
 */
public record TrapSites(
        List<TextPokeLoc> own, Set<Long> ofOthers, @Nullable Routine code) {
    /** The kernel's handler's: the array says all, and nobody else owns an INT3. */
    public static final TrapSites NONE = new TrapSites(List.of(), Set.of(), null);

    public TrapSites {
        own = List.copyOf(own);
        ofOthers = Set.copyOf(ofOthers); // only asked
    }

    /** The own place at an address; null if there is none. */
    @Nullable
    TextPokeLoc place(long address) {
        for (TextPokeLoc place : own) {
            if (place.address() == address) {
                return place;
            }
        }
        return null;
    }

    /**
     * Appends that the others are asked: who owns the INT3 goes on behind what it stands for.
     *
     * @param site slot of its address
     * @param next slot for where execution goes on
     * @param rip where the frame has that
     * @param claimed label to go to if somebody owns it
     */
    void askOthers(Routine.Builder b, int site, int next, AddressOf rip, String claimed) {
        if (ofOthers.isEmpty()) {
            return;
        }
        b.jumpIf("nobody else's", (core, local) -> !ofOthers.contains(local[site]), "nobody-else")
                .compute("its owner goes on behind it", (core, local) -> {
                    TextPokeLoc place = place(local[site]);
                    local[next] = local[site] + (place == null ? 1 : place.sizeBytes());
                })
                .store("regs->ip", rip, 8, next)
                .jump(claimed)
                .label("nobody-else");
    }
}
