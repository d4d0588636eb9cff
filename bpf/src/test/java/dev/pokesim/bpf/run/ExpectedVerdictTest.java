package dev.pokesim.bpf.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.pokesim.bpf.check.AsyncOracles;
import dev.pokesim.bpf.form.AsyncForm;
import dev.pokesim.bpf.form.AsyncForms;
import dev.pokesim.bpf.scenario.Scenario;
import dev.pokesim.bpf.scenario.Scenarios;
import dev.pokesim.emulator.explore.ExhaustiveSearch;
import dev.pokesim.emulator.explore.SearchLimits;
import dev.pokesim.emulator.explore.SearchResult;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ExpectedVerdictTest {
    /** Scenarios, or the beginnings of scenario and form. */
    private static final List<String> LARGE =
            List.of("nmi-order-two-cpus", "set-callback-start-vs-delete v6", "wq-two-starts-vs-delete v6");

    /** What takes longer is left to {@code bpf check --all}. */
    private static List<ExpectedVerdict> small() {
        return Stream.concat(ExpectedVerdict.ofForms().stream(), ExpectedVerdict.ofBroken().stream())
                .filter(each -> each.preemptions() == ExpectedVerdict.UNBOUNDED)
                .filter(each -> LARGE.stream()
                        .noneMatch((each.scenario().name() + " " + each.form().name())::startsWith))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("small")
    void isWhatTheExplorationComesTo(ExpectedVerdict expected) {
        AtomicInteger ends = new AtomicInteger();
        SearchResult result = new ExhaustiveSearch(
                        new AsyncModel(expected.form(), expected.scenario()), SearchLimits.ONE_GIB)
                .workers(2)
                .atEnd(model -> ends.incrementAndGet())
                .run();
        assertEquals(expected.verdict(), ExpectedVerdict.found(result, ends.get()), result::toString);
    }

    @Test
    void thereIsOneForEveryFormInEveryScenario() {
        Set<String> pairs = new TreeSet<>();
        ExpectedVerdict.ofForms()
                .forEach(each ->
                        pairs.add(each.form().name() + " " + each.scenario().name()));
        Set<String> all = new TreeSet<>();
        for (AsyncForm form : AsyncForms.FORMS) {
            for (Scenario scenario : Scenarios.ALL) {
                all.add(form.name() + " " + scenario.name());
            }
        }
        assertEquals(all, pairs);
        assertEquals(pairs.size(), ExpectedVerdict.ofForms().size());
    }

    @Test
    void everyVariantWithAMistakeHasAScenarioThatShowsIt() {
        Set<AsyncForm> shown = new HashSet<>();
        for (ExpectedVerdict each : ExpectedVerdict.ofBroken()) {
            if (!each.verdict().equals(ExpectedVerdict.SAFE)) {
                shown.add(each.form());
            }
        }
        shown.removeAll(AsyncForms.CANDIDATES);
        assertEquals(Set.copyOf(AsyncForms.BROKEN), shown);
    }

    @Test
    void whatNobodyNeedsIsRightWhereItIsLeftOut() {
        for (AsyncForm form : AsyncForms.EQUIVALENT) {
            List<String> verdicts = ExpectedVerdict.ofBroken().stream()
                    .filter(each -> each.form().equals(form))
                    .map(ExpectedVerdict::verdict)
                    .distinct()
                    .toList();
            assertEquals(List.of(ExpectedVerdict.SAFE), verdicts, form::name);
        }
    }

    /** A property that nothing violates says nothing; interrupts that stay off need two NMIs in their places, see {@link NmiPlacementTest}. */
    @Test
    void everyPropertyIsViolatedSomewhere() {
        Set<String> violated = new TreeSet<>();
        Stream.concat(ExpectedVerdict.ofForms().stream(), ExpectedVerdict.ofBroken().stream())
                .forEach(each -> violated.add(each.verdict()));
        Set<String> all = new TreeSet<>(Set.of(ExpectedVerdict.SAFE, AsyncOracles.FAULT, AsyncOracles.ENDS));
        AsyncOracles.all().forEach(oracle -> all.add(oracle.getClass().getSimpleName()));
        all.remove("InterruptsEndEnabled");
        assertEquals(all, violated);
    }
}
