package dev.pokesim.patcher.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.explore.Replay;
import dev.pokesim.patcher.proof.Counterexample;
import dev.pokesim.patcher.proof.ProofSetup;
import dev.pokesim.patcher.proof.ProofStep;
import dev.pokesim.patcher.proof.ProtocolExplorer;
import dev.pokesim.patcher.proof.Reduction;
import dev.pokesim.patcher.protocol.BrokenNoSecondSync;
import dev.pokesim.patcher.protocol.PatchProtocol;
import dev.pokesim.patcher.protocol.PatchProtocols;
import dev.pokesim.patcher.protocol.TextPokeBatch;
import dev.pokesim.patcher.sequence.PatchCatalogue;
import dev.pokesim.patcher.sequence.PatchScenario;
import dev.pokesim.patcher.site.GeneratedText;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GuidedRunTest {
    private static ProofSetup setup(PatchProtocol protocol, FetchMode mode) {
        PatchTarget target = PatchTarget.of(new GeneratedText(1, 1));
        return ProofSetup.of(protocol, ProofSetup.batches(target.places()), 2, true, mode);
    }

    @Test
    void theSharedCountIsFollowedToo() {
        PatchTarget target = PatchTarget.of(new GeneratedText(1, 1));
        for (PatchProtocol protocol : PatchProtocols.ALL) {
            ProofSetup setup = ProofSetup.of(protocol, ProofSetup.batches(target.places()), 2, false, FetchMode.WINDOW);
            Counterexample found = prove(setup);
            if (found != null) {
                GuidedRun.Result result = Objects.requireNonNull(
                        GuidedRun.follow(found.setup(), found.steps(), found.oracle(), found.core()));
                assertNull(result.reason(), found.steps()::toString);
            }
        }
    }

    private static @Nullable Counterexample prove(ProofSetup setup) {
        return new ProtocolExplorer(setup, Reduction.ALL, 1, 1L << 30)
                .prove(extent -> true)
                .counterexample();
    }

    static Stream<PatchProtocol> broken() {
        return PatchProtocols.ALL.stream().filter(protocol -> !protocol.isSafe());
    }

    @ParameterizedTest
    @MethodSource("broken")
    void whatAProofFindsHappensOnTheMachine(PatchProtocol protocol) {
        int confirmed = 0;
        for (FetchMode mode : FetchMode.values()) {
            Counterexample found = prove(setup(protocol, mode));
            if (found == null) {
                continue;
            }
            GuidedRun.Result result = Objects.requireNonNull(
                    GuidedRun.follow(found.setup(), found.steps(), found.oracle(), found.core()));
            assertNull(result.reason(), () -> mode + ": " + found.steps());
            assertEquals(found.steps().size(), result.counts().size());
            assertEquals(
                    result.transitions().size(),
                    result.counts().stream().mapToInt(Integer::intValue).sum());
            assertEquals(
                    result.violation(),
                    new Replay(result.model()).run(result.transitions()).violation());
            confirmed++;
        }
        assertTrue(confirmed >= 3, confirmed + " modes");
    }

    @Test
    void aStepThatTheMachineDoesNotTakeIsNamed() {
        Counterexample found = prove(setup(new BrokenNoSecondSync(), FetchMode.WINDOW));
        assertNotNull(found);
        GuidedRun.Result result = GuidedRun.follow(
                setup(new TextPokeBatch(), FetchMode.WINDOW), found.steps(), found.oracle(), found.core());
        assertNotNull(result);
        assertNull(result.violation());
        // the patcher waits for the answer to its second sync
        assertEquals("the machine cannot follow step 12, `P write 0 +0 e9`", result.reason());
        ProofStep elsewhere = new ProofStep(1, "ack");
        assertEquals(
                "the machine cannot follow step 1, `C1 ack`",
                Objects.requireNonNull(GuidedRun.follow(found.setup(), List.of(elsewhere), found.oracle(), 1))
                        .reason());
    }

    @Test
    void whatIsFoundInTheCatalogueHappensOnTheMachine() {
        List<String> notFollowed = new ArrayList<>();
        int confirmed = 0;
        for (PatchScenario scenario : PatchCatalogue.all()) {
            for (FetchMode mode : List.of(FetchMode.COHERENT, FetchMode.WINDOW)) {
                Counterexample found = prove(scenario.setup(mode));
                if (found == null) {
                    continue;
                }
                GuidedRun.Result result = GuidedRun.follow(found.setup(), found.steps(), found.oracle(), found.core());
                if (result == null || result.reason() != null) {
                    notFollowed.add(scenario.name() + " " + mode);
                } else {
                    confirmed++;
                }
            }
        }
        assertEquals(List.of(), notFollowed);
        assertTrue(confirmed > 70, confirmed + " are confirmed");
    }
}
