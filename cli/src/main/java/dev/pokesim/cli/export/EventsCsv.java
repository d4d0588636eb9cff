package dev.pokesim.cli.export;

import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.emulator.trace.TraceEvent;
import dev.pokesim.emulator.trace.TraceHeader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One line an event, one column a field; the same columns for every event. Source: RFC 4180. */
final class EventsCsv implements TraceExport, TraceEvent.Fields {
    private static final List<String> FIELDS = List.of(
            "address",
            "symbol",
            "vector",
            "rip",
            "target",
            "size",
            "value",
            "failed",
            "bytes",
            "old",
            "new",
            "use",
            "from",
            "modified",
            "waitedPs",
            "code",
            "step",
            "text");

    private final TraceHeader header;
    private final ExportFile out;
    private final Map<String, String> values = new HashMap<>(); // only looked up
    private final StringBuilder line = new StringBuilder();

    EventsCsv(TraceHeader header, ExportFile out) throws IOException {
        this.header = header;
        this.out = out;
        line.append("timePs,core,event,").append(String.join(",", FIELDS));
        endLine();
    }

    @Override
    public void add(TraceEvent event) throws IOException {
        values.clear();
        event.tell(this);
        line.append(event.timePs()).append(',').append(event.core()).append(',');
        append(event.name());
        for (String field : FIELDS) {
            line.append(',');
            String value = values.remove(field);
            if (value != null) {
                append(value);
            }
        }
        if (!values.isEmpty()) {
            throw new IllegalStateException("no column for " + values);
        }
        endLine();
    }

    private void append(String value) {
        if (value.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r')) {
            line.append('"').append(value.replace("\"", "\"\"")).append('"');
        } else {
            line.append(value);
        }
    }

    private void endLine() throws IOException {
        line.append("\r\n");
        out.write(line.toString().getBytes(StandardCharsets.UTF_8));
        line.setLength(0);
    }

    @Override
    public void finish() throws IOException {
        out.complete();
    }

    @Override
    public void name(String name) {
        // is a column of its own
    }

    @Override
    public void address(String name, long address) {
        if (address != TraceEvent.NO_ADDRESS) {
            values.put(name, Address.text(address));
            String place = header.place(address);
            if (!place.isEmpty()) {
                values.putIfAbsent("symbol", place);
            }
        }
    }

    @Override
    public void number(String name, long number) {
        values.put(name, Long.toString(number));
    }

    @Override
    public void bits(String name, long bits) {
        values.put(name, "0x" + Long.toHexString(bits));
    }

    @Override
    public void flag(String name, boolean flag) {
        values.put(name, flag ? "1" : "0");
    }

    @Override
    public void bytes(String name, InstructionBytes bytes) {
        values.put(name, bytes.toString());
    }

    @Override
    public void text(String name, String text) {
        values.put(name, text);
    }
}
