package dev.pokesim.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.pokesim.cli.console.Console;
import dev.pokesim.cli.console.Interruption;
import dev.pokesim.emulator.trace.TraceEvent;
import dev.pokesim.emulator.trace.TraceHeader;
import dev.pokesim.emulator.trace.TraceWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Traces in the formats of other tools; perf and trace-cmd themselves read them where they are installed. */
class ExportTest {
    private static final int SITES = 24;
    private static final int CORES = 64;
    private static final long REFS_LINE = 0xffffffff8c002000L;

    @TempDir
    private static Path folder;

    private static final Map<String, Double> HANDLER_SHARE = new HashMap<>();

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int pokeSim(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        Console console = new Console(new PrintWriter(out), new PrintWriter(err), false, false, new Interruption());
        return PokeSim.run(console, arguments);
    }

    private static Path trace(String refs) {
        return folder.resolve(refs + ".trace");
    }

    @BeforeAll
    static void record() {
        for (String refs : List.of("global", "percpu")) {
            ExportTest test = new ExportTest();
            int status = test.pokeSim(
                    "run",
                    "--cores",
                    "" + CORES,
                    "--sites",
                    "" + SITES,
                    "--refs",
                    refs,
                    "--trace-level",
                    "memory",
                    "--trace",
                    trace(refs).toString(),
                    "--quiet",
                    "--format",
                    "json");
            assertEquals(0, status, test.err::toString);
            JsonObject run = JsonParser.parseString(test.out.toString()).getAsJsonObject();
            HANDLER_SHARE.put(refs, find(run, "handlerShare").get("median").getAsDouble());
        }
    }

    private static JsonObject find(JsonElement in, String key) {
        if (in.isJsonArray()) {
            for (JsonElement each : in.getAsJsonArray()) {
                JsonObject found = find(each, key);
                if (!found.isEmpty()) {
                    return found;
                }
            }
        } else if (in.isJsonObject()) {
            for (Map.Entry<String, JsonElement> each : in.getAsJsonObject().entrySet()) {
                JsonObject found =
                        each.getKey().equals(key) ? each.getValue().getAsJsonObject() : find(each.getValue(), key);
                if (!found.isEmpty()) {
                    return found;
                }
            }
        }
        return new JsonObject();
    }

    /** Exports a trace; more options may follow. */
    private Path export(String refs, String name, String... options) {
        Path to = folder.resolve(name);
        List<String> all = new ArrayList<>(List.of("trace", trace(refs).toString(), "--to", to.toString()));
        all.addAll(List.of(options));
        assertEquals(0, pokeSim(all.toArray(String[]::new)), err::toString);
        assertEquals("", out.toString());
        return to;
    }

    /** How many events of each name the trace has. */
    private Map<String, Integer> counts(String refs, String... options) {
        List<String> all = new ArrayList<>(List.of("trace", trace(refs).toString(), "--counts", "--format", "json"));
        all.addAll(List.of(options));
        assertEquals(0, pokeSim(all.toArray(String[]::new)), err::toString);
        Map<String, Integer> counts = new TreeMap<>();
        JsonObject events =
                JsonParser.parseString(out.toString()).getAsJsonObject().getAsJsonObject("events");
        events.keySet().forEach(name -> counts.put(name, events.get(name).getAsInt()));
        return counts;
    }

    /** What a tool prints; the test is skipped, and says so, where there is none. */
    private static String tool(String... command) throws IOException, InterruptedException {
        assumeTrue(works(command[0]), command[0] + " is not installed, or not for this kernel");
        return run(command);
    }

