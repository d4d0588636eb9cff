package dev.pokesim.patcher.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.explore.ExhaustiveSearch;
import dev.pokesim.emulator.explore.Model;
import dev.pokesim.emulator.explore.Replay;
import dev.pokesim.emulator.explore.SearchLimits;
import dev.pokesim.emulator.explore.SearchResult;
import dev.pokesim.emulator.explore.SearchResult.Verdict;
import dev.pokesim.emulator.machine.Machine;
import dev.pokesim.patcher.kernel.KernelLayout;
import dev.pokesim.patcher.protocol.BrokenNoSecondSync;
import dev.pokesim.patcher.protocol.PatchProtocol;
import dev.pokesim.patcher.protocol.PatchProtocols;
import dev.pokesim.patcher.protocol.TextPokeBatch;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Everything that a patcher and one other core can do: real routines, real bytes, every order and every stale byte. */
class FewCoresTest {
    private static PatchProtocol protocol(String name) {
        return PatchProtocols.ALL.stream()
                .filter(protocol -> protocol.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Model.Source twoCores(PatchProtocol protocol, FetchMode mode, int passes) {
        return new FewCores(protocol, 2, mode, passes);
    }

    @ParameterizedTest
    @CsvSource({
        "text-poke-batch, SAFE",
        "broken-no-int3, VIOLATED",
        "broken-no-first-sync, VIOLATED",
        "broken-no-second-sync, VIOLATED",
        "broken-no-last-sync, VIOLATED",
        "broken-first-byte-early, VIOLATED",
        "broken-refs-late, VIOLATED",
        "broken-refs-retired-early, VIOLATED"
    })
    void everyMissingStepIsFound(String name, Verdict verdict) {
        Model.Source source = twoCores(protocol(name), FetchMode.WINDOW, 2);
        SearchResult result = new ExhaustiveSearch(source, SearchLimits.ONE_GIB).run();
        assertEquals(verdict, result.verdict(), result.reason());
        if (verdict == Verdict.VIOLATED) {
            assertEquals(result.reason(), new Replay(source).run(result.trace()).violation());
        }
    }

    @Test
    void aStateTakesLessThanThreeHundredBytes() {
        SearchResult result =
                new ExhaustiveSearch(twoCores(new TextPokeBatch(), FetchMode.WINDOW, 3), SearchLimits.ONE_GIB).run();
        assertEquals(Verdict.SAFE, result.verdict());
        long empty = 64 * (96 << 10); // the store's parts before they fill up
        assertTrue(
                result.memoryBytes() < empty + 300 * result.states(), result.memoryBytes() + " for " + result.states());
    }

    @Test
    void theSecondSyncIsNeededByStaleFetchesOnly() {
        assertEquals(
                Verdict.SAFE,
                new ExhaustiveSearch(twoCores(new BrokenNoSecondSync(), FetchMode.COHERENT, 2), SearchLimits.ONE_GIB)
                        .run()
                        .verdict());
    }

    @Test
    void stepsThatAreMergedMakeNoDifference() {
        Model.Source source = twoCores(new TextPokeBatch(), FetchMode.WINDOW, 1);
        TreeSet<String> merged = new TreeSet<>();
        TreeSet<String> unmerged = new TreeSet<>();
        SearchResult some = new ExhaustiveSearch(source, SearchLimits.ONE_GIB)
                .atEnd(model -> merged.add(observe(model.machine())))
                .run();
        SearchResult all = ExhaustiveSearch.ofEveryMicroOp(source, SearchLimits.ONE_GIB)
                .atEnd(model -> unmerged.add(observe(model.machine())))
                .run();
        assertEquals(Verdict.SAFE, some.verdict());
        assertEquals(Verdict.SAFE, all.verdict());
        assertEquals(unmerged, merged);
        assertTrue(merged.size() > 10, merged.size() + " ends");
        assertTrue(10 * some.states() < all.states(), some.states() + " of " + all.states());
    }

    /** Registers, stacks with what was left below them, and the kernel's data. */
    private static String observe(Machine machine) {
        StringBuilder text = new StringBuilder();
        for (int id = 0; id < machine.coreCount(); id++) {
            Core core = machine.core(id);
            for (int register = 0; register < 16; register++) {
                text.append(Long.toHexString(core.register(register))).append(' ');
            }
            for (int offset = 8; offset <= 512; offset += 8) {
                text.append(machine.memory().read(KernelLayout.stackTop(id) - offset, 8))
                        .append(' ');
            }
            text.append(machine.memory().read(KernelLayout.perCpu(id) + KernelLayout.CALL_COUNT, 8))
                    .append('\n');
        }
        for (int offset = 0; offset < KernelLayout.ENTRY_SIZE_BYTES; offset += 8) {
            text.append(machine.memory().read(KernelLayout.ARRAY + offset, 8)).append(' ');
        }
        return text.toString();
    }
}
