package dev.pokesim.patcher.travel;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.explore.ExhaustiveSearch;
import dev.pokesim.emulator.explore.Schedule;
import dev.pokesim.emulator.explore.SearchLimits;
import dev.pokesim.patcher.kernel.PerCpuRefs;
import dev.pokesim.patcher.proof.Counterexample;
import dev.pokesim.patcher.proof.ProofSetup;
import dev.pokesim.patcher.proof.ProtocolExplorer;
import dev.pokesim.patcher.proof.Reduction;
import dev.pokesim.patcher.protocol.PatchProtocol;
import dev.pokesim.patcher.run.PatchModel;
import dev.pokesim.patcher.schedule.MachineSchedule;
import dev.pokesim.patcher.schedule.ProofSchedule;
import dev.pokesim.patcher.schedule.TextOrigin;
import dev.pokesim.patcher.site.GeneratedText;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/** Counterexamples of broken protocols among two cores and one site, as files. */
public final class SmallSchedules {
    private static final TextOrigin TEXT = new TextOrigin.Generated(new GeneratedText.Mix(1, 0), 1);

    private SmallSchedules() {}

    /** Of the machine. */
    public static byte[] ofMachine(PatchProtocol broken) {
        PatchModel model = new PatchModel(TEXT.load(), broken, new PerCpuRefs(), FetchMode.WINDOW, 2, 1, 0);
        return bytes(new MachineSchedule(
                        model,
                        TEXT,
                        new ExhaustiveSearch(model, SearchLimits.ONE_GIB).run().trace())
                .write(List.of("search=exhaustive")));
    }

    /** Of a proof. */
    public static byte[] ofProof(PatchProtocol broken) {
        ProofSetup setup = ProofSetup.of(broken, ProofSetup.batches(TEXT.load().places()), 2, true, FetchMode.WINDOW);
        Counterexample found = Objects.requireNonNull(new ProtocolExplorer(setup, Reduction.ALL, 1, 1L << 30)
                .prove(extent -> true)
                .counterexample());
        return bytes(new ProofSchedule(found.setup(), "", found.steps()).write(List.of("search=proof")));
    }

    private static byte[] bytes(Schedule schedule) {
        return schedule.text().getBytes(StandardCharsets.US_ASCII);
    }
}