    private static boolean works(String tool) throws InterruptedException {
        try {
            int status = new ProcessBuilder(tool, "--version")
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
            return status == 0
                    || !tool.equals("perf"); // which some systems have as a script that looks for the right one
        } catch (IOException missing) {
            return false;
        }
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Path output = Files.createTempFile(folder, "tool", ".out");
        Path errors = Files.createTempFile(folder, "tool", ".err");
        Process process = new ProcessBuilder(command)
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile())
                .start();
        if (!process.waitFor(120, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        assertEquals(0, process.exitValue(), () -> String.join(" ", command) + ": " + read(errors));
        return read(output);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    // ---- perf

    @ParameterizedTest
    @ValueSource(strings = {"global", "percpu"})
    void perfReportGivesTheHandlersShareOfTheRun(String refs) throws Exception {
        Path data = export(refs, refs + ".data");
        String report = tool(
                "perf", "report", "-i", data.toString(), "--stdio", "--no-children", "-g", "none", "--sort", "sym");
        Matcher line = Pattern.compile("([0-9.]+)%  \\[k] poke_int3_handler").matcher(report);
        assertTrue(line.find(), report);
        assertTrue(report.indexOf("of event 'cpu-clock'") < line.start(), report);
        assertEquals(100 * HANDLER_SHARE.getOrDefault(refs, 0.0), Double.parseDouble(line.group(1)), 1, report);
    }

    @Test
    void perfC2cHasTheSharedCountsLineOnTop() throws Exception {
        String top = topLine(export("global", "global-c2c.data"));
        assertEquals(REFS_LINE, address(top), top);
        assertTrue(share(top) > 99, top);
    }

    @Test
    void perfC2cHasNoCountsLineOnTopIfEachCoreHasItsOwn() throws Exception {
        String top = topLine(export("percpu", "percpu-c2c.data"));
        assertTrue(address(top) >>> 40 == 0xffffff, () -> "per-CPU data is lower: " + top);
        assertTrue(address(top) != REFS_LINE && share(top) < 20, top);
    }

    /** Index, address, node, count, share, ... */
    private static String topLine(Path data) throws Exception {
        String report = tool("perf", "c2c", "report", "-i", data.toString(), "--stdio");
        String table = report.substring(report.indexOf("Shared Data Cache Line Table"));
        return table.lines()
                .filter(line -> line.matches(" +0  0x.*"))
                .findFirst()
                .orElseThrow(() -> new AssertionError(report));
    }

    private static long address(String line) {
        return Long.parseUnsignedLong(line.trim().split(" +")[1].substring(2), 16);
    }

    private static double share(String line) {
        return Double.parseDouble(line.trim().split(" +")[4].replace("%", ""));
    }

    @Test
    void perfScriptPrintsOldAndNewBytesOfEveryPoke() throws Exception {
        Path data = export("percpu", "pokes.data");
        String script = tool("perf", "script", "-i", data.toString(), "--show-text-poke-events");
        Matcher poke = Pattern.compile("TEXT_POKE ([0-9a-f]{16}) (\\S+) old len (\\d) new len (\\d)\n"
                        + " +Old bytes: ([0-9a-f ]+?) *\n +New bytes: ([0-9a-f ]+?) *\n")
                .matcher(script);
        List<String> printed = new ArrayList<>();
        while (poke.find()) {
            printed.add(poke.group(1) + " " + poke.group(2) + " " + poke.group(5) + " -> " + poke.group(6));
        }
        assertEquals(0, pokeSim("trace", trace("percpu").toString(), "--events", "text-poke-record"));
        List<String> expected = out.toString()
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.replaceAll(".*address=0x(\\S+) <(\\S+)> old=\\[(.*)] new=\\[(.*)]", "$1 $2 $3 -> $4"))
                .toList();
        assertEquals(SITES, expected.size());
        assertEquals(expected, printed);
    }

    /** What perf would count, without perf: it is not everywhere. */
    @ParameterizedTest
    @ValueSource(strings = {"global", "percpu"})
    void ticksInTheHandlerAreItsShareAndPokesAreAllThere(String refs) throws IOException {
        ByteBuffer data = ByteBuffer.wrap(Files.readAllBytes(export(refs, refs + "-raw.data")))
                .order(ByteOrder.LITTLE_ENDIAN);
        assertEquals("PERFILE2", new String(data.array(), 0, 8, StandardCharsets.US_ASCII));
        int at = (int) data.getLong(40);
        int end = at + (int) data.getLong(48);
        long handler = 0;
        int[] ticks = {0, 0};
        int pokes = 0;
        int[] perCore = new int[CORES];
        for (; at < end; at += data.getShort(at + 6)) {
            int type = data.getInt(at);
            if (type == 17 && name(data, at + 24).equals("poke_int3_handler")) {
                handler = data.getLong(at + 8);
            } else if (type == 9 && data.getLong(at + 8) == 1) {
                ticks[data.getLong(at + 16) == handler ? 1 : 0]++;
                perCore[data.getInt(at + 40)]++;
            } else if (type == 20) {
                pokes++;
            }
        }
        assertEquals(end, at);
        assertEquals(SITES, pokes);
        assertEquals(HANDLER_SHARE.getOrDefault(refs, 0.0), (double) ticks[1] / (ticks[0] + ticks[1]), 0.002);
        Arrays.sort(perCore);
        assertTrue(perCore[0] > 1000 && perCore[CORES - 1] - perCore[0] <= 1, () -> Arrays.toString(perCore));
    }

    private static String name(ByteBuffer data, int at) {
        int end = at;
        while (data.get(end) != 0) {
            end++;
        }
        return new String(data.array(), at, end - at, StandardCharsets.UTF_8);
    }

    /** 20 us in the middle of the storm, in which a handler takes 70 us: who forgets what began before has hardly any. */
    @Test
    void aWindowKnowsTheHandlersThatBeganBeforeIt() throws Exception {
        Path data = export("global", "window.data", "--between", "1ms..1020us");
        String report = tool(
                "perf", "report", "-i", data.toString(), "--stdio", "--no-children", "-g", "none", "--sort", "sym");
        Matcher line = Pattern.compile("([0-9.]+)%  \\[k] poke_int3_handler").matcher(report);
        assertTrue(line.find(), report);
        assertTrue(Double.parseDouble(line.group(1)) > 80, report);
    }

    // ---- trace-cmd

    @Test
    void traceCmdPrintsEveryEventOnceAndInOrder() throws Exception {
        Path dat = export("percpu", "all.dat");
        String report = tool("trace-cmd", "report", "-t", dat.toString());
        Pattern event = Pattern.compile(" +(patcher|worker)-(\\d+) +\\[(\\d+)] +(\\d+)\\.(\\d{9}): (\\w+): +(.*)");
        Map<String, Integer> printed = new TreeMap<>();
        Map<Integer, List<String>> perCore = new TreeMap<>();
        long last = 0;
        for (String line : report.lines().skip(1).toList()) {
            Matcher matcher = event.matcher(line);
            assertTrue(matcher.matches(), line);
            long ns = Long.parseLong(matcher.group(4) + matcher.group(5));
            assertTrue(ns >= last, line);
            last = ns;
            printed.merge(matcher.group(6).replace('_', '-'), 1, Integer::sum);
            int core = Integer.parseInt(matcher.group(3));
            assertEquals(core + 1, Integer.parseInt(matcher.group(2)), line);
            perCore.computeIfAbsent(core, c -> new ArrayList<>()).add(ns + " " + matcher.group(6));
        }
        assertEquals(counts("percpu"), printed);
        assertEquals(0, pokeSim("trace", trace("percpu").toString(), "--format", "json", "--core", "5"));
        List<String> expected = out.toString()
                .lines()
                .skip(1)
                .map(line -> JsonParser.parseString(line).getAsJsonObject())
                .map(json -> json.get("timePs").getAsLong() / 1000 + " "
                        + json.get("event").getAsString().replace('-', '_'))
                .toList();
        assertEquals(expected, perCore.get(5));
        assertTrue(report.contains("poke:"), report);
        assertTrue(
                report.lines()
                        .anyMatch(
                                line -> line.matches(
                                        ".* poke: +address=0xffffffff81[0-9a-f]{6} address_symbol=bpf_run_\\d+\\+0x[0-9a-f]+ old=\\[..] new=\\[cc]")),
                "no poke as it should be");
    }

    @Test
    void traceCmdFiltersByFields() throws Exception {
        Path dat = export("percpu", "filter.dat", "--events", "poke,trap");
        String report = tool("trace-cmd", "report", "-F", "poke: new == \"cc\"", dat.toString());
        assertEquals(
                SITES, report.lines().filter(line -> line.contains(" poke: ")).count(), report);
        assertFalse(report.contains(" trap: "), report);
    }

    @Test
    void traceDatSaysItsVersionAndEvents() throws IOException {
        byte[] dat = Files.readAllBytes(export("percpu", "plain.dat"));
        String text = new String(dat, StandardCharsets.ISO_8859_1);
        assertTrue(text.startsWith("\u0017\u0008\u0044tracing6\0"));
        for (String name : counts("percpu").keySet()) {
            assertTrue(text.contains("name: " + name.replace('-', '_') + "\nID: "), name);
        }
        assertEquals(0, dat.length % 4096);
        try (var files = Files.list(folder)) {
            assertEquals(
                    List.of(),
                    files.map(Path::toString)
                            .filter(file -> file.endsWith(".part") || file.endsWith(".pages"))
                            .toList());
        }
    }

    // ---- viewers

    @Test
    void slicesNestAndArrowsGoFromIpisToTheHandlersThatTakeThem() throws IOException {
        Path json = export("percpu", "all.json");
        Map<Integer, Deque<String>> open = new TreeMap<>();
        Map<Long, Integer> arrows = new TreeMap<>();
        Map<String, Integer> slices = new TreeMap<>();
        Map<String, Long> counters = new TreeMap<>();
        Map<String, Integer> moments = new TreeMap<>();
        int landed = 0;
        for (JsonElement element :
                JsonParser.parseString(Files.readString(json)).getAsJsonObject().getAsJsonArray("traceEvents")) {
            JsonObject event = element.getAsJsonObject();
            int thread = event.get("tid").getAsInt();
            switch (event.get("ph").getAsString()) {
                case "B" -> {
                    String name = event.get("name").getAsString();
                    slices.merge(name, 1, Integer::sum);
                    open.computeIfAbsent(thread, t -> new ArrayDeque<>()).push(name);
                }
                case "E" -> Objects.requireNonNull(open.get(thread)).pop();
                case "s" -> arrows.put(event.get("id").getAsLong(), thread);
                case "f" -> {
                    assertEquals(1, arrows.remove(event.get("id").getAsLong()), "from the patcher");
                    assertEquals(
                            "sysvec_call_function",
                            Objects.requireNonNull(open.get(thread)).peek());
                    landed++;
                }
                case "C" ->
                    counters.put(
                            event.get("name").getAsString(),
                            event.getAsJsonObject("args").get("value").getAsLong());
                case "i" -> moments.merge(event.get("name").getAsString(), 1, Integer::sum);
                default -> assertEquals("M", event.get("ph").getAsString());
            }
        }
        Map<String, Integer> counts = counts("percpu");
        assertEquals(3 * (CORES - 1), landed, "three syncs");
        assertEquals(Map.of(), arrows);
        assertEquals(1, slices.getOrDefault("batch", 0));
        assertEquals(3, slices.getOrDefault("sync cores", 0));
        assertEquals(1, slices.getOrDefault("write int3", 0));
        assertEquals(
                counts.getOrDefault("trap", 0),
                slices.getOrDefault("poke_int3_handler", 0)
                        + slices.getOrDefault("sysvec_call_function", 0)
                        + slices.getOrDefault("net_rx_action", 0));
        assertEquals(
                counts.getOrDefault("trap", 0) - counts.getOrDefault("return", 0),
                open.values().stream().mapToInt(Deque::size).sum(),
                "what the run's end cut off");
        assertEquals(0, counters.get("references"));
        assertEquals(counts.get("poke"), moments.get("poke"));
        assertEquals(counts.get("fetch"), moments.get("fetch"));
    }

    /** The same slices, moments, counters and arrows as in JSON; read with a reader of Protocol Buffers of its own. */
    @Test
    void perfettosFormatSaysTheSameAsJson() throws IOException {
        byte[] trace = Files.readAllBytes(export("percpu", "all.pftrace"));
        Map<Long, Integer> types = new TreeMap<>();
        int[] arrows = new int[2];
        List<String> tracks = new ArrayList<>();
        List<Long> times = new ArrayList<>();
        fields(ByteBuffer.wrap(trace), (field, packet) -> {
            assertEquals(1, field);
            fields((ByteBuffer) packet, (inPacket, value) -> {
                if (inPacket == 8) {
                    times.add((Long) value);
                } else if (inPacket == 11) {
                    fields((ByteBuffer) value, (inEvent, detail) -> {
                        if (inEvent == 9) {
                            types.merge((Long) detail, 1, Integer::sum);
                        } else if (inEvent == 47 || inEvent == 48) {
                            arrows[inEvent - 47]++;
                        }
                    });
                } else if (inPacket == 60) {
                    fields((ByteBuffer) value, (inTrack, detail) -> {
                        if (inTrack == 4) {
                            fields((ByteBuffer) detail, (inThread, name) -> {
                                if (inThread == 5) {
                                    tracks.add(text((ByteBuffer) name));
                                }
                            });
                        } else if (inTrack == 2) {
                            tracks.add(text((ByteBuffer) detail));
                        }
                    });
                }
            });
        });
        Map<Long, Integer> inJson = new TreeMap<>();
        int[] jsonArrows = new int[2];
        for (String line : Files.readString(export("percpu", "same.json")).split("\\{\"ph\":\"")) {
            long type = "?BEiC".indexOf(line.charAt(0));
            if (type > 0) {
                inJson.merge(type, 1, Integer::sum);
            }
            jsonArrows[0] += line.startsWith("s\"") ? 1 : 0;
            jsonArrows[1] += line.startsWith("f\"") ? 1 : 0;
        }
        assertEquals(inJson, types);
        assertArrayEquals(jsonArrows, arrows);
        assertEquals(CORES + 2, tracks.size());
        assertTrue(tracks.containsAll(List.of("core 0", "core 63", "cores in INT3 handlers", "references")));
        assertEquals(types.values().stream().mapToInt(Integer::intValue).sum(), times.size());
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes).toString();
    }

