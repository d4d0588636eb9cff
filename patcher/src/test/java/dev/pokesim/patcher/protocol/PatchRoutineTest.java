package dev.pokesim.patcher.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.patcher.kernel.KernelBench;
import dev.pokesim.patcher.kernel.KernelLayout;
import dev.pokesim.patcher.kernel.PatchListener;
import dev.pokesim.patcher.kernel.SyncCores;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which rounds a batch has, in which order it writes, and when the kernel leaves a round out. */
class PatchRoutineTest {
    private static final int CORES = 5;
    private static final long A = KernelBench.TEXT + 0x100;
    private static final long B = KernelBench.TEXT + 0x200;
    private static final long C = KernelBench.TEXT + 0x300;

    private final List<String> events = new ArrayList<>();
    private final List<String> records = new ArrayList<>();
    private final int[] received = new int[CORES];
    private int sent;
    private KernelBench bench = new KernelBench(CORES);

    private static InstructionBytes bytes(int... values) {
        return InstructionBytes.of(values);
    }

    private void patch(List<TextPokeLoc> places) {
        bench = new KernelBench(CORES).oldText(places).with(new PatchListener() {
            @Override
            public void poked(Core patcher, long address, int sizeBytes) {
                events.add("poke %x+%d".formatted(address - KernelBench.TEXT, sizeBytes));
            }

            @Override
            public void sent(Core from, int target, int vector) {
                assertEquals(SyncCores.VECTOR, vector);
                if (sent++ % (CORES - 1) == 0) {
                    events.add("sync");
                }
            }

            @Override
            public void entered(Core core, int vector) {
                received[core.id()]++;
            }

            @Override
            public void textPokeRecord(Core patcher, long address, InstructionBytes oldText, InstructionBytes newText) {
                records.add("%x: %s -> %s".formatted(address - KernelBench.TEXT, oldText, newText));
                events.add("record");
            }
        });
        assertTrue(bench.run(bench.patcher(places)));
        for (TextPokeLoc place : places) {
            assertEquals(place.newText(), bench.bytes(place.address(), place.sizeBytes()));
        }
        assertEquals(0, bench.memory().read(KernelLayout.COUNT, 4));
        for (int core = 1; core < CORES; core++) {
            assertEquals(sent / (CORES - 1), received[core], "every core answers every sync once");
        }
    }

    @Test
    void writesAllInt3ThenAllTailsThenAllFirstBytes() {
        patch(List.of(KernelBench.nopToJump(A), KernelBench.nopToJump(B)));
        assertEquals(
                List.of(
                        "poke 100+1",
                        "poke 200+1",
                        "sync",
                        "poke 101+4",
                        "record",
                        "poke 201+4",
                        "record",
                        "sync",
                        "poke 100+1",
                        "poke 200+1",
                        "sync"),
                events);
    }

    @Test
    void sitesOfOneByteHaveNoTailAndNoSecondSync() {
        patch(List.of(TextPokeLoc.of(A, bytes(0xcc), bytes(0xc3)), TextPokeLoc.of(B, bytes(0x90), bytes(0xc3))));
        assertEquals(
                List.of("poke 100+1", "poke 200+1", "sync", "record", "record", "poke 100+1", "poke 200+1", "sync"),
                events);
    }

    @Test
    void oneLongSiteIsEnoughForTheSecondSync() {
        patch(List.of(TextPokeLoc.of(A, bytes(0x90), bytes(0xc3)), KernelBench.nopToJump(B)));
        assertEquals(
                List.of(
                        "poke 100+1",
                        "poke 200+1",
                        "sync",
                        "record",
                        "poke 201+4",
                        "record",
                        "sync",
                        "poke 100+1",
                        "poke 200+1",
                        "sync"),
                events);
    }

    @Test
    void replacementsThatAreInt3HaveNoFirstByteAndNoThirdSync() {
        patch(List.of(
                TextPokeLoc.of(A, bytes(0x90), bytes(0xcc)),
                TextPokeLoc.of(
                        B,
                        bytes(0x0f, 0x1f, 0x44, 0, 0),
                        bytes(0xcc, 0xcc, 0xcc, 0xcc, 0xcc),
                        bytes(0xe9, 0, 0, 0, 0))));
        assertEquals(List.of("poke 100+1", "poke 200+1", "sync", "record", "poke 201+4", "record", "sync"), events);
    }

    @Test
    void oneByteToInt3NeedsTheFirstRoundOnly() {
        patch(List.of(TextPokeLoc.of(A, bytes(0x90), bytes(0xcc))));
        assertEquals(List.of("poke 100+1", "sync", "record"), events);
    }

    @Test
    void longConditionalJumpKeepsItsImpliedEscapeByte() {
        patch(List.of(
                TextPokeLoc.of(A, bytes(0x0f, 0x84, 1, 2, 3, 4), bytes(0x0f, 0x8d, 0x50, 0x60, 0x70, 0)),
                TextPokeLoc.of(B, bytes(0x0f, 0x85, 9, 9, 9, 9), bytes(0x0f, 0x80, 0xff, 0xff, 0xff, 0xff))));
        assertEquals(
                List.of(
                        "poke 100+1",
                        "poke 200+1",
                        "sync",
                        "poke 101+5",
                        "record",
                        "poke 201+5",
                        "record",
                        "sync",
                        "poke 100+1",
                        "poke 200+1",
                        "sync"),
                events);
        assertEquals(
                List.of("100: 0f 84 01 02 03 04 -> 0f 8d 50 60 70 00", "200: 0f 85 09 09 09 09 -> 0f 80 ff ff ff ff"),
                records);
    }

    @Test
    void perfLearnsOldAndNewBytesOfEverySite() {
        patch(List.of(
                TextPokeLoc.of(A, bytes(0x90), bytes(0xc3)),
                TextPokeLoc.of(B, bytes(0x66, 0x90), bytes(0xeb, 0x12)),
                TextPokeLoc.of(C, bytes(0x0f, 0x1f, 0x44, 0, 0), bytes(0xe8, 1, 2, 3, 4))));
        assertEquals(List.of("100: 90 -> c3", "200: 66 90 -> eb 12", "300: 0f 1f 44 00 00 -> e8 01 02 03 04"), records);
    }

    @Test
    void keepsTheByteUnderEachInt3InTheEntry() {
        List<TextPokeLoc> places = List.of(
                TextPokeLoc.of(A, bytes(0x66, 0x90), bytes(0xeb, 0x12)),
                TextPokeLoc.of(B, bytes(0x0f, 0x85, 9, 9, 9, 9), bytes(0x0f, 0x80, 0, 0, 0, 0)));
        patch(places);
        assertEquals(0x66, bench.memory().read(KernelLayout.ARRAY + 15, 1));
        assertEquals(0x0f, bench.memory().read(KernelLayout.ARRAY + 31, 1));
    }

    @Test
    void sitesThatCrossLinesAndPagesAreWritten() {
        List<TextPokeLoc> places = List.of(
                KernelBench.nopToJump(KernelBench.TEXT + 0x3f - 2),
                KernelBench.nopToJump(KernelBench.TEXT + 0x1000 - 1),
                KernelBench.nopToJump(KernelBench.TEXT + 0x2000 - 4));
        patch(places);
        assertEquals(3, records.size());
    }
}
