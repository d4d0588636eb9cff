package dev.pokesim.patcher.scenario;

import dev.pokesim.emulator.datafile.Constant;
import dev.pokesim.emulator.datafile.ConstantSpec;
import dev.pokesim.emulator.datafile.DataFiles;
import dev.pokesim.emulator.datafile.Dimension;
import dev.pokesim.emulator.datafile.YamlFields;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the report that started this tool measured on a real machine, to print beside simulated figures. Nothing
 * computes with it.
 *
 * @param description what was measured, one line
 * @param source      the report
 * @param figures     every figure with its unit and place in the report
 */
public record PublishedFigures(String description, String source, List<Constant> figures) {
    private static final DataFiles FILES = new DataFiles(
            "set of published figures",
            PublishedFigures.class,
            "/dev/pokesim/published/",
            List.of("false-sharing-2025"));

    private static final List<ConstantSpec> SPECS = List.of(
            ConstantSpec.count("cores", 1, 1_000_000),
            ConstantSpec.count("threads", 1, 1_000_000),
            latency("batch-global-2"),
            latency("batch-global-164"),
            latency("batch-percpu-2"),
            latency("batch-percpu-164"),
            latency("program-run-before"),
            latency("program-run-after"),
            ConstantSpec.ratio("handler-share", 0, 1),
            ConstantSpec.count("program-runs-per-second", 0, 1_000_000_000_000L));

    public PublishedFigures {
        figures = List.copyOf(figures);
    }

    /** The figures that come with the tool. */
    public static PublishedFigures embedded() {
        YamlFields root = FILES.read(FILES.names().get(0));
        root.refuseOthers(List.of("description", "source", "figures"));
        return new PublishedFigures(
                root.text("description"),
                root.text("source"),
                root.fields("figures").constants(SPECS));
    }

    /** The figure of that name; empty if the report has none. */
    public Optional<Constant> figure(String name) {
        return figures.stream().filter(f -> f.name().equals(name)).findFirst();
    }

    /**
     * The latency of a batch, in picoseconds; empty if the report has no such batch.
     *
     * @param refs    {@code global} or {@code percpu}
     * @param entries sites of the batch
     */
    public Optional<Constant> batchLatency(String refs, int entries) {
        return figure("batch-" + refs + "-" + entries);
    }

    /** Hardware threads of the machine that was measured. */
    public int threads() {
        return (int) figure("threads").orElseThrow().whole();
    }

    // A measured batch may take longer than a constant of a machine ever does.
    private static ConstantSpec latency(String name) {
        return new ConstantSpec(
                name, Dimension.TIME, BigDecimal.ONE, BigDecimal.valueOf(1_000_000_000_000_000L), Map.of());
    }
}