    /** Shows the fields of a message: numbers as Long, everything with a size as ByteBuffer. */
    private static void fields(ByteBuffer message, BiConsumer<Integer, Object> visitor) {
        message.order(ByteOrder.LITTLE_ENDIAN);
        while (message.hasRemaining()) {
            long key = varint(message);
            Object value = switch ((int) key & 7) {
                case 0 -> varint(message);
                case 1 -> message.getLong();
                case 2 -> {
                    int size = (int) varint(message);
                    ByteBuffer inner = message.slice(message.position(), size);
                    message.position(message.position() + size);
                    yield inner;
                }
                default -> throw new AssertionError("wire type " + (key & 7));
            };
            visitor.accept((int) (key >>> 3), value);
        }
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = in.get();
            value |= (next & 0x7fL) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }

    // ---- CSV

    @Test
    void aLineOfCsvIsAnEventWithItsFieldsInColumns() throws IOException {
        List<String> lines = Files.readAllLines(export("percpu", "all.csv"));
        List<String> columns = List.of(lines.get(0).split(","));
        assertEquals(
                counts("percpu").values().stream().mapToInt(Integer::intValue).sum(), lines.size() - 1);
        String poke = lines.stream()
                .filter(line -> line.contains(",poke,"))
                .findFirst()
                .orElseThrow();
        String[] cells = poke.split(",", -1);
        assertEquals(columns.size(), cells.length, poke);
        assertEquals("cc", cells[columns.indexOf("new")]);
        assertTrue(cells[columns.indexOf("symbol")].startsWith("bpf_run_"), poke);
        assertTrue(Long.parseLong(cells[0]) > 0);
    }

