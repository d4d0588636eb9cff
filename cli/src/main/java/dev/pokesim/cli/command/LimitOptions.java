package dev.pokesim.cli.command;

import dev.pokesim.cli.console.ByteSizeConverter;
import dev.pokesim.cli.console.DurationConverter;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say how much of this computer a search through states may take. */
final class LimitOptions {
    private static final int MAX_WORKERS = 1024;

    @Option(
            names = "--workers",
            paramLabel = "N",
            description = "Threads; the result does not depend on them (default: one per processor).")
    private @Nullable Integer workers;

    @Option(
            names = "--time-limit",
            paramLabel = "TIME",
            converter = DurationConverter.class,
            description = "Stop without a verdict after so long: 90s, 5m, 2h (default: never).")
    private @Nullable Duration time;

    @Option(
            names = "--memory-limit",
            paramLabel = "SIZE",
            converter = ByteSizeConverter.class,
            description =
                    "Stop without a verdict when the states take so much: 512m, 2g (default: half of the JVM's heap).")
    private @Nullable Long memory;

    /**
     * How many threads.
     *
     * @throws dev.pokesim.cli.console.UserError if that is not possible
     */
    int workers() {
        int count = workers == null ? Runtime.getRuntime().availableProcessors() : workers;
        TargetOptions.require(
                count >= 1 && count <= MAX_WORKERS, "--workers " + count + " is not between 1 and " + MAX_WORKERS);
        return count;
    }

    /** How long, in nanoseconds; {@link Long#MAX_VALUE} if nobody said. */
    long timeNanos() {
        return time == null ? Long.MAX_VALUE : time.toNanos();
    }

    /** How much memory the states may take, in bytes. */
    long memoryBytes() {
        return memory == null ? Runtime.getRuntime().maxMemory() / 2 : memory;
    }
}
