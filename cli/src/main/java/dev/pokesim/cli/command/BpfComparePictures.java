package dev.pokesim.cli.command;

import dev.pokesim.cli.command.BpfCompareResult.Row;
import dev.pokesim.cli.plot.Axis;
import dev.pokesim.cli.plot.Drawing;
import dev.pokesim.cli.plot.LineChart;
import dev.pokesim.cli.plot.LineChart.Series;
import dev.pokesim.cli.plot.LineChart.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** The tables of a {@link BpfCompareResult} as line charts, a line per form. */
final class BpfComparePictures {
    private static final int HEIGHT = 360;

    private BpfComparePictures() {}

    static Drawing of(BpfCompareResult result) {
        List<Drawing> parts = new ArrayList<>();
        parts.add(chart(
                "Accepted operations per second",
                "cores",
                "operations / s",
                series(result.againstCores(), Row::cores, Row::acceptedPerSecond)));
        parts.add(chart(
                "Share of operations refused with -EBUSY",
                "cores / timers",
                "%",
                series(result.againstContention(), Row::contention, row -> row.busyShare() * 100)));
        parts.add(chart(
                "irq_work, 99th percentile, against the time with interrupts off",
                "interrupts off, us",
                "us",
                series(result.againstIrqsOff(), Row::irqsOffUs, Row::irqWorkP99Us)));
        List<Series> underLock =
                new ArrayList<>(series(result.againstCores(), Row::cores, Row::nmisUnderLockPerMillion));
        for (Series formula : series(result.againstCores(), Row::cores, Row::formulaPerMillion)) {
            underLock.add(Series.of(formula.name() + ": time under the lock / period", formula.values()));
        }
        parts.add(chart("NMIs of a million that find their core under a lock", "cores", "NMIs", underLock));
        return Drawing.stacked("BPF timers: the forms side by side", parts);
    }

    private static Drawing chart(String title, String x, String y, List<Series> series) {
        return new LineChart(title, axis(x, series, Value::x), axis(y, series, Value::y), series)
                .draw(Drawing.COLUMN, HEIGHT);
    }

    private static Axis axis(String label, List<Series> series, ToDoubleFunction<Value> part) {
        return Axis.upTo(
                label,
                series.stream()
                        .flatMap(one -> one.values().stream())
                        .mapToDouble(part)
                        .max()
                        .orElse(1));
    }

    private static List<Series> series(List<Row> rows, ToDoubleFunction<Row> x, ToDoubleFunction<Row> y) {
        Map<String, List<Value>> values = new LinkedHashMap<>();
        for (Row row : rows) {
            values.computeIfAbsent(row.form(), form -> new ArrayList<>())
                    .add(new Value(x.applyAsDouble(row), y.applyAsDouble(row)));
        }
        return values.entrySet().stream()
                .map(one -> Series.of(
                        one.getKey(),
                        one.getValue().stream()
                                .sorted((a, b) -> Double.compare(a.x(), b.x()))
                                .toList()))
                .toList();
    }
}
