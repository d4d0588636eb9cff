package dev.pokesim.patcher.run;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.core.SeededRandom;
import dev.pokesim.emulator.state.StateWriter;
import dev.pokesim.patcher.kernel.PerCpuRefs;
import dev.pokesim.patcher.protocol.PatchProtocol;
import dev.pokesim.patcher.protocol.TextPokeBatch;
import dev.pokesim.patcher.scenario.ScenarioReader;
import dev.pokesim.patcher.schedule.RunOrigin;
import dev.pokesim.patcher.schedule.TextOrigin;
import dev.pokesim.patcher.site.GeneratedText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** Small runs as traces with many states. */
public final class RecordedRuns {
    private static final int CORES = 6;
    private static final long STATE_STEPS = 300;

    private RecordedRuns() {}

    /**
     * A run as a trace.
     *
     * @param isWhole whether the trace has its states and says where the run ended
     */
    public static byte[] trace(PatchProtocol protocol, long seed, boolean isWhole) throws IOException {
        return trace(protocol, seed, isWhole, 0);
    }

    /** The same with states that were changed, if {@code damage} is not 0; their check sums are right. */
    public static byte[] trace(PatchProtocol protocol, long seed, boolean isWhole, long damage) throws IOException {
        return trace(2, protocol, seed, isWhole, damage);
    }

    /** A run of more than 70,000 steps as a trace without states. */
    public static byte[] longTrace() throws IOException {
        return trace(450, new TextPokeBatch(), 1, false, 0);
    }

    private static byte[] trace(int sites, PatchProtocol protocol, long seed, boolean isWhole, long damage)
            throws IOException {
        TextOrigin text = new TextOrigin.Generated(new GeneratedText.Mix(sites, 0), 1);
        RunSetup setup = new RunSetup(
                text.load(),
                CORES,
                protocol,
                new PerCpuRefs(),
                SmallRun.profile("milan"),
                ScenarioReader.read("busy-server-no-softirq"),
                2,
                FetchMode.WINDOW,
                seed);
        String again = new RunOrigin(text, "milan", "busy-server-no-softirq").words(setup);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (RunTrace trace = new RunTrace(setup, TraceLevel.PROTOCOL, "test", again, out)) {
            SeededRandom random = new SeededRandom(damage);
            PatchRun.StateSink states = new PatchRun.StateSink() {
                @Override
                public void state(long steps, long timePs, StateWriter state) {
                    for (int i = 0; damage != 0 && i < 3; i++) {
                        state.bytes()[random.nextInt(state.sizeBytes())] = (byte) random.nextLong();
                    }
                    trace.state(steps, timePs, state);
                }

                @Override
                public void end(long steps, long timePs) {
                    trace.end(steps, timePs);
                }
            };
            PatchRun run = PatchRun.of(setup);
            if (isWhole) {
                run.record(trace.events(), states, STATE_STEPS);
            } else {
                run.attach(trace.events());
            }
            trace.finish(run.run((simulatedPs, step) -> true));
        }
        return out.toByteArray();
    }
}
