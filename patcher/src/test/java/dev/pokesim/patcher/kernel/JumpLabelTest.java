package dev.pokesim.patcher.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.patcher.site.ElfInput;
import dev.pokesim.patcher.site.KeySites;
import dev.pokesim.patcher.site.LoadedImage;
import dev.pokesim.patcher.site.PatchSite;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class JumpLabelTest {
    /** The count of a key: any word that the bench maps. */
    private static final long KEY = KernelLayout.DESCRIPTOR + 0x400;

    private static final List<TextPokeLoc> ON =
            List.of(KernelBench.nopToJump(KernelBench.TEXT), KernelBench.nopToJump(KernelBench.TEXT + 0x20));
    private static final List<TextPokeLoc> OFF = ON.stream()
            .map(place -> TextPokeLoc.of(place.address(), place.newText(), place.oldText()))
            .toList();

    private final List<String> batches = new ArrayList<>();

    private KernelBench bench(int enabled, List<TextPokeLoc> places) {
        KernelBench bench = new KernelBench(3).oldText(places).with(new PatchListener() {
            @Override
            public void batchFinished(Core patcher) {
                batches.add("batch");
            }

            @Override
            public void poked(Core patcher, long address, int sizeBytes) {
                if (address == KernelBench.TEXT && sizeBytes == 1) {
                    batches.add("count " + (int) patcher.memory().read(KEY, 4));
                }
            }
        });
        bench.memory().write(KEY, 4, enabled, 0);
        return bench;
    }

    private static int enabled(KernelBench bench) {
        return (int) bench.memory().read(KEY, 4);
    }

    @Test
    void onlyTheFirstIncrementAndTheLastDecrementPatch() {
        KernelBench bench = bench(0, ON);
        List<Integer> counts = new ArrayList<>();
        assertTrue(bench.run(bench.once("patcher", b -> {
            JumpLabel.increment(b, bench.context(), KEY, ON, bench.finish());
            b.fence().compute("note", (core, local) -> counts.add(enabled(bench)));
            JumpLabel.increment(b, bench.context(), KEY, ON, bench.finish());
            b.fence().compute("note", (core, local) -> counts.add(enabled(bench)));
            JumpLabel.decrement(b, bench.context(), KEY, OFF, bench.finish());
            b.fence().compute("note", (core, local) -> {
                counts.add(enabled(bench));
                assertEquals(ON.get(0).newText(), bench.bytes(ON.get(0).address(), 5));
            });
            JumpLabel.decrement(b, bench.context(), KEY, OFF, bench.finish());
        })));
        counts.add(enabled(bench));
        assertEquals(List.of(1, 2, 1, 0), counts);
        // -1 while enabling: jump_label_update() must not find the key enabled before it is
        assertEquals(List.of("count -1", "count -1", "batch", "count 0", "count 0", "batch"), batches);
        assertEquals(ON.get(0).oldText(), bench.bytes(ON.get(0).address(), 5));
    }

    @Test
    void twoCoresThatEnableAtOncePatchOnceAndCountTwo() {
        KernelBench bench = bench(0, ON);
        Routine first = bench.once("first", b -> JumpLabel.increment(b, bench.context(), KEY, ON, bench.finish()));
        Routine second = bench.once("second", b -> JumpLabel.increment(b, bench.context(), KEY, ON, bench.finish()));
        assertTrue(bench.run(first, second));
        assertEquals(2, enabled(bench));
        assertEquals(1, batches.stream().filter("batch"::equals).count());
        assertEquals(0, bench.memory().read(KernelLayout.TEXT_MUTEX, 4));
    }

    @Test
    void decrementOfADisabledKeyIsABug() {
        for (int enabled : new int[] {0, -1}) {
            KernelBench bench = bench(enabled, OFF);
            Routine patcher =
                    bench.once("patcher", b -> JumpLabel.decrement(b, bench.context(), KEY, OFF, bench.finish()));
            String message =
                    assertThrows(KernelBug.class, () -> bench.run(patcher)).getMessage();
            assertTrue(message.contains("not enabled"), message);
            assertEquals(OFF.get(0).oldText(), bench.bytes(OFF.get(0).address(), 5));
        }
    }

    private static LoadedImage image(String file) {
        return ElfInput.of(Path.of(System.getProperty("pokesim.testdata"), "elf", file))
                .load();
    }

    @Test
    void changesAreInTheKernelsOrderWithTheBytesThatTheKeyCallsFor() {
        for (String file : List.of("statickeys.elf", "batches.elf")) {
            for (KeySites key : image(file).keys()) {
                boolean enable = key.enabled() <= 0;
                List<TextPokeLoc> changes = JumpLabel.changes(key, enable);
                List<PatchSite> sites =
                        key.sites().stream().filter(site -> !site.init()).toList();
                assertEquals(
                        sites.stream().map(PatchSite::address).toList(),
                        changes.stream().map(TextPokeLoc::address).toList());
                for (int i = 0; i < sites.size(); i++) {
                    assertEquals(sites.get(i).text(), changes.get(i).oldText());
                    assertEquals(expected(sites.get(i), enable), changes.get(i).newText(), key.key() + " " + i);
                }
                assertEquals(List.of(), JumpLabel.changes(key, !enable), "nothing changes towards what is");
            }
        }
    }

    /** Source of the rule: jump_label_type(): enabled xor branch is a jump. */
    private static InstructionBytes expected(PatchSite site, boolean enable) {
        long distance = site.target() - site.address() - site.sizeBytes();
        if (enable == site.branch()) {
            return site.sizeBytes() == 2
                    ? InstructionBytes.of(0x66, 0x90)
                    : InstructionBytes.of(0x0f, 0x1f, 0x44, 0x00, 0x00);
        }
        return site.sizeBytes() == 2
                ? InstructionBytes.of(0xeb, (int) distance & 0xff)
                : InstructionBytes.of(
                        0xe9,
                        (int) distance & 0xff,
                        (int) (distance >> 8) & 0xff,
                        (int) (distance >> 16) & 0xff,
                        (int) (distance >> 24) & 0xff);
    }

    @Test
    void initSitesAreNeverPatched() {
        KeySites stats = image("statickeys.elf").keysNamed("stats_key").get(0);
        long init = stats.sites().stream().filter(PatchSite::init).count();
        assertEquals(1, init);
        assertEquals(stats.sites().size() - 1, JumpLabel.changes(stats, true).size());
    }
}