    // ---- all

    @ParameterizedTest
    @ValueSource(strings = {"data", "dat", "json", "pftrace", "csv"})
    void theSameTraceGivesTheSameBytes(String ending) throws IOException {
        assertArrayEquals(
                Files.readAllBytes(export("percpu", "one." + ending)),
                Files.readAllBytes(export("percpu", "two." + ending)));
    }

    @Test
    void coresTimesAndEventsSelectWhatIsExported() throws IOException {
        String[] options = {"--core", "3,5", "--between", "5us..40us", "--events", "fetch,trap"};
        List<String> lines = Files.readAllLines(export("percpu", "part.csv", options));
        Map<String, Integer> counts = counts("percpu", options);
        assertTrue(counts.getOrDefault("trap", 0) > 0, counts::toString);
        assertEquals(counts.values().stream().mapToInt(Integer::intValue).sum(), lines.size() - 1);
    }

    @Test
    void aDamagedTraceLeavesNoFile() throws IOException {
        byte[] bytes = Files.readAllBytes(trace("percpu"));
        bytes[bytes.length / 2] ^= 1;
        Path damaged = folder.resolve("damaged.trace");
        Files.write(damaged, bytes);
        for (String ending : List.of("data", "dat", "json", "pftrace", "csv")) {
            Path to = folder.resolve("nothing." + ending);
            Files.writeString(to, "as before");
            assertEquals(2, pokeSim("trace", damaged.toString(), "--to", to.toString()), ending);
            assertTrue(err.toString().contains("a chunk does not match its check sum"), err::toString);
            assertEquals("as before", Files.readString(to), ending);
            assertFalse(Files.exists(folder.resolve("nothing." + ending + ".part")), ending);
        }
    }

