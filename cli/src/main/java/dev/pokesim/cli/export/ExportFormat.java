package dev.pokesim.cli.export;

import dev.pokesim.cli.console.UserError;
import dev.pokesim.emulator.trace.TraceReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** The formats that traces can be exported to. What a file is called says which. */
public enum ExportFormat {
    PERF_DATA("perf report, perf script and perf c2c", ".data", ".perf") {
        @Override
        public TraceExport open(TraceReader trace, ExportScope scope, ExportFile out) throws IOException {
            return new PerfData(trace, scope, out);
        }

        @Override
        public boolean needsEveryEvent() {
            return true;
        }
    },
    TRACE_DAT("trace-cmd and KernelShark", ".dat") {
        @Override
        public TraceExport open(TraceReader trace, ExportScope scope, ExportFile out) throws IOException {
            return new TraceDat(trace.header(), out);
        }
    },
    PERFETTO("the Perfetto viewer", ".pftrace", ".perfetto-trace") {
        @Override
        public TraceExport open(TraceReader trace, ExportScope scope, ExportFile out) {
            return new Timeline(trace.header(), new PerfettoTrace(out));
        }
    },
    CHROME_JSON("the Perfetto and Chrome trace viewers", ".json") {
        @Override
        public TraceExport open(TraceReader trace, ExportScope scope, ExportFile out) throws IOException {
            return new Timeline(trace.header(), new ChromeJson(out));
        }
    },
    CSV("spreadsheets and data frames", ".csv") {
        @Override
        public TraceExport open(TraceReader trace, ExportScope scope, ExportFile out) throws IOException {
            return new EventsCsv(trace.header(), out);
        }
    };

    private final String readers;
    private final List<String> endings;

    ExportFormat(String readers, String... endings) {
        this.readers = readers;
        this.endings = List.of(endings);
    }

    /**
     * The format that a file's name asks for.
     *
     * @throws UserError if it asks for none
     */
    public static ExportFormat of(Path file) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        StringBuilder known = new StringBuilder();
        for (ExportFormat format : values()) {
            for (String ending : format.endings) {
                if (name.endsWith(ending)) {
                    return format;
                }
                known.append(known.isEmpty() ? "" : ", ").append('*').append(ending);
            }
        }
        throw new UserError("--to " + file + ": its name does not say which format; " + known + " do");
    }

    /** What reads it. */
    public String readers() {
        return readers;
    }

    /** Begins an export of a part of a trace. */
    public abstract TraceExport open(TraceReader trace, ExportScope scope, ExportFile out) throws IOException;

    /** Whether it makes nonsense of a choice of events. */
    public boolean needsEveryEvent() {
        return false;
    }
}
