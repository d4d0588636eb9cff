package dev.pokesim.patcher.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.machine.Routine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class RefsTest {
    private static long[] values(KernelBench bench, Refs refs) {
        return Arrays.stream(refs.counters(bench.layout()))
                .map(counter -> (int) bench.memory().read(counter, 4))
                .toArray();
    }

    @Test
    void publishSetsEveryPossibleCoresCounterToOneAndRetireClearsThem() {
        for (Refs refs : RefsSchemes.ALL) {
            long[] ones = new long[refs instanceof PerCpuRefs ? 5 : 1];
            Arrays.fill(ones, 1);
            KernelBench bench = new KernelBench(2, 5).with(refs); // three cores are possible, but offline
            assertTrue(bench.run(bench.once("publish", b -> refs.publish(b, bench.context()))));
            assertEquals(List.of(Arrays.toString(ones)), List.of(Arrays.toString(values(bench, refs))), refs.name());

            KernelBench both = new KernelBench(2, 5).with(refs);
            assertTrue(both.run(both.once("publish and retire", b -> {
                refs.publish(b, both.context());
                refs.retire(b, both.context());
            })));
            assertEquals(0, refs.held(both.memory(), both.layout()), refs.name());
        }
    }

    @Test
    void globalDescriptorHasVectorAndCountInTheCountersLine() {
        KernelBench bench = new KernelBench(1);
        bench.memory().write(KernelLayout.COUNT, 4, 77, 0);
        assertTrue(bench.run(bench.once("publish", b -> new GlobalRefs().publish(b, bench.context()))));
        assertEquals(KernelLayout.ARRAY, bench.memory().read(KernelLayout.DESCRIPTOR, 8));
        assertEquals(77, bench.memory().read(KernelLayout.DESCRIPTOR + 8, 4));
        assertEquals(1, bench.memory().read(KernelLayout.DESCRIPTOR + 12, 4));
        assertEquals(KernelLayout.DESCRIPTOR >>> 6, KernelLayout.DESCRIPTOR + 15 >>> 6, "one line");
    }

    @Test
    void takeAndDropCountOnceEachAndZeroMeansUnavailable() {
        for (Refs refs : RefsSchemes.ALL) {
            for (int before : new int[] {0, 1, 7}) {
                List<String> seen = new ArrayList<>();
                KernelBench bench = new KernelBench(1).with(refs);
                bench.memory().write(refs.counters(bench.layout())[0], 4, before, 0);
                assertTrue(bench.run(bench.once("handler", b -> {
                    int value = b.local();
                    refs.take(b, "unavailable");
                    b.load("count", value, refs.counter(), 4, 0)
                            .compute("note", (core, local) -> seen.add("taken " + local[value]));
                    refs.drop(b);
                    b.jump("end").label("unavailable").compute("note", (core, local) -> seen.add("unavailable"));
                    b.label("end");
                })));
                assertEquals(List.of(before == 0 ? "unavailable" : "taken " + (before + 1)), seen, refs.name());
                assertEquals(before, bench.memory().read(refs.counters(bench.layout())[0], 4), refs.name());
            }
        }
    }

    @Test
    void oneCountPerTakeWhateverTheContention() {
        for (Refs refs : RefsSchemes.ALL) {
            int cores = 8;
            long[] most = {0};
            KernelBench bench = new KernelBench(cores).with(refs);
            for (long counter : refs.counters(bench.layout())) {
                bench.memory().write(counter, 4, 1, 0);
            }
            Routine[] handlers = new Routine[cores];
            for (int i = 0; i < cores; i++) {
                handlers[i] = bench.once("handler " + i, b -> {
                    int round = b.local();
                    int value = b.local();
                    b.label("again").compute("round", (core, local) -> local[round]++);
                    refs.take(b, "unavailable"); // its label must stand once, so the loop is around it
                    b.load("count", value, refs.counter(), 4, 0)
                            .compute("most", (core, local) -> most[0] = Math.max(most[0], local[value]));
                    refs.drop(b);
                    b.jumpIf("more", (core, local) -> local[round] < 20, "again")
                            .jump("end")
                            .label("unavailable")
                            .compute("impossible", (core, local) -> {
                                throw new KernelBug("a counter of at least 1 is available");
                            })
                            .label("end");
                });
            }
            assertTrue(bench.run(handlers));
            for (long value : values(bench, refs)) {
                assertEquals(1, value, refs.name());
            }
            assertTrue(
                    refs instanceof PerCpuRefs ? most[0] == 2 : most[0] > 2 && most[0] <= cores + 1,
                    refs.name() + most[0]);
        }
    }

    @Test
    void retireWaitsForEveryHandlerAndNobodyCanTakeAfterwards() {
        for (Refs refs : RefsSchemes.ALL) {
            List<String> order = new ArrayList<>();
            KernelBench bench = new KernelBench(4).with(refs).with(new PatchListener() {
                @Override
                public void awaitsRefs(Core patcher) {
                    order.add("patcher waits");
                }
            });
            Routine patcher = bench.once("patcher", b -> {
                refs.publish(b, bench.context());
                b.delay("until the handler has one", core -> 20_000_000);
                refs.retire(b, bench.context());
                b.compute("retired", (core, local) -> order.add("retired"));
            });
            Routine handler = handler(bench, refs, order, "early", 10_000_000, 50_000_000);
            // while somebody holds a reference the counter is not 0, so another one may still come in
            Routine late = handler(bench, refs, order, "late", 40_000_000, 0);
            Routine after = handler(bench, refs, order, "after", 90_000_000, 0);
            assertTrue(bench.run(patcher, handler, late, after));
            assertEquals(
                    List.of(
                            "early takes",
                            "patcher waits",
                            "late takes",
                            "late drops",
                            "early drops",
                            "retired",
                            "after unavailable"),
                    order,
                    refs.name());
            assertEquals(0, refs.held(bench.memory(), bench.layout()));
        }
    }

    private static Routine handler(
            KernelBench bench, Refs refs, List<String> order, String name, long waitPs, long holdPs) {
        return bench.once(name, b -> {
            b.delay("later", core -> waitPs);
            refs.take(b, "unavailable");
            b.compute("takes", (core, local) -> order.add(name + " takes")).delay("acts", core -> holdPs);
            b.compute("drops", (core, local) -> order.add(name + " drops"));
            refs.drop(b);
            b.jump("end")
                    .label("unavailable")
                    .compute("unavailable", (core, local) -> order.add(name + " unavailable"))
                    .label("end");
        });
    }

    @Test
    void onlyCountersAreCounters() {
        KernelLayout layout = new KernelLayout(KernelBench.TEXT, 3);
        for (Refs refs : RefsSchemes.ALL) {
            long[] counters = refs.counters(layout);
            for (long counter : counters) {
                assertTrue(refs.isCounter(counter, layout));
                assertTrue(!refs.isCounter(counter - 4, layout) && !refs.isCounter(counter + 4, layout));
            }
            assertTrue(!refs.isCounter(KernelLayout.COUNT, layout));
        }
        assertTrue(!new PerCpuRefs().isCounter(KernelLayout.perCpu(3) + KernelLayout.REFS, layout), "not possible");
    }

    /** An offline core costs a store and a decrement, but no IPI. */
    @Test
    void offlineCoresAreCountedButNotSynced() {
        List<Integer> targets = new ArrayList<>();
        List<Long> written = new ArrayList<>();
        KernelBench bench = new KernelBench(2, 6).with(new PatchListener() {
            @Override
            public void sent(Core from, int target, int vector) {
                targets.add(target);
            }

            @Override
            public boolean wantsMemory() {
                return true;
            }

            @Override
            public void written(Core core, long address, int sizeBytes) {
                if (new PerCpuRefs().isCounter(address, new KernelLayout(KernelBench.TEXT, 6))) {
                    written.add(address);
                }
            }
        });
        TextPokeLoc place = KernelBench.nopToJump(KernelBench.TEXT);
        bench.oldText(List.of(place));
        assertTrue(bench.run(bench.patcher(List.of(place))));
        assertEquals(List.of(1, 1, 1), targets);
        assertEquals(12, written.size(), "one store and one decrement for each of six");
        assertEquals(0, new PerCpuRefs().held(bench.memory(), bench.layout()));
    }
}
