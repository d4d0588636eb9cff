package dev.pokesim.bpf.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.bpf.form.AsyncForm;
import dev.pokesim.bpf.form.AsyncForms;
import dev.pokesim.bpf.scenario.Scenario;
import dev.pokesim.bpf.scenario.Scenarios;
import dev.pokesim.emulator.datafile.InvalidDataFile;
import dev.pokesim.emulator.explore.ExhaustiveSearch;
import dev.pokesim.emulator.explore.Replay;
import dev.pokesim.emulator.explore.Schedule;
import dev.pokesim.emulator.explore.SearchLimits;
import dev.pokesim.emulator.explore.SearchResult;
import dev.pokesim.patcher.schedule.Expectation;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every form in every scenario against the verdict that it should have, exhaustively. */
class AsyncModelTest {
    private static AsyncModel model(String form, String scenario, Set<String> without) {
        return new AsyncModel(
                AsyncForms.ALL.stream()
                        .filter(one -> one.name().equals(form))
                        .findFirst()
                        .orElseThrow(),
                Scenarios.ALL.stream()
                        .filter(one -> one.name().equals(scenario))
                        .findFirst()
                        .orElseThrow(),
                without);
    }

    private static SearchResult search(AsyncModel model) {
        return new ExhaustiveSearch(model, SearchLimits.ONE_GIB).run();
    }

    /** What is found first and, without that property, what is behind it. */
    @ParameterizedTest
    @CsvSource({
        "merged, start-vs-delete, safe, safe",
        "merged, nmi-start-vs-delete, safe, safe",
        "merged, self-rearm-delete, safe, safe",
        "merged, two-nmis, safe, safe",
        "v6, start-vs-delete, InactiveWhenFreed, NoUseAfterFree",
        "v6, nmi-start-vs-delete, NeverWaitsForItself, InactiveWhenFreed",
        "v6, self-rearm-delete, InactiveWhenFreed, NoUseAfterFree",
        "v6, two-nmis, safe, safe",
        "broken-no-second-cancel, start-vs-delete, InactiveWhenFreed, NoUseAfterFree",
        "broken-no-second-cancel, self-rearm-delete, InactiveWhenFreed, NoUseAfterFree",
        "broken-no-command-reference, nmi-start-vs-delete, NoUseAfterFree, NoFault",
        "merged, wq-two-starts-vs-delete, InactiveWhenFreed, NoUseAfterFree",
        "merged, wq-nmi-deletes-last-program, NeverWaitsForItself, NoDeadlock",
        "broken-callback-stays, start-vs-delete, NoCallbackAfterDelete, safe",
        "broken-slot-poisoned, reinit, SlotReusable, FreedOnce",
        "broken-error-dropped, no-memory, AcceptedIsStarted, safe",
        "broken-users-not-seen, init-vs-close, NoTimerOutlivesUsers, safe"
    })
    void eachFormHasItsVerdict(String form, String scenario, String first, String behind) {
        assertEquals(first, verdict(search(model(form, scenario, Set.of()))));
        if (!first.equals(behind)) {
            assertEquals(behind, verdict(search(model(form, scenario, Set.of(first)))));
        }
    }

    private static String verdict(SearchResult result) {
        return result.verdict() == SearchResult.Verdict.SAFE ? "safe" : AsyncModel.oracleOf(result.reason());
    }

    /** Also where one core spins on what the other one holds: what happens under a lock is merged, giving it back is not. */
    @ParameterizedTest
    @CsvSource({
        "broken-no-second-cancel, self-rearm-delete",
        "broken-no-second-cancel, start-vs-delete",
        "merged, two-nmis"
    })
    void whatMergesNoStepsComesToTheSameVerdict(String form, String scenario) {
        AsyncModel model = model(form, scenario, Set.of());
        SearchResult merged = search(model);
        SearchResult every =
                ExhaustiveSearch.ofEveryMicroOp(model, SearchLimits.ONE_GIB).run();
        assertEquals(merged.verdict(), every.verdict());
        assertEquals(merged.reason(), every.reason());
        assertTrue(every.states() > merged.states(), every::toString);
    }

    @Test
    void aScheduleIsReplayedFromItsTextStateForState() {
        AsyncModel model = model("v6", "self-rearm-delete", Set.of());
        Schedule written = new AsyncSchedule(model, search(model).trace()).write();
        Schedule read = Schedule.parse("x.schedule", written.text().getBytes(StandardCharsets.US_ASCII));
        AsyncSchedule schedule = AsyncSchedule.read("x.schedule", read, false);
        assertEquals(model, schedule.model());
        assertEquals(Expectation.read("x.schedule", read), AsyncSchedule.ended(schedule.replay()));
        assertEquals(written.text(), schedule.write().text());
    }

    @Test
    void aScheduleOfAnotherModelIsRefused() {
        AsyncModel model = model("v6", "self-rearm-delete", Set.of());
        String text = new AsyncSchedule(model, search(model).trace()).write().text();
        Schedule other = Schedule.parse(
                "x.schedule", text.replace("form=v6", "form=merged").getBytes(StandardCharsets.US_ASCII));
        InvalidDataFile thrown =
                assertThrows(InvalidDataFile.class, () -> AsyncSchedule.read("x.schedule", other, false));
        assertTrue(String.valueOf(thrown.getMessage()).contains("another one"), thrown::getMessage);
    }

    @Test
    void aTraceIsGroupedByContext() {
        AsyncModel model = model("v6", "nmi-start-vs-delete", Set.of("NeverWaitsForItself"));
        ContextTrace trace =
                ContextTrace.of(model, new Replay(model).run(search(model).trace()));
        List<String> contexts = trace.groups().stream()
                .map(ContextTrace.Group::context)
                .distinct()
                .toList();
        assertEquals(List.of("N0", "I0", "T1", "I1", "R"), contexts);
        assertEquals("InactiveWhenFreed", trace.oracle());
        ContextTrace.Group last = trace.groups().get(trace.groups().size() - 1);
        assertEquals("kfree_nolock", last.steps().get(last.steps().size() - 1));
    }

    @Test
    void formsAndScenariosHaveNamesOfTheirOwn() {
        assertEquals(
                AsyncForms.ALL.size(),
                AsyncForms.ALL.stream().map(AsyncForm::name).distinct().count());
        assertEquals(
                Scenarios.ALL.size(),
                Scenarios.ALL.stream().map(Scenario::name).distinct().count());
    }
}
