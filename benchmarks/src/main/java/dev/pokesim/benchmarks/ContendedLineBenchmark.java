package dev.pokesim.benchmarks;

import dev.pokesim.emulator.coherence.Contention;
import dev.pokesim.emulator.coherence.MachineProfileReader;
import dev.pokesim.emulator.coherence.TimedMachine;
import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.core.SeededRandom;
import dev.pokesim.emulator.machine.Machine;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.memory.Access;
import dev.pokesim.emulator.memory.AddressSpace;
import java.util.Objects;
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

/** Many cores increment one counter. The counter {@code grants} is millions of line transfers a second. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class ContendedLineBenchmark {
    private static final long COUNTER = 0x10000;
    /** Simulated time of one call: 10 ms. */
    private static final long CALL_PS = 10_000_000_000L;

    @Param("480")
    public int cores;

    private @Nullable TimedMachine timed;
    private @Nullable AddressSpace memory;

    /** What one call did. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Work {
        public long grants;
    }

    /** Starts all cores. */
    @Setup
    public void start() {
        AddressSpace counter = new AddressSpace();
        counter.map(COUNTER, 64, Access.READ, Access.WRITE);
        Machine machine = new Machine(counter, cores, FetchMode.COHERENT, count -> 0);
        TimedMachine started = new TimedMachine(
                machine,
                new MachineProfileReader().read("milan"),
                new Contention(Contention.UNORDERED, 0),
                SeededRandom.of(1, "service order"));
        Routine.Builder routine = Routine.named("increment");
        Routine increment = routine.label("again")
                .fetchAndAdd("increment", core -> COUNTER, 8, 1, routine.local())
                .jump("again")
                .build();
        for (int id = 0; id < cores; id++) {
            machine.core(id).enterRoutine(increment);
            started.start(id, 0);
        }
        timed = started;
        memory = counter;
    }

    /** Some simulated time. */
    @Benchmark
    public void run(Work work) {
        TimedMachine started = Objects.requireNonNull(timed);
        long before = started.transfers(COUNTER);
        started.alarmAt(started.nowPs() + CALL_PS, started::stop);
        started.run();
        work.grants += started.transfers(COUNTER) - before;
        if (Objects.requireNonNull(memory).read(COUNTER, 8) != started.updates()) {
            throw new IllegalStateException("an increment was lost");
        }
    }
}
