package dev.pokesim.patcher.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.machine.Routine;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TextMutexTest {
    @Test
    void oneAtATimeWhateverTheTiming() {
        int[] inside = {0};
        int[] entered = {0};
        KernelBench bench = new KernelBench(6);
        Routine[] all = new Routine[6];
        for (int i = 0; i < all.length; i++) {
            long startPs = 1000L * i;
            all[i] = bench.once("owner " + i, b -> {
                b.delay("start", core -> startPs);
                for (int round = 0; round < 3; round++) {
                    TextMutex.lock(b, bench.costs());
                    b.compute("in", (core, local) -> {
                                assertEquals(0, inside[0]++, "somebody else is inside");
                                entered[0]++;
                                assertEquals(core.id() + 1, bench.memory().read(KernelLayout.TEXT_MUTEX, 4));
                            })
                            .delay("inside", core -> 300_000)
                            .compute("out", (core, local) -> inside[0]--);
                    TextMutex.unlock(b);
                }
            });
        }
        assertTrue(bench.run(all));
        assertEquals(18, entered[0]);
        assertEquals(0, bench.memory().read(KernelLayout.TEXT_MUTEX, 4));
    }

    @Test
    void twoPatchersTakeTurnsAndBothPatch() {
        List<TextPokeLoc> first =
                List.of(KernelBench.nopToJump(KernelBench.TEXT), KernelBench.nopToJump(KernelBench.TEXT + 0x20));
        List<TextPokeLoc> second =
                List.of(KernelBench.nopToJump(KernelBench.TEXT + 0x10), KernelBench.nopToJump(KernelBench.TEXT + 0x30));
        List<String> batches = new ArrayList<>();
        KernelBench bench = new KernelBench(4).oldText(first).oldText(second).with(new PatchListener() {
            @Override
            public void batchStarted(Core patcher, int entries) {
                batches.add("start " + entries);
            }

            @Override
            public void batchFinished(Core patcher) {
                batches.add("end");
            }
        });
        assertTrue(bench.run(bench.patcher(first), bench.patcher(second)));
        assertEquals(List.of("start 2", "end", "start 2", "end"), batches);
        for (TextPokeLoc place : List.of(first.get(0), first.get(1), second.get(0), second.get(1))) {
            assertEquals(place.newText(), bench.bytes(place.address(), 5));
        }
    }

    @Test
    void finishingABatchWithoutItIsABug() {
        KernelBench bench = new KernelBench(2);
        TextPokeLoc place = KernelBench.nopToJump(KernelBench.TEXT);
        bench.oldText(List.of(place));
        Routine patcher = bench.once("patcher", b -> {
            TextPokeArray.queue(b, bench.layout(), List.of(place), bench.finish());
            b.call(bench.finish());
        });
        assertTrue(assertThrows(KernelBug.class, () -> bench.run(patcher))
                .getMessage()
                .contains("text_mutex"));

        KernelBench others = new KernelBench(2);
        others.memory().write(KernelLayout.TEXT_MUTEX, 4, 2, 0); // core 1 has it
        Routine thief = others.once("patcher", b -> {
            TextPokeArray.queue(b, others.layout(), List.of(place), others.finish());
            b.call(others.finish());
        });
        assertThrows(KernelBug.class, () -> others.run(thief));
    }

    @Test
    void finishingNothingNeedsNoMutexAndPokesNothing() {
        List<String> steps = new ArrayList<>();
        KernelBench bench = new KernelBench(2).with(new PatchListener() {
            @Override
            public void stepStarted(Core patcher, String step) {
                steps.add(step);
            }
        });
        assertTrue(bench.run(bench.once("patcher", b -> b.call(bench.finish()))));
        assertEquals(List.of(), steps);
    }
}
