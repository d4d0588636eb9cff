package dev.pokesim.patcher.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.explore.ExhaustiveSearch;
import dev.pokesim.emulator.explore.Model;
import dev.pokesim.emulator.explore.SamplingResult;
import dev.pokesim.emulator.explore.SamplingSearch;
import dev.pokesim.emulator.explore.SearchLimits;
import dev.pokesim.emulator.explore.SearchResult;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.patcher.guest.GuestKernel;
import dev.pokesim.patcher.guest.GuestProgram;
import dev.pokesim.patcher.guest.KernelMutation;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import dev.pokesim.patcher.site.DistributionKernel;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** Every order of a kernel's own patcher and its own INT3 handler. */
@TestInstance(Lifecycle.PER_CLASS)
class GuestModelTest {
    private static final SearchLimits LIMITS = new SearchLimits(2_000_000, 1L << 30, Integer.MAX_VALUE);

    private GuestKernel kernel;
    private PatchTarget key;

    @BeforeAll
    void boot() {
        kernel = GuestKernel.boot(DistributionKernel.all("no kernel's own code is explored")
                .get(0)
                .load());
        key = PatchTarget.ofKey(
                kernel.image(),
                kernel.image().keysNamed("bpf_stats_enabled_key").get(0));
    }

    private GuestModel model(KernelMutation mutation, int sites, int cores) {
        return new GuestModel(kernel, GuestModel.places(kernel, key, sites), mutation, FetchMode.WINDOW, cores, 1);
    }

    private static InstructionBytes bytes(AddressSpace memory, TextPokeLoc place) {
        int[] bytes = new int[place.sizeBytes()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (int) memory.read(place.address() + i, 1);
        }
        return InstructionBytes.of(bytes);
    }

    @Test
    void noOrderOfTheKernelsOwnCodeIsWrong() {
        GuestModel model = model(KernelMutation.NONE, 1, 2);
        Set<Long> counted = new TreeSet<>();
        SearchResult result = new ExhaustiveSearch(model, LIMITS)
                .workers(2)
                .atEnd(end -> counted.add(ended(model, end)))
                .run();
        assertEquals(SearchResult.Verdict.SAFE, result.verdict(), result::reason);
        assertEquals(Set.of(0L, 1L), counted, "the other core comes by before and after");
    }

    /** Checks what a run leaves behind, and gives how often the other core came by the new text. */
    private long ended(GuestModel model, Model end) {
        AddressSpace memory = end.machine().memory();
        for (TextPokeLoc place : key.places()) {
            boolean isPatched = model.target().places().contains(place);
            assertEquals(isPatched ? place.newText() : place.oldText(), bytes(memory, place));
        }
        assertEquals(1, memory.read(key.key(), Integer.BYTES), "the key is enabled");
        assertEquals(0, kernel.pokeArray().held(memory));
        return GuestProgram.countedRuns(memory, 1);
    }

    @Test
    void whatIsLeftOutOfTheKernelIsMissed() {
        Map<String, String> found = new TreeMap<>();
        long site = model(KernelMutation.NONE, 1, 2).target().places().get(0).address();
        String where = kernel.image().symbolAt(site).toString();
        for (KernelMutation mutation : KernelMutation.all()) {
            GuestModel model = model(mutation, 1, 2);
            SearchResult result = new ExhaustiveSearch(model, LIMITS).workers(2).run();
            assertEquals(SearchResult.Verdict.VIOLATED, result.verdict(), mutation::word);
            found.put(mutation.word(), PatchModel.oracleOf(result.reason()));
            assertTrue(
                    model.read(result.reason()).contains(" " + where + ": ")
                            || model.read(result.reason()).contains(" " + where + " "),
                    () -> model.read(result.reason()) + " is at no symbol");
        }
        assertEquals(
                Map.of(
                        "skip-sync=1", "NoTornInstruction",
                        "skip-sync=2", "NoTornInstruction",
                        "skip-sync=3", "NothingOldAfterFinish",
                        "skip-refs", "EveryInt3IsClaimed",
                        "tail-first", "NoTornInstruction"),
                found);
    }

    /** Memory belongs to whom the model says, whatever function is called: an access by another core ends a search. */
    @Test
    void allFunctionsThatCanBeCalledRunThroughAllSites() {
        int callable = GuestRun.callable(kernel, key).size();
        GuestModel model = model(KernelMutation.NONE, key.places().size(), 1 + callable);
        SamplingResult result = new SamplingSearch(model, 1, 3, 1_000_000).run();
        assertEquals("", result.reason());
        assertEquals(3, result.runs());
        assertEquals(0, result.cutOff());
    }

    @Test
    void placesInFunctionsThatCanBeCalledComeFirst() {
        PatchTarget two = GuestModel.places(kernel, key, 2);
        assertEquals(2, two.places().size());
        assertEquals(2, GuestRun.callable(kernel, two).size());
        assertEquals(key, GuestModel.places(kernel, key, 1000));
    }
}
