package dev.pokesim.bpf.primitive;

import static dev.pokesim.bpf.primitive.PrimitiveBench.cell;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.pokesim.emulator.machine.Routine;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** NMIs that let others in. Cell 0 counts programs, cell 1 those that are going on, cell 2 says if these were two. */
class NmiStateTest {
    /** An NMI whose program begins with what an INT3 ends with. */
    private static void nmi(Routine.Builder b) {
        int before = b.local();
        NmiState.enter(b, "out");
        b.label("again")
                .fetchAndAdd("programs + 1", KernelMemory.at(cell(0)), 8, 1, before)
                .fetchAndAdd("going on + 1", KernelMemory.at(cell(1)), 8, 1, before)
                .jumpIf("alone", (core, local) -> local[before] == 0, "alone")
                .storeConstant("two at a time", KernelMemory.at(cell(2)), 8, 1)
                .label("alone")
                .act("as an IRET", (core, local) -> core.setNmiBlocked(false))
                .jumpIf("in NMI", (core, local) -> NmiState.inNmi(core), "in-nmi")
                .storeConstant("not in NMI", KernelMemory.at(cell(3)), 8, 1)
                .label("in-nmi")
                .fetchAndAdd("going on - 1", KernelMemory.at(cell(1)), 8, -1, before);
        NmiState.leave(b, "again");
        b.label("out");
    }

    private static Set<String> ends(int nmis) {
        PrimitiveBench bench = new PrimitiveBench().task((kernel, b) -> b.compute("work", (core, local) -> {}));
        for (int i = 0; i < nmis; i++) {
            bench.nmi((kernel, b) -> nmi(b));
        }
        return bench.ends(List.of(
                memory -> memory.read(cell(0), 8),
                memory -> memory.read(cell(2), 8),
                memory -> memory.read(cell(3), 8)));
    }

    @Test
    void oneThatComesInAnotherOneIsDoneBehindIt() {
        assertEquals(Set.of("2 0 0"), ends(2));
    }

    @Test
    void twoThatComeInAnotherOneAreDoneOnce() {
        assertEquals(new TreeSet<>(Set.of("2 0 0", "3 0 0")), ends(3));
    }
}
