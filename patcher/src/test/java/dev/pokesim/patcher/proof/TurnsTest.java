package dev.pokesim.patcher.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.datafile.InvalidDataFile;
import dev.pokesim.patcher.check.Oracles;
import dev.pokesim.patcher.sequence.PatchScenarioReader;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Two patchers. What they do on the machine, the catalogue's scenarios show in ScenarioModelTest. */
class TurnsTest {
    private static ProofSetup setup(String scenario) {
        return PatchScenarioReader.read(scenario).setup(FetchMode.WINDOW);
    }

    private static ProofResult prove(ProofSetup setup) {
        return new ProtocolExplorer(setup, Reduction.ALL, 1, 1L << 29).prove(extent -> true);
    }

    private static String patchers(ProtocolProgram program) {
        StringBuilder text = new StringBuilder();
        for (int at = 0; at < program.size() - 1; at++) {
            text.append(program.isRivals(at) ? 'R' : 'P');
        }
        return text.toString();
    }

    @Test
    void underTheMutexOnePatcherIsDoneBeforeTheOtherBegins() {
        ProofSetup setup = setup("two-patchers");
        List<String> orders = Turns.of(setup).stream()
                .map(turns -> patchers(new ProtocolProgram(setup.withTurns(turns))))
                .toList();
        assertEquals(2, orders.size());
        assertTrue(orders.get(0).matches("P+R+"), orders.get(0));
        assertTrue(orders.get(1).matches("R+P+"), orders.get(1));
        assertEquals(ProofResult.Verdict.SAFE, prove(setup).verdict());
    }

    /** Every place at which one interrupts the other, once each, and the two orders in which nobody does. */
    @Test
    void withoutItEachMayInterruptTheOtherAnywhere() {
        ProofSetup setup = setup("two-patchers-without-mutex");
        List<String> orders = Turns.of(setup).stream()
                .map(turns -> patchers(new ProtocolProgram(setup.withTurns(turns))))
                .toList();
        int own = Turns.own(setup).size();
        assertEquals(2 * own, orders.size());
        assertEquals(orders.size(), new HashSet<>(orders).size());
        assertTrue(orders.stream().allMatch(order -> order.matches("P*R+P*|R+P+R+")), orders::toString);
    }

    @Test
    void theFirstThingThatGoesWrongIsThatOneFillsTheArrayOfTheOther() {
        Counterexample found = Objects.requireNonNull(
                prove(setup("two-patchers-without-mutex")).counterexample());
        assertEquals("[P fill 0, P publish C1, P publish.done]", found.steps().toString());
        assertEquals(1, found.core(), "the rival's");
        assertEquals("the array changes (fill 1) while handlers can take references", found.what());
        assertTrue(found.isShortest());
    }

    /** Not all orders were gone through: nothing wrong in those that were is no proof. */
    @Test
    void nothingFoundWithoutTheMutexIsNoVerdict() {
        ProofSetup asked = setup("two-patchers-without-mutex");
        ProofSetup setup = new ProofSetup(
                asked.protocol(),
                asked.batches(),
                2,
                true,
                FetchMode.COHERENT,
                asked.company(),
                Set.copyOf(Oracles.names()));
        assertEquals(ProofResult.Verdict.INCOMPLETE, prove(setup).verdict());
    }

    @Test
    void aRivalNeedsABatchOfItsOwn() {
        String text = """
                about: "One batch for two."
                source: "made up"
                text:
                  - "0xffffffff81000010: 66 90 -> eb 0e"
                company:
                  - rival-patcher
                steps:
                  - int3
                expect:
                  default: safe
                """;
        InvalidDataFile refused = assertThrows(
                InvalidDataFile.class,
                () -> PatchScenarioReader.parse("one.yaml", text.getBytes(StandardCharsets.UTF_8)));
        assertTrue(
                String.valueOf(refused.getMessage())
                        .contains("the last batch is the rival's; there must be two at least"),
                refused.getMessage());
    }
}