    @Test
    void saysWhenAccessesAreSampled() throws IOException {
        Path many = folder.resolve("many.trace");
        TraceHeader header = new TraceHeader(2, new TreeMap<>(Map.of("level", "memory")), List.of());
        try (TraceWriter writer = new TraceWriter(Files.newOutputStream(many), header)) {
            for (int i = 1; i <= 500_001; i++) {
                writer.add(new TraceEvent.Transfer(
                        i * 1000L, i % 2, REFS_LINE, "update", 1 - i % 2, true, 1, TraceEvent.NO_ADDRESS, "", ""));
            }
        }
        Path to = folder.resolve("many.data");
        assertEquals(0, pokeSim("trace", many.toString(), "--to", to.toString()), err::toString);
        assertEquals(
                "poke-sim: of 500,001 cache-line transfers 1 in 2 is in the file, with period 2; for all of them choose less"
                        + " with --between and --core\n",
                err.toString());
        assertEquals(
                0,
                pokeSim("trace", many.toString(), "--to", to.toString(), "--between", "..500us", "--core", "0,1"),
                err::toString);
        assertEquals("", err.toString());
    }

    @Test
    void aTraceWithoutTransfersIsNoProfileOfMemoryAndSaysSo() {
        Path trace = folder.resolve("protocol.trace");
        assertEquals(0, pokeSim("run", "--cores", "8", "--sites", "4", "--quiet", "--trace", trace.toString()));
        Path to = folder.resolve("protocol.data");
        assertEquals(0, pokeSim("trace", trace.toString(), "--to", to.toString()));
        assertEquals(
                "poke-sim: the trace has no cache-line transfers: for perf c2c record with --trace-level memory\n",
                err.toString());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    out.txt                      | its name does not say which format; *.data, *.perf, *.dat,
                    data                         | its name does not say which format
                    FOLDER/no/such/perf.data     | its folder does not exist; make it first
                    a.data --events poke         | leave --events, --address, --limit and --follow-core out
                    a.data --limit 5             | leave --events, --address, --limit and --follow-core out
                    a.csv --counts               | --to and --counts exclude each other
                    a.csv --core 64              | --core 64: the trace has cores 0 to 63
                    """)
    void whatCannotBeExportedIsOneLine(String options, String message) {
        List<String> all = new ArrayList<>(List.of("trace", trace("percpu").toString(), "--to"));
        String[] words = options.replace("FOLDER", folder.toString()).split(" ");
        all.add(words[0].startsWith("/") ? words[0] : folder.resolve(words[0]).toString());
        all.addAll(Arrays.asList(words).subList(1, words.length));
        assertEquals(2, pokeSim(all.toArray(String[]::new)), err::toString);
        assertTrue(err.toString().contains(message), err::toString);
        assertEquals(1, err.toString().lines().count(), err::toString);
    }

    @Test
    void aSummaryHasNoTrapsToMakeAProfileOf() {
        Path trace = folder.resolve("summary.trace");
        assertEquals(
                0,
                pokeSim(
                        "run",
                        "--cores",
                        "8",
                        "--sites",
                        "4",
                        "--quiet",
                        "--trace-level",
                        "summary",
                        "--trace",
                        trace.toString()));
        assertEquals(
                2,
                pokeSim(
                        "trace",
                        trace.toString(),
                        "--to",
                        folder.resolve("s.data").toString()));
        assertTrue(err.toString().contains("recorded with --trace-level summary"), err::toString);
        assertEquals(
                0,
                pokeSim(
                        "trace",
                        trace.toString(),
                        "--to",
                        folder.resolve("s.dat").toString()));
    }
}
