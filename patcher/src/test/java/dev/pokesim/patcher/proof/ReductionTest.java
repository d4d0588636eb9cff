package dev.pokesim.patcher.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.explore.BreadthFirstSearch.Outcome;
import dev.pokesim.emulator.explore.BreadthFirstSearch.Result;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.patcher.kernel.PatchPlace;
import dev.pokesim.patcher.proof.ProofSetup.Company;
import dev.pokesim.patcher.protocol.CoreSet;
import dev.pokesim.patcher.protocol.PatchProtocol;
import dev.pokesim.patcher.protocol.PatchProtocols;
import dev.pokesim.patcher.protocol.PatchStep;
import dev.pokesim.patcher.protocol.TextPokeBatch;
import dev.pokesim.patcher.sequence.PatchScenario;
import dev.pokesim.patcher.sequence.PatchScenarioReader;
import dev.pokesim.patcher.sequence.PatchSequence;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A reduction leaves out states, never a verdict. */
class ReductionTest {
    private static final PatchPlace NOP_TO_JMP = new PatchPlace(
            0xffffffff81000010L,
            InstructionBytes.of(0x0f, 0x1f, 0x44, 0, 0),
            InstructionBytes.of(0xe9, 0x2b, 0x13, 0, 0));
    private static final PatchPlace SHORT =
            new PatchPlace(0xffffffff81000043L, InstructionBytes.of(0x66, 0x90), InstructionBytes.of(0xeb, 0x0e));

    private static List<Set<Reduction>> subsets() {
        List<Set<Reduction>> subsets = new ArrayList<>();
        Reduction[] all = Reduction.values();
        for (int bits = 0; bits < 1 << all.length; bits++) {
            Set<Reduction> subset = EnumSet.noneOf(Reduction.class);
            for (Reduction one : all) {
                if ((bits >> one.ordinal() & 1) != 0) {
                    subset.add(one);
                }
            }
            subsets.add(subset);
        }
        return subsets;
    }

    private static List<ProofSetup> setups() {
        List<ProofSetup> setups = new ArrayList<>();
        for (PatchProtocol protocol : PatchProtocols.ALL) {
            for (int cores = 2; cores <= 3; cores++) {
                for (List<PatchPlace> places : List.of(List.of(NOP_TO_JMP), List.of(NOP_TO_JMP, SHORT))) {
                    for (boolean perCoreRefs : List.of(true, false)) {
                        for (Set<Company> company : List.of(Set.<Company>of(), Set.of(Company.PATCHER_INTERRUPTED))) {
                            setups.add(new ProofSetup(
                                    protocol,
                                    List.of(places),
                                    cores,
                                    perCoreRefs,
                                    FetchMode.WINDOW,
                                    company,
                                    Set.of()));
                        }
                    }
                }
            }
        }
        return setups;
    }

    private static String text(ProofSetup setup) {
        return setup.protocol().name() + ", " + setup.cores() + " cores, " + setup.placeCount() + " sites, "
                + (setup.perCoreRefs() ? "percpu" : "global") + ", " + setup.company();
    }

    /** Each of the sixteen combinations, on every protocol, against none. */
    @Test
    void everyCombinationHasTheVerdictOfNone() {
        List<String> wrong = setups().parallelStream()
                .flatMap(setup -> {
                    Outcome plain = FullSize.search(setup, Reduction.NONE).outcome();
                    return subsets().stream()
                            .filter(subset -> FullSize.search(setup, subset).outcome() != plain)
                            .map(subset -> text(setup) + ": not " + plain + " with " + subset);
                })
                .toList();
        assertEquals(List.of(), wrong);
    }

    /** Which of the protocols are safe is what they say of themselves. */
    @Test
    void protocolIsSafeIfItSaysSo() {
        for (ProofSetup setup : setups()) {
            Outcome outcome = FullSize.search(setup, Reduction.ALL).outcome();
            assertEquals(setup.protocol().isSafe(), outcome == Outcome.EXHAUSTED, text(setup));
        }
    }

    /** A reduction that leaves out nothing would pass every other test. */
    @Test
    void eachReductionLeavesOutStatesOrTransitions() {
        ProofSetup setup =
                ProofSetup.of(new TextPokeBatch(), List.of(List.of(NOP_TO_JMP, SHORT)), 4, true, FetchMode.WINDOW);
        Result plain = FullSize.search(setup, Reduction.NONE);
        Set<Reduction> some = EnumSet.noneOf(Reduction.class);
        Result before = plain;
        for (Reduction reduction :
                List.of(Reduction.PROMPT_SYNC, Reduction.SYMMETRY, Reduction.WHOLE_HANDLERS, Reduction.WEAK_RETURN)) {
            some.add(reduction);
            Result after = FullSize.search(setup, some);
            assertTrue(
                    after.extent().transitions() < before.extent().transitions(),
                    reduction + ": " + after.extent() + " after " + before.extent());
            assertTrue(after.extent().states() <= before.extent().states(), reduction + ": " + after.extent());
            before = after;
        }
        assertTrue(before.extent().states() * 100 < plain.extent().states());
    }

