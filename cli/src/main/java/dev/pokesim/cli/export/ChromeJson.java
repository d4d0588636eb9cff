package dev.pokesim.cli.export;

import com.google.gson.stream.JsonWriter;
import dev.pokesim.emulator.trace.TraceEvent;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The JSON of the Chrome trace viewer, which Perfetto reads, too; times are microseconds with six decimals, which is exact.
 *
 * @see "Trace Event Format, Google 2016"
 */
final class ChromeJson implements TrackWriter {
    private static final int PROCESS = 1;
    private static final int DECIMALS = 6;

    private final ExportFile out;
    private final JsonWriter json;
    private final List<String> counters = new ArrayList<>();

    ChromeJson(ExportFile out) throws IOException {
        this.out = out;
        json = new JsonWriter(new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8), 1 << 16));
        json.beginObject()
                .name("displayTimeUnit")
                .value("ns")
                .name("traceEvents")
                .beginArray();
        metadata("process_name", 0, "machine");
    }

    private void metadata(String what, int thread, String name) throws IOException {
        json.beginObject().name("ph").value("M").name("name").value(what);
        json.name("pid").value(PROCESS).name("tid").value(thread);
        json.name("args").beginObject().name("name").value(name).endObject().endObject();
    }

    private void head(String phase, long timePs, int core) throws IOException {
        json.beginObject().name("ph").value(phase);
        json.name("ts").value(BigDecimal.valueOf(timePs, DECIMALS));
        json.name("pid").value(PROCESS).name("tid").value(thread(core));
    }

    /** 0 is the process itself. */
    private static int thread(int core) {
        return core + 1;
    }

    @Override
    public void core(int core, String name) throws IOException {
        metadata("thread_name", thread(core), name);
        json.beginObject().name("ph").value("M").name("name").value("thread_sort_index");
        json.name("pid").value(PROCESS).name("tid").value(thread(core));
        json.name("args")
                .beginObject()
                .name("sort_index")
                .value(core)
                .endObject()
                .endObject();
    }

    @Override
    public void counter(int counter, String name) {
        counters.add(counter, name);
    }

    @Override
    public void begin(long timePs, int core, String name, TraceEvent event, List<Long> flows) throws IOException {
        head("B", timePs, core);
        json.name("name").value(name);
        arguments(event);
        json.endObject();
        for (long flow : flows) {
            flow("f", timePs, core, flow);
        }
    }

    private void flow(String phase, long timePs, int core, long flow) throws IOException {
        head(phase, timePs, core);
        json.name("name").value("ipi").name("cat").value("ipi").name("id").value(flow);
        json.name("bp").value("e").endObject(); // the slice around it, not the next one
    }

    @Override
    public void end(long timePs, int core) throws IOException {
        head("E", timePs, core);
        json.endObject();
    }

    @Override
    public void instant(TraceEvent event, long flow) throws IOException {
        head("i", event.timePs(), event.core());
        json.name("s").value("t").name("name").value(event.name());
        arguments(event);
        json.endObject();
        if (flow != 0) {
            flow("s", event.timePs(), event.core(), flow);
        }
    }

    @Override
    public void count(long timePs, int counter, long value) throws IOException {
        head("C", timePs, -1);
        json.name("name").value(counters.get(counter));
        json.name("args").beginObject().name("value").value(value).endObject().endObject();
    }

    private void arguments(TraceEvent event) throws IOException {
        json.name("args").beginObject();
        try {
            event.tell(new Arguments());
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        json.endObject();
    }

    /** Writes the fields of an event. */
    private final class Arguments implements TrackFields {
        @Override
        public void show(String name, String value) {
            try {
                json.name(name).value(value);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void number(String name, long number) {
            try {
                json.name(name).value(number);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public void finish() throws IOException {
        json.endArray().endObject().flush();
        out.complete();
    }
}
