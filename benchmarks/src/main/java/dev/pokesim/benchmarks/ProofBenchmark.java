package dev.pokesim.benchmarks;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.explore.BreadthFirstSearch.Extent;
import dev.pokesim.patcher.proof.ProofResult;
import dev.pokesim.patcher.proof.ProofSetup;
import dev.pokesim.patcher.proof.ProtocolExplorer;
import dev.pokesim.patcher.proof.Reduction;
import dev.pokesim.patcher.protocol.TextPokeBatch;
import dev.pokesim.patcher.run.PatchTarget;
import dev.pokesim.patcher.site.GeneratedText;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** How fast proofs store states, and what a state takes. */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3)
@Measurement(iterations = 5)
@Fork(value = 1, jvmArgsAppend = "-Xmx8g")
@State(Scope.Benchmark)
public class ProofBenchmark {
    private static final long MEMORY_BYTES = 6L << 30;

    /** Cores, sites and whether with reductions. */
    @Param({"4x2", "5x1", "480x164-reduced", "4096x256-reduced"})
    public String size;

    /** Threads. */
    @Param({"1", "2"})
    public int workers;

    /** What the searches of all iterations did together: states found, and megabytes that the stores took. */
    @AuxCounters(AuxCounters.Type.EVENTS)
    @State(Scope.Thread)
    public static class Searched {
        public long states;
        public long megabytes;
    }

    /** Goes through all states of the kernel's protocol. */
    @Benchmark
    public Extent exhaust(Searched searched) {
        String[] parts = size.replace("-reduced", "").split("x");
        PatchTarget target = PatchTarget.of(new GeneratedText(Integer.parseInt(parts[1]), 1));
        ProofSetup setup = ProofSetup.of(
                new TextPokeBatch(),
                ProofSetup.batches(target.places()),
                Integer.parseInt(parts[0]),
                true,
                FetchMode.WINDOW);
        ProofResult result = new ProtocolExplorer(
                        setup, size.endsWith("-reduced") ? Reduction.ALL : Reduction.NONE, workers, MEMORY_BYTES)
                .prove(extent -> true);
        if (result.verdict() != ProofResult.Verdict.SAFE) {
            throw new IllegalStateException("not exhausted: " + result.verdict());
        }
        searched.states += result.extent().states();
        searched.megabytes += result.extent().memoryBytes() >> 20;
        return result.extent();
    }
}
