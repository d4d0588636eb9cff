package dev.pokesim.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.pokesim.cli.console.Console;
import dev.pokesim.cli.console.Interruption;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
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
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TraceCommandTest {
    private static final String[] RUN = {"run", "--cores", "16", "--sites", "12", "--hot-sites", "4", "--quiet"};

    @TempDir
    private static Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int pokeSim(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        Console console = new Console(new PrintWriter(out), new PrintWriter(err), false, false, new Interruption());
        return PokeSim.run(console, arguments);
    }

    private static Path file() {
        return folder.resolve("a.trace");
    }

    private static String[] recording(Path file, String... more) {
        List<String> all = new ArrayList<>(List.of(RUN));
        all.addAll(List.of("--trace", file.toString()));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    @BeforeAll
    static void record() {
        assertEquals(0, new TraceCommandTest().pokeSim(recording(file(), "--trace-level", "memory")));
    }

    /** The lines of events; those of the header are left out. */
    private List<String> lines(String... options) {
        List<String> all = new ArrayList<>(List.of("trace", file().toString()));
        all.addAll(List.of(options));
        assertEquals(0, pokeSim(all.toArray(String[]::new)), err::toString);
        return out.toString().lines().filter(line -> !line.startsWith("#")).toList();
    }

    private static Predicate<String> has(String text) {
        return line -> line.contains(text);
    }

    private static long core(String line) {
        return Long.parseLong(line.split(" +")[1]);
    }

    private static double us(String line) {
        return Double.parseDouble(line.split(" +")[2]);
    }

    @Test
    void recordingChangesNothing() {
        assertEquals(0, pokeSim(RUN));
        String without = out.toString();
        assertEquals(0, pokeSim(recording(folder.resolve("b.trace"))));
        assertEquals(without, out.toString());
    }

    @Test
    void theSameRunGivesTheSameBytesWhereverTheyGo() throws IOException {
        Path other = folder.resolve("other.trace");
        assertEquals(0, pokeSim(recording(other, "--trace-level", "memory")));
        assertArrayEquals(Files.readAllBytes(file()), Files.readAllBytes(other));
        assertEquals(0, pokeSim(recording(other, "--trace-level", "memory", "--seed", "2")));
        assertTrue(!Arrays.equals(Files.readAllBytes(file()), Files.readAllBytes(other)));
    }

    @Test
    void theHeaderSaysWhatWasRunAndHowMuchThereIs() {
        List<String> events = lines();
        assertTrue(
                out.toString()
                        .contains(
                                "# command: poke-sim run --cores 16 --sites 12 --hot-sites 4 --quiet --trace-level memory\n"),
                out::toString);
        assertTrue(out.toString().contains("# cores: 16\n# events: " + events.size() + "\n"), out::toString);
        assertTrue(events.size() > 1000);
    }

    @Test
    void pokesTrapsAndFetchesAreToldWithTheirPlaces() {
        String poke = lines("--events", "poke").get(0);
        assertTrue(
                poke.matches(
                        "core 0 +[0-9.]+ us  poke: +address=0x[0-9a-f]{16} <bpf_run_[0-9]{3}\\+0x[0-9a-f]+> old=\\[..] new=\\[cc]"),
                poke);
        assertTrue(lines("--events", "fetch").stream().anyMatch(has("bytes=[cc]  int3")));
        assertTrue(lines("--events", "trap").stream().anyMatch(has("vector=3 rip=0xffffffff81")));
        assertTrue(lines("--events", "step-start").get(0).endsWith("step-start:        publish refs"));
        assertTrue(lines("--events", "store").stream().anyMatch(has("<text_poke_array.nr_entries> size=4 value=0xc")));
    }

    @Test
    void coresAndTimesSelect() {
        List<String> all = lines();
        assertEquals(
                all.stream().filter(line -> core(line) == 3 || core(line) == 5).toList(), lines("--core", "3,5"));
        List<String> between = lines("--between", "5us..9500ns");
        assertEquals(
                all.stream().filter(line -> us(line) >= 5 && us(line) <= 9.5).toList(), between);
        assertTrue(between.size() > 10 && between.size() < all.size() / 2, () -> between.size() + " of " + all.size());
        assertEquals(all.stream().filter(line -> us(line) >= 5).toList(), lines("--between", "0.005ms.."));
        assertEquals(all.stream().filter(line -> us(line) <= 5).toList(), lines("--between", "..5us"));
    }

    @Test
    void eventsAreChosenByNameAndByKind() {
        List<String> all = lines();
        assertEquals(all.stream().filter(has(" trap: ").or(has(" poke: "))).toList(), lines("--events", "poke,trap"));
        assertEquals(
                all.stream()
                        .filter(has(" text-poke-record: ").or(has(" poke: ")))
                        .toList(),
                lines("--events", "rewrite"));
        assertEquals(List.of(), lines("--events", "no-such"));
        assertTrue(err.toString().startsWith("poke-sim: no event is called no-such; there are "), err::toString);
    }

    @Test
    void placesAreGivenAsAddressRangeFunctionOrOffset() {
        String poke = lines("--events", "poke").get(0);
        String place = poke.replaceAll(".*<(.*)>.*", "$1");
        String address = poke.replaceAll(".*address=(\\S+) .*", "$1");
        List<String> there = lines("--site", place);
        assertEquals(there, lines("--address", address));
        assertEquals(there, lines("--address", address + ".." + address));
        for (String name : List.of("poke", "fetch", "text-poke-record")) {
            assertTrue(there.stream().anyMatch(has(" " + name + ": ")), name + " in " + there);
        }
        String function = place.replaceAll("\\+.*", "");
        List<String> all = lines().stream()
                .filter(has("<" + function + "+").or(has("<" + function + ">")))
                .toList();
        assertTrue(lines("--address", function).containsAll(all));
    }

    @Test
    void anEventIsFoundAtEachOfItsBytes() {
        String record = lines("--events", "text-poke-record").stream()
                .filter(line -> line.matches(".*old=\\[(.. ){4}..] .*"))
                .findFirst()
                .orElseThrow();
        long address = Long.parseUnsignedLong(record.replaceAll(".*address=0x(\\S+) .*", "$1"), 16);
        for (int i = -1; i <= 5; i++) {
            assertEquals(
                    i >= 0 && i < 5,
                    lines("--address", "0x" + Long.toHexString(address + i)).contains(record),
                    "byte " + i);
        }
    }

    @Test
    void aTrapIsFoundAtItsSite() {
        String trap = lines("--events", "trap").stream()
                .filter(has("vector=3"))
                .findFirst()
                .orElseThrow();
        long rip = Long.parseUnsignedLong(trap.replaceAll(".*rip=0x(\\S+).*", "$1"), 16);
        assertTrue(lines("--address", "0x" + Long.toHexString(rip - 1)).contains(trap));
    }

    @Test
    void aLimitEndsTheList() {
        assertEquals(lines().subList(0, 7), lines("--limit", "7"));
        assertEquals(lines("--events", "trap").subList(0, 2), lines("--events", "trap", "--limit", "2"));
    }

    @Test
    void linesOfJsonSayTheSameAsText() {
        List<String> text = lines("--events", "trap,update,poke,fetch,step-start");
        List<String> json = lines("--events", "trap,update,poke,fetch,step-start", "--format", "json");
        assertEquals(text.size() + 1, json.size());
        JsonObject header = JsonParser.parseString(json.get(0)).getAsJsonObject();
        assertEquals(1, header.get("version").getAsInt());
        assertEquals(16, header.get("cores").getAsInt());
        assertEquals("1", header.getAsJsonObject("metadata").get("seed").getAsString());
        assertTrue(!header.get("cut").getAsBoolean());
        for (int i = 0; i < text.size(); i++) {
            JsonObject event = JsonParser.parseString(json.get(i + 1)).getAsJsonObject();
            String line = text.get(i);
            assertEquals(core(line), event.get("core").getAsLong());
            assertEquals(us(line), event.get("timePs").getAsLong() / 1e6, 1e-6);
            assertTrue(line.contains(" " + event.get("event").getAsString() + ": "), line);
            if (event.has("address")) {
                assertTrue(line.contains(event.get("address").getAsString()), line);
            }
        }
    }

    @Test
    void countsAddUp() {
        List<String> all = lines();
        assertEquals(0, pokeSim("trace", file().toString(), "--counts", "--format", "json"));
        JsonObject counts = JsonParser.parseString(out.toString()).getAsJsonObject();
        long traps = all.stream().filter(has(" trap: ")).count();
        assertEquals(traps, counts.getAsJsonObject("events").get("trap").getAsLong());
        assertEquals(3 * 12, counts.getAsJsonObject("events").get("poke").getAsLong());
        long[] sum = {0};
        counts.getAsJsonArray("cores").forEach(core -> {
            JsonObject events = core.getAsJsonObject().getAsJsonObject("events");
            events.keySet().forEach(name -> sum[0] += events.get(name).getAsLong());
        });
        assertEquals(all.size(), sum[0]);
        assertEquals(0, pokeSim("trace", file().toString(), "--counts", "--core", "2"));
        assertTrue(out.toString().lines().anyMatch(line -> line.startsWith("2 ")), out::toString);
        assertTrue(out.toString().lines().noneMatch(line -> line.startsWith("3 ")), out::toString);
    }

    private static double field(String line, String name) {
        return Double.parseDouble(line.replaceAll(".* " + name + "=([0-9.-]+).*", "$1"));
    }

    @Test
    void instructionsAreShownAsAssembly() {
        List<String> instructions = lines("--events", "instruction");
        assertTrue(instructions.size() > 100);
        assertTrue(instructions.stream().anyMatch(line -> line.matches(".*bytes=\\[c3]  ret")), instructions::toString);
    }

    /** The times of the histogram are those that one gets by hand from the events. */
    @Test
    void aHistogramMeasuresWhatTheEventsSay() {
        List<Long> handlerNs = new ArrayList<>();
        List<Long> gapNs = new ArrayList<>();
        List<Long> ipiNs = new ArrayList<>();
        Map<Long, Deque<Long>> traps = new HashMap<>(); // time in ps, negative for INT3
        Map<Long, Long> last = new HashMap<>();
        Map<Long, Long> sent = new HashMap<>();
        for (String line : lines("--events", "trap,return,ipi")) {
            long core = core(line);
            long ps = Math.round(us(line) * 1e6);
            if (line.contains(" ipi: ")) {
                sent.put((long) field(line, "target"), ps);
            } else if (line.contains(" trap: ")) {
                boolean int3 = field(line, "vector") == 3;
                traps.computeIfAbsent(core, c -> new ArrayDeque<>()).push(int3 ? -ps : ps);
                Long before = int3 ? last.put(core, ps) : null;
                if (before != null) {
                    gapNs.add((ps - before) / 1000);
                }
                if (field(line, "vector") == 0xfb) {
                    ipiNs.add((ps - sent.getOrDefault(core, 0L)) / 1000);
                }
            } else {
                long entered = Objects.requireNonNull(traps.get(core)).pop();
                if (entered < 0) {
                    handlerNs.add((ps + entered) / 1000);
                }
            }
        }
        assertHistogram("handler", handlerNs);
        assertHistogram("gap", gapNs);
        assertHistogram("ipi", ipiNs);
        assertHistogram(
                "wait",
                lines("--events", "transfer").stream()
                        .map(line -> (long) field(line, "waitedPs") / 1000)
                        .toList());
    }

    private void assertHistogram(String measure, List<Long> ns) {
        assertTrue(ns.size() > 5, () -> measure + ": " + ns);
        assertEquals(0, pokeSim("trace", file().toString(), "--histogram", measure, "--format", "json"));
        JsonObject histogram = JsonParser.parseString(out.toString()).getAsJsonObject();
        assertEquals(ns.size(), histogram.get("count").getAsInt(), measure);
        long worst = ns.stream().mapToLong(Long::longValue).max().orElseThrow();
        assertEquals(worst, histogram.get("worstNs").getAsLong(), worst / 500.0 + 1, measure);
        for (JsonElement element : histogram.getAsJsonArray("buckets")) {
            JsonObject bucket = element.getAsJsonObject();
            long from = bucket.get("fromNs").getAsLong();
            long below = bucket.get("belowNs").getAsLong();
            assertEquals(
                    ns.stream().filter(one -> one >= from && one < below).count(),
                    bucket.get("count").getAsLong(),
                    measure + " from " + from);
            assertEquals(1, Long.bitCount(below), "a power of two");
        }
        assertEquals(0, pokeSim("trace", file().toString(), "--histogram", measure));
        assertTrue(out.toString().contains("count " + ns.size() + ", mean "), out::toString);
        assertTrue(out.toString().contains("|" + "@".repeat(52) + "|"), out::toString);
    }

    @Test
    void aHistogramOfSomeCoresHasWhatEndedThere() {
        long onFive = lines("--events", "trap", "--core", "5").stream()
                .filter(line -> line.contains("vector=" + 0xfb))
                .count();
        assertEquals(0, pokeSim("trace", file().toString(), "--histogram", "ipi", "--core", "5"));
        assertEquals(3, onFive);
        assertTrue(out.toString().contains("count 3, "), out::toString);
    }

    @Test
    void whoFollowsACoreSeesWhatOthersDoToIt() {
        List<String> followed = lines("--follow-core", "5");
        assertTrue(followed.containsAll(lines("--core", "5")));
        assertTrue(followed.containsAll(lines("--events", "rewrite,step-start")));
        List<String> others = followed.stream().filter(line -> core(line) != 5).toList();
        assertEquals(3, others.stream().filter(line -> line.contains(" ipi: ")).count());
        for (String line : others) {
            assertTrue(
                    line.matches(".* (poke|text-poke-record|step-start|batch-start|batch-end): .*|.* batch-end:")
                            || line.contains(" ipi: ") && field(line, "target") == 5
                            || line.contains(" transfer: ") && field(line, "from") == 5,
                    line);
        }
        assertTrue(others.stream().anyMatch(line -> line.contains(" transfer: ")), others::toString);
    }

    @Test
    void aTraceDoesNotDifferFromItself() {
        assertEquals(0, pokeSim("trace", file().toString(), "--diff", file().toString()));
        assertTrue(out.toString().matches("(?s).*All [0-9,]+ events are the same.\n"), out::toString);
    }

    @Test
    void theFirstDifferenceOfTwoSeedsIsShownWithWhatComesBefore() {
        Path other = folder.resolve("seed2.trace");
        assertEquals(0, pokeSim(recording(other, "--trace-level", "memory", "--seed", "2")));
        List<String> mine = lines();
        assertEquals(0, pokeSim("trace", other.toString()));
        List<String> its =
                out.toString().lines().filter(line -> !line.startsWith("#")).toList();
        int same = 0;
        while (mine.get(same).equals(its.get(same))) {
            same++;
        }
        assertEquals(1, pokeSim("trace", file().toString(), "--diff", other.toString()));
        List<String> printed = out.toString().lines().toList();
        assertTrue(printed.containsAll(List.of("-# seed: 1", "+# seed: 2")), out::toString);
        int at = printed.indexOf("@@ after " + same + " equal events @@");
        assertTrue(at > 0, out::toString);
        List<String> expected = new ArrayList<>();
        mine.subList(Math.max(0, same - 3), same).forEach(line -> expected.add("  " + line));
        mine.subList(same, same + 5).forEach(line -> expected.add("- " + line));
        its.subList(same, same + 5).forEach(line -> expected.add("+ " + line));
        assertEquals(expected, printed.subList(at + 1, printed.size()));
    }

    @Test
    void whoIgnoresTimeSeesThatTwoSchemesPokeAlike() {
        Path other = folder.resolve("global.trace");
        assertEquals(0, pokeSim(recording(other, "--refs", "global")));
        String[] diff = {"trace", file().toString(), "--diff", other.toString(), "--events", "poke", "--ignore-time"};
        assertEquals(0, pokeSim(diff), out::toString);
        assertTrue(out.toString().contains("All 36 events are the same."), out::toString);
        assertEquals(1, pokeSim(Arrays.copyOf(diff, diff.length - 1)), "but not at the same time");
        assertEquals(1, pokeSim("trace", file().toString(), "--diff", other.toString(), "--ignore-time"));
    }

    @Test
    void aShorterTraceDiffersWhereItEnds() throws IOException {
        byte[] whole = Files.readAllBytes(file());
        Path cut = folder.resolve("shorter.trace");
        Files.write(cut, Arrays.copyOf(whole, whole.length * 2 / 3));
        assertEquals(1, pokeSim("trace", file().toString(), "--diff", cut.toString()));
        assertTrue(out.toString().endsWith("+ (no more events)\n"), out::toString);
    }

    @Test
    void aFileThatWasCutOffSaysSo() throws IOException {
        byte[] whole = Files.readAllBytes(file());
        Path cut = folder.resolve("cut.trace");
        Files.write(cut, Arrays.copyOf(whole, whole.length - 30));
        assertEquals(0, pokeSim("trace", cut.toString()));
        assertTrue(out.toString().contains("# cut off: "), out::toString);
        assertEquals(0, pokeSim("trace", cut.toString(), "--counts"));
        assertTrue(out.toString().contains("The file is cut off"), out::toString);
    }

    @Test
    void damageIsOneLineAfterWhatCouldBeRead() throws IOException {
        byte[] bytes = Files.readAllBytes(file());
        bytes[bytes.length / 2] ^= 1;
        Path damaged = folder.resolve("damaged.trace");
        Files.write(damaged, bytes);
        assertEquals(2, pokeSim("trace", damaged.toString()));
        assertEquals(1, err.toString().lines().count(), err::toString);
        assertTrue(
                err.toString().matches("(?s).*damaged.trace: byte [0-9]+: a chunk does not match its check sum; .*"),
                err::toString);
    }

    @Test
    void aFullDiskIsOneLine() {
        assumeTrue(Files.exists(Path.of("/dev/full")));
        assertEquals(3, pokeSim(recording(Path.of("/dev/full"))));
        assertEquals("", out.toString());
        assertEquals(1, err.toString().lines().count(), err::toString);
        assertTrue(err.toString().startsWith("poke-sim: --trace /dev/full: "), err::toString);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    trace none.trace                       | none.trace: does not exist; check the path
                    trace FOLDER                           | is a directory; name a file that run --trace wrote
                    trace FILE --core 16                   | --core 16: the trace has cores 0 to 15
                    trace FILE --core x                    | 'x' is not an int
                    trace FILE --between 5us               | '5us' is not a stretch of time
                    trace FILE --between ..                | '..' is not a stretch of time
                    trace FILE --between 5..6              | '5..6' is not a stretch of time
                    trace FILE --between 5us..4999ns       | ends before it begins
                    trace FILE --histogram size            | --histogram
                    trace FILE --histogram gap --limit 3   | --histogram measures all there are
                    trace FILE --histogram gap --counts    | --histogram and --counts exclude each other
                    trace FILE --diff none.trace           | none.trace: does not exist
                    trace FILE --diff FILE --limit 3       | leave --limit out
                    trace FILE --ignore-time               | --ignore-time needs --diff FILE
                    trace FILE --follow-core 16            | --follow-core 16: the trace has cores 0 to 15
                    trace FILE --follow-core 1 --core 2    | leave --core out
                    trace FILE --limit 0                   | --limit 0 is not at least 1
                    trace FILE --address bpf_rn_001        | no such function in the trace; did you mean bpf_run_001
                    trace FILE --address 0x2..0x1          | --address 0x2..0x1 ends before it begins
                    trace FILE --site +0x5                 | --address +0x5: no such function
                    run --trace FOLDER                     | is a directory; name a file
                    run --trace FOLDER/none/a              | its folder does not exist; make it first
                    run --trace FILE --replicas 2          | --trace records one run; leave --replicas out
                    run --trace FILE --trace-level all     | --trace-level: no all
                    run --trace-level memory               | --trace-level needs --trace FILE
                    """)
    void badInputIsOneLineAndStatus2(String arguments, String message) throws IOException {
        byte[] before = Files.readAllBytes(file());
        assertEquals(
                2,
                pokeSim(Arrays.stream(arguments.split(" "))
                        .map(argument ->
                                argument.replace("FILE", file().toString()).replace("FOLDER", folder.toString()))
                        .toArray(String[]::new)));
        assertTrue(err.toString().contains(message), err::toString);
        assertEquals(1, err.toString().lines().count(), err::toString);
        assertEquals("", out.toString().replaceAll("(?m)^#.*\\n", ""));
        assertArrayEquals(before, Files.readAllBytes(file()));
    }
}