    /** Both with nothing left out, so that levels are large enough to be shared, and as proofs are. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void twoWorkersFindWhatOneFinds(boolean reduced) {
        Set<Reduction> reductions = reduced ? Reduction.ALL : Reduction.NONE;
        for (PatchProtocol protocol : PatchProtocols.ALL) {
            ProofSetup setup = ProofSetup.of(protocol, List.of(List.of(NOP_TO_JMP, SHORT)), 4, true, FetchMode.WINDOW);
            Result one = FullSize.search(setup, reductions, 1, extent -> true);
            Result two = FullSize.search(setup, reductions, 2, extent -> true);
            assertEquals(one.outcome(), two.outcome(), protocol.name());
            assertEquals(one.extent(), two.extent(), protocol.name());
            assertEquals(one.wrong(), two.wrong(), protocol.name());
        }
    }

    /**
     * What each guard is for: a bug that the reduction would hide if it did not switch itself off, or did not keep apart what it
     * must. The verdicts without any reduction are the same.
     */
    @ParameterizedTest
    @CsvSource({
        // a core that has not answered yet runs on while the patcher does
        "PROMPT_SYNC, probe-armed-sync-not-awaited, NoEntryInsideSite",
        // nobody waits for a handler that has taken its reference
        "WHOLE_HANDLERS, all-int3-without-wait, ArrayStableWhileReferenced",
        // the handler of an INT3 elsewhere owes no answer that the patcher waits for
        "WHOLE_HANDLERS, descriptor-on-stack, ArrayStableWhileReferenced",
        "WHOLE_HANDLERS, vector-without-sync, NoBug",
        // the handler answers a sync from inside
        "WHOLE_HANDLERS, trap-gate, EveryInt3IsClaimed",
        // it never ends, or does what it must not: only its steps tell
        "WHOLE_HANDLERS, handler-with-sites, EveryWaitEnds",
        "WHOLE_HANDLERS, call-treated-as-nop, ActsAsEmulated",
        "WHOLE_HANDLERS, handler-not-registered, EveryInt3IsClaimed",
        // one core is not like the others
        "SYMMETRY, one-core-missed, NoTornInstruction",
        "SYMMETRY, refs-of-online-cores, EveryInt3IsClaimed",
        "SYMMETRY, sync-with-interrupts-off, EveryWaitEnds",
    })
    void guardKeepsTheBugInSight(Reduction reduction, String name, String oracle) {
        PatchScenario scenario = PatchScenarioReader.read(name);
        Result result = FullSize.search(scenario.setup(FetchMode.WINDOW), Set.of(reduction));
        assertEquals(Outcome.WRONG, result.outcome());
        assertTrue(
                result.wrong() instanceof Violated violated && violated.oracle().equals(oracle),
                () -> "" + result.wrong());
        Result all = FullSize.search(scenario.setup(FetchMode.WINDOW), Reduction.ALL);
        assertEquals(Outcome.WRONG, all.outcome());
    }

    /** A sync that leaves a core out says nothing of that core's handlers. */
    @Test
    void handlerOfACoreThatTheLastSyncMissesIsNotWhole() {
        PatchSequence sequence = PatchSequence.on(SHORT)
                .publish()
                .writeInt3()
                .syncCores()
                .writeTail()
                .syncCores()
                .writeFirstByte()
                .then(new PatchStep.Sync(CoreSet.ALL_BUT_LAST, true, true))
                .then(new PatchStep.DropRefs());
        ProofSetup setup = new ProofSetup(
                sequence,
                List.of(List.of(SHORT)),
                2,
                true,
                FetchMode.COHERENT,
                Set.of(),
                Set.of("NothingOldAfterFinish", "EveryInt3IsClaimed"));
        for (Set<Reduction> reductions : List.of(Reduction.NONE, Set.of(Reduction.WHOLE_HANDLERS), Reduction.ALL)) {
            Object wrong = FullSize.search(setup, reductions).wrong();
            assertTrue(
                    wrong instanceof Violated violated && violated.oracle().equals("ArrayStableWhileReferenced"),
                    () -> reductions + ": " + wrong);
        }
    }
}
