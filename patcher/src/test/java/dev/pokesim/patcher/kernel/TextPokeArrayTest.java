package dev.pokesim.patcher.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.machine.GuestCrash;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.memory.InstructionBytes;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TextPokeArrayTest {
    /** Only queues, with a finish that notes the count and empties the array. */
    private static List<Long> flushesWhile(KernelBench bench, List<TextPokeLoc> places) {
        List<Long> counts = new ArrayList<>();
        Routine.Builder finish = Routine.named("finish");
        int count = finish.local();
        Routine noting = finish.load("nr", count, core -> KernelLayout.COUNT, 4, 0)
                .compute("note", (core, local) -> counts.add(local[count]))
                .storeConstant("nr = 0", core -> KernelLayout.COUNT, 4, 0)
                .fence()
                .ret()
                .build();
        assertTrue(bench.run(bench.once("queue", b -> TextPokeArray.queue(b, bench.layout(), places, noting))));
        return counts;
    }

    private static List<TextPokeLoc> places(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> KernelBench.nopToJump(KernelBench.TEXT + 16L * i))
                .toList();
    }

    @Test
    void entryHasTheKernelsLayoutByteForByte() {
        KernelBench bench = new KernelBench(1);
        InstructionBytes nop5 = InstructionBytes.of(0x0f, 0x1f, 0x44, 0, 0);
        List<TextPokeLoc> queued = List.of(
                TextPokeLoc.of(KernelBench.TEXT + 0x1234, nop5, InstructionBytes.of(0xe8, 0x11, 0x22, 0x33, 0x44)),
                TextPokeLoc.of(
                        KernelBench.TEXT + 0x2000,
                        InstructionBytes.of(0x0f, 0x84, 1, 2, 3, 4),
                        InstructionBytes.of(0x0f, 0x8d, 0xfe, 0xff, 0xff, 0xff)),
                TextPokeLoc.of(
                        KernelBench.TEXT + 0x2010, InstructionBytes.of(0x66, 0x90), InstructionBytes.of(0xeb, 0xfe)),
                TextPokeLoc.of(KernelBench.TEXT + 0x2020, InstructionBytes.of(0xc3), InstructionBytes.of(0xcc)));
        flushesWhile(bench, queued);

        assertEquals(
                InstructionBytes.of(0x34, 0x12, 0, 0, 0x11, 0x22, 0x33, 0x44, 5, 0xe8, 0xe8, 0x11, 0x22, 0x33, 0x44),
                bench.bytes(KernelLayout.ARRAY, 15));
        // a Jcc rel32 keeps its last five bytes
        assertEquals(
                InstructionBytes.of(0, 0x20, 0, 0, 0xfe, 0xff, 0xff, 0xff, 6, 0x7d, 0x8d, 0xfe, 0xff, 0xff, 0xff),
                bench.bytes(KernelLayout.ARRAY + 16, 15));
        assertEquals(
                InstructionBytes.of(0x10, 0x20, 0, 0, 0xfe, 0xff, 0xff, 0xff, 2, 0xeb, 0xeb, 0xfe),
                bench.bytes(KernelLayout.ARRAY + 32, 12));
        assertEquals(
                InstructionBytes.of(0x20, 0x20, 0, 0, 0, 0, 0, 0, 1, 0xcc, 0xcc),
                bench.bytes(KernelLayout.ARRAY + 48, 11));
        assertEquals(4, bench.memory().read(KernelLayout.ARRAY + 4096, 4), "the count stands behind 4096 bytes");
    }

    @Test
    void placesBelowStextHaveNegativeOffsetsAndComeFirst() {
        KernelBench bench = new KernelBench(1);
        assertEquals(
                List.of(),
                flushesWhile(
                        bench,
                        List.of(
                                KernelBench.nopToJump(KernelBench.TEXT - 16),
                                KernelBench.nopToJump(KernelBench.TEXT))));
        assertEquals(0xfffffff0L, bench.memory().read(KernelLayout.ARRAY, 4));
    }

    @Test
    void flushesWhenFull() {
        KernelBench exact = new KernelBench(1);
        assertEquals(List.of(), flushesWhile(exact, places(256)));
        assertEquals(256, exact.memory().read(KernelLayout.COUNT, 4));

        KernelBench more = new KernelBench(1);
        assertEquals(List.of(256L), flushesWhile(more, places(300)));
        assertEquals(44, more.memory().read(KernelLayout.COUNT, 4));
        assertEquals(16 * 256, more.memory().read(KernelLayout.ARRAY, 4), "the 257th is the first again");
    }

    @Test
    void flushesWhenOutOfOrder() {
        List<TextPokeLoc> all = places(5);
        KernelBench bench = new KernelBench(1);
        assertEquals(
                List.of(2L, 1L),
                flushesWhile(bench, List.of(all.get(1), all.get(3), all.get(2), all.get(0), all.get(4))));
        assertEquals(2, bench.memory().read(KernelLayout.COUNT, 4));
    }

    @Test
    void acceptsEqualAddresses() {
        List<TextPokeLoc> all = places(1);
        KernelBench bench = new KernelBench(1);
        assertEquals(List.of(), flushesWhile(bench, List.of(all.get(0), all.get(0), all.get(0))));
        assertEquals(3, bench.memory().read(KernelLayout.COUNT, 4));
    }

    /** Commit 2aebf5ee43bf, first scenario: [A, B] with B below A, and nobody finds A. */
    @Test
    void uncheckedAddOutOfOrderLeavesAnEntryThatTheSearchMisses() {
        for (boolean isChecked : List.of(true, false)) {
            TextPokeLoc high = KernelBench.nopToJump(KernelBench.TEXT + 0x100);
            TextPokeLoc low = KernelBench.nopToJump(KernelBench.TEXT + 0x40);
            boolean[] patched = {false};
            List<Long> unclaimed = new ArrayList<>();
            KernelBench bench = new KernelBench(2).oldText(List.of(high, low)).with(new PatchListener() {
                @Override
                public void handled(Core core, long site, boolean claimed, long resumeAt) {
                    if (!claimed) {
                        unclaimed.add(site);
                    }
                }
            });
            bench.text(high.address() + 5, 0xc3).text(low.address() + 5, 0xc3);
            Routine finish = bench.finish();
            Routine patcher = bench.once("patcher", b -> {
                TextMutex.lock(b, bench.costs());
                TextPokeArray.queue(b, bench.layout(), List.of(high), finish);
                TextMutex.unlock(b);
                TextMutex.lock(b, bench.costs()); // somebody else's single poke
                if (isChecked) {
                    TextPokeArray.queue(b, bench.layout(), List.of(low), finish);
                } else {
                    TextPokeArray.queueUnchecked(b, bench.layout(), List.of(low), finish);
                }
                b.call(finish);
                TextMutex.unlock(b);
                b.compute("patched", (core, local) -> patched[0] = true);
            });
            Routine worker = bench.once("worker", b -> {
                int turn = b.local();
                b.label("again")
                        .callGuest((core, local) -> local[turn] % 2 == 0 ? high.address() : low.address())
                        .compute("next", (core, local) -> local[turn]++)
                        .jumpIf("more", (core, local) -> !patched[0], "again");
            });
            if (isChecked) {
                assertTrue(bench.run(patcher, worker));
                assertEquals(List.of(), unclaimed);
                assertEquals(high.newText(), bench.bytes(high.address(), 5));
                assertEquals(low.newText(), bench.bytes(low.address(), 5));
            } else {
                // a kernel dies at the INT3; here the core goes on behind it, in the middle of the site
                assertThrows(GuestCrash.class, () -> bench.run(patcher, worker));
                assertEquals(List.of(high.address()), unclaimed);
            }
        }
    }

    /** Commit 2aebf5ee43bf, second scenario: entry 256 lies over the count. */
    @Test
    void unchecked257thEntryOverwritesTheCount() {
        KernelBench bench = new KernelBench(1);
        Routine finish = bench.finish();
        List<TextPokeLoc> full = places(256);
        TextPokeLoc one = KernelBench.nopToJump(KernelBench.TEXT + 0x3450);
        assertTrue(bench.run(bench.once("patcher", b -> {
            TextPokeArray.queue(b, bench.layout(), full, finish);
            TextPokeArray.queueUnchecked(b, bench.layout(), List.of(one), finish);
        })));
        assertEquals(0x3450, bench.memory().read(KernelLayout.COUNT, 4), "the offset from _stext has become the count");
    }

    @Test
    void finishAfterTheOverflowRunsOutOfTheArrayUntilItFaults() {
        KernelBench bench = new KernelBench(1);
        Routine finish = bench.finish();
        List<TextPokeLoc> full = places(256);
        Routine patcher = bench.once("patcher", b -> {
            TextMutex.lock(b, bench.costs());
            TextPokeArray.queue(b, bench.layout(), full, finish);
            TextPokeArray.queueUnchecked(
                    b, bench.layout(), List.of(KernelBench.nopToJump(KernelBench.TEXT + 0x3450)), finish);
            b.call(finish);
        });
        String message =
                assertThrows(GuestCrash.class, () -> bench.run(patcher)).getMessage();
        assertTrue(message.contains("#PF"), message);
        assertNotEquals(0, bench.memory().read(KernelLayout.COUNT, 4));
    }
}
