package dev.pokesim.bpf.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.bpf.form.AsyncForm;
import dev.pokesim.bpf.form.CommandListAsync;
import dev.pokesim.bpf.form.LatchAsync;
import dev.pokesim.bpf.form.LockedAsync;
import dev.pokesim.bpf.form.LockedUnguardedAsync;
import dev.pokesim.bpf.scenario.Scenario;
import dev.pokesim.bpf.scenario.Scenarios;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class NmiPlacementTest {
    private static final Scenario SAME = Scenarios.NMI_PLACEMENTS.get(0);
    private static final Scenario OTHER = Scenarios.NMI_PLACEMENTS.get(1);

    /** The places between the steps of the lock and around the operation: what comes first of those with a name. */
    private static List<String> ends(Scenario scenario) {
        List<NmiPlacement> all = NmiPlacement.all(new AsyncModel(new LockedUnguardedAsync(), scenario));
        return List.of(
                        "cli",
                        "bpf_spin_lock: lock",
                        "irqsave_flags = IF",
                        "slot",
                        "irqsave_flags",
                        "bpf_spin_lock: unlock",
                        "sti",
                        "rcu_read_unlock")
                .stream()
                .map(step -> all.stream()
                        .filter(place -> place.before().equals(step))
                        .findFirst()
                        .orElseThrow())
                .map(place -> Objects.requireNonNullElse(place.oracle(), ""))
                .toList();
    }

    @Test
    void theSameTimerDeadlocksAtFourOfEightPlaces() {
        String dead = "NeverWaitsForItself";
        assertEquals(List.of("", "", dead, dead, dead, dead, "", ""), ends(SAME));
    }

    @Test
    void anotherTimerLeavesInterruptsOffAtTwoOfEightPlaces() {
        String off = "InterruptsEndEnabled";
        assertEquals(List.of("", "", "", off, off, "", "", ""), ends(OTHER));
    }

    @Test
    void whatIsRefusedOrNeedsNoLockIsRightEverywhere() {
        for (AsyncForm form : List.of(new LockedAsync(), new LatchAsync(), new CommandListAsync())) {
            List<NmiPlacement> all = NmiPlacement.all(new AsyncModel(form, OTHER));
            assertTrue(all.size() > 20, all::toString);
            assertTrue(all.stream().allMatch(place -> place.oracle() == null), all::toString);
        }
    }
}
