package dev.pokesim.patcher.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.core.SeededRandom;
import dev.pokesim.emulator.datafile.InvalidDataFile;
import dev.pokesim.emulator.explore.ExhaustiveSearch;
import dev.pokesim.emulator.explore.Schedule;
import dev.pokesim.emulator.explore.SearchLimits;
import dev.pokesim.patcher.kernel.PerCpuRefs;
import dev.pokesim.patcher.proof.Counterexample;
import dev.pokesim.patcher.proof.ProofSetup;
import dev.pokesim.patcher.proof.ProtocolExplorer;
import dev.pokesim.patcher.proof.Reduction;
import dev.pokesim.patcher.protocol.BrokenNoSecondSync;
import dev.pokesim.patcher.protocol.BrokenRefsLate;
import dev.pokesim.patcher.run.PatchModel;
import dev.pokesim.patcher.site.GeneratedText;
import dev.pokesim.patcher.site.InvalidInput;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Damaged schedules are refused with one line, whatever the damage. */
class ScheduleFuzzTest {
    private static final int ROUNDS = 2_000;
    private static final String LETTERS = "0123456789abcdefxr=,.:+- CP\n";

    private static Schedule ofProof() {
        TextOrigin text = new TextOrigin.Generated(new GeneratedText.Mix(1, 0), 1);
        ProofSetup setup = ProofSetup.of(
                new BrokenNoSecondSync(), ProofSetup.batches(text.load().places()), 2, true, FetchMode.WINDOW);
        Counterexample found = Objects.requireNonNull(new ProtocolExplorer(setup, Reduction.ALL, 1, 1L << 30)
                .prove(extent -> true)
                .counterexample());
        return new ProofSchedule(found.setup(), "", found.steps()).write(List.of("search=proof"));
    }

    private static Schedule ofMachine() {
        TextOrigin text = new TextOrigin.Generated(new GeneratedText.Mix(1, 0), 1);
        PatchModel model =
                new PatchModel(text.load(), new BrokenRefsLate(), new PerCpuRefs(), FetchMode.WINDOW, 2, 1, 0);
        return new MachineSchedule(
                        model,
                        text,
                        new ExhaustiveSearch(model, SearchLimits.ONE_GIB).run().trace())
                .write(List.of("search=exhaustive"));
    }

    @Test
    void damagedProofsAreRefused() {
        Schedule whole = ofProof();
        assertEquals(whole, ProofSchedule.read("s", whole, false).write(List.of("search=proof")));
        damage(whole, schedule -> {
            Expectation.read("s", schedule);
            ProofSchedule.read("s", schedule, true).replay();
        });
    }

    @Test
    void damagedMachineSchedulesAreRefused() {
        Schedule whole = ofMachine();
        assertEquals(whole, MachineSchedule.read("s", whole, false).write(List.of("search=exhaustive")));
        damage(whole, schedule -> MachineSchedule.read("s", schedule, true).replay());
    }

    private static void damage(Schedule whole, Consumer<Schedule> use) {
        byte[] good = whole.text().getBytes(StandardCharsets.US_ASCII);
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            SeededRandom random = new SeededRandom(round);
            byte[] bytes = good.clone();
            for (int i = random.nextInt(3); i >= 0; i--) {
                bytes[random.nextInt(bytes.length)] = (byte) LETTERS.charAt(random.nextInt(LETTERS.length()));
            }
            String text = new String(bytes, StandardCharsets.US_ASCII);
            try {
                use.accept(Schedule.parse("s", bytes));
            } catch (InvalidDataFile | InvalidInput | StepDoesNotFit refusal) {
                assertEquals(1, String.valueOf(refusal.getMessage()).lines().count(), refusal::getMessage);
                refused++;
            } catch (RuntimeException bug) {
                fail("round " + round + ": " + text, bug);
            }
        }
        assertTrue(refused > ROUNDS / 2, refused + " refused");
    }
}
