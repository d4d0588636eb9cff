package dev.pokesim.benchmarks;

import dev.pokesim.emulator.machine.Interpreter;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** One core at full speed. The counters are per microsecond: {@code instructions} is MIPS, {@code patches} millions a second. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class InterpreterBenchmark {
    private static final long INSTRUCTIONS_PER_CALL = 1_000_000;

    /** The program. */
    @Param
    public GuestProgram program = GuestProgram.A;

    private @Nullable Interpreter interpreter;
    private long iterations;

    /** What one call did. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Work {
        public long instructions;
        public long patches;
    }

    /** Loads the program and finds out how many iterations make a call long enough. */
    @Setup
    public void load() {
        Interpreter loaded = program.load();
        iterations = INSTRUCTIONS_PER_CALL / program.run(loaded, 1) + 1;
        interpreter = loaded;
    }

    /** Many iterations. */
    @Benchmark
    public void run(Work work) {
        Interpreter loaded = java.util.Objects.requireNonNull(interpreter);
        work.instructions += program.run(loaded, iterations);
        work.patches += iterations * program.patches();
    }
}
