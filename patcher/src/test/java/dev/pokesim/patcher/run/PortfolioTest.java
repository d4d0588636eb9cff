package dev.pokesim.patcher.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.explore.Replay;
import dev.pokesim.emulator.explore.SamplingResult;
import dev.pokesim.emulator.explore.SamplingSearch;
import dev.pokesim.patcher.kernel.PerCpuRefs;
import dev.pokesim.patcher.protocol.PatchProtocol;
import dev.pokesim.patcher.protocol.PatchProtocols;
import dev.pokesim.patcher.protocol.TextPokeBatch;
import dev.pokesim.patcher.site.GeneratedText;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Machines that are too large to be exhausted. */
class PortfolioTest {
    private static final int CORES = 8;
    private static final int SITES = 4;
    private static final int RUNS = 600;
    private static final int MAX_STEPS = 100_000;

    private static PatchModel model(PatchProtocol protocol) {
        return new PatchModel(
                PatchTarget.of(new GeneratedText(SITES, 1)), protocol, new PerCpuRefs(), FetchMode.WINDOW, CORES, 2, 0);
    }

    static Stream<PatchProtocol> broken() {
        return PatchProtocols.ALL.stream().filter(protocol -> !protocol.isSafe());
    }

    @ParameterizedTest
    @MethodSource("broken")
    void everyBrokenProtocolIsFound(PatchProtocol protocol) {
        PatchModel model = model(protocol);
        SamplingResult result = new SamplingSearch(model, 1, RUNS, MAX_STEPS).run();
        assertTrue(result.isViolated(), protocol.name() + " in " + result.runs() + " runs");
        assertEquals(0, result.cutOff());
        assertEquals(result.reason(), new Replay(model).run(result.trace()).violation());
    }

    @Test
    void theProtocolOfLinuxIsNot() {
        SamplingResult result = new SamplingSearch(model(new TextPokeBatch()), 1, 60, MAX_STEPS).run();
        assertFalse(result.isViolated(), result.reason());
        assertEquals(60, result.runs());
        assertTrue(result.longestRun() > 100);
    }
}
