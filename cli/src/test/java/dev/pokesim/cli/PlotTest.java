package dev.pokesim.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.pokesim.cli.console.Console;
import dev.pokesim.cli.console.Interruption;
import dev.pokesim.cli.plot.SvgXml;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** {@code --plot} and {@code --report} of run and compare. */
class PlotTest {
    private static final String[] COMPARE = {
        "compare",
        "--cores",
        "24",
        "--sites",
        "12",
        "--hot-sites",
        "4",
        "--replicas",
        "3",
        "--format",
        "json",
        "--quiet"
    };
    private static final String[] RUN = {
        "run", "--cores", "16", "--sites", "12", "--hot-sites", "4", "--format", "json", "--quiet"
    };

    @TempDir
    private static Path folder;

    private static JsonObject compared = new JsonObject();
    private static Document svg;
    private static Document page;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int pokeSim(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        Console console = new Console(new PrintWriter(out), new PrintWriter(err), false, false, new Interruption());
        return PokeSim.run(console, arguments);
    }

    private static String[] with(String[] command, Object... more) {
        List<String> all = new ArrayList<>(List.of(command));
        Arrays.stream(more).map(String::valueOf).forEach(all::add);
        return all.toArray(String[]::new);
    }

    @BeforeAll
    static void draw() throws Exception {
        PlotTest test = new PlotTest();
        Path plot = folder.resolve("compare.svg");
        Path report = folder.resolve("compare.html");
        assertEquals(0, test.pokeSim(with(COMPARE, "--plot", plot, "--report", report)), test.err::toString);
        compared = JsonParser.parseString(test.out.toString()).getAsJsonObject();
        svg = SvgXml.parsed(Files.readString(plot));
        page = SvgXml.parsed(Files.readString(report));
    }

    private static JsonObject run(int index) {
        return compared.getAsJsonArray("runs").get(index).getAsJsonObject();
    }

    private static List<String> texts(Document document, String element) {
        return SvgXml.elements(document, element).stream()
                .map(Element::getTextContent)
                .toList();
    }

    private static double[] numbers(Element element, String attribute) {
        return Arrays.stream(element.getAttribute(attribute).split(" "))
                .mapToDouble(Double::parseDouble)
                .toArray();
    }

    @Test
    void theTimelineHasEveryTrapOfTheFirstSeed() {
        for (String refs : List.of("global", "percpu")) {
            JsonObject alone = JsonParser.parseString(textOf(
                            "run",
                            "--cores",
                            "24",
                            "--sites",
                            "12",
                            "--hot-sites",
                            "4",
                            "--refs",
                            refs,
                            "--format",
                            "json",
                            "--quiet"))
                    .getAsJsonObject();
            int index = refs.equals("global") ? 0 : 1;
            Element heat = SvgXml.elements(svg, "polyline").stream()
                    .filter(line -> line.hasAttribute("data-heat"))
                    .toList()
                    .get(index);
            assertEquals(
                    alone.getAsJsonObject("traps").get("median").getAsLong(),
                    Long.parseLong(heat.getAttribute("data-total")));
        }
    }

    private String textOf(String... arguments) {
        assertEquals(0, pokeSim(arguments), err::toString);
        return out.toString();
    }

    @Test
    void theStepsOfTheTimelineAreThoseOfTheReport() {
        List<String> names = SvgXml.elements(svg, "rect").stream()
                .filter(box -> box.getElementsByTagName("title").getLength() > 0)
                .map(box -> box.getTextContent().replaceFirst("batch 0, (.*): .*", "$1"))
                .sorted()
                .toList();
        List<String> reported = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            run(i).getAsJsonArray("batches")
                    .get(0)
                    .getAsJsonObject()
                    .getAsJsonArray("steps")
                    .forEach(step ->
                            reported.add(step.getAsJsonObject().get("name").getAsString()));
        }
        assertEquals(reported.stream().sorted().toList(), names);
    }

    @Test
    void theLatenciesAreAllHandlersAndTheLegendHasTheReportsFigures() {
        List<Element> series = SvgXml.elements(svg, "polyline").stream()
                .filter(line -> line.getAttribute("data-series").contains("mean"))
                .filter(line -> line.getAttribute("data-series").contains("us"))
                .toList();
        assertEquals(2, series.size());
        for (int i = 0; i < 2; i++) {
            assertEquals(100, Arrays.stream(numbers(series.get(i), "data-y")).sum(), 0.01);
            double p99 = run(i).getAsJsonObject("handlerP99Us").get("median").getAsDouble();
            double mean = run(i).getAsJsonObject("handlerMeanUs").get("median").getAsDouble();
            String name = series.get(i).getAttribute("data-series");
            double[] written = Arrays.stream(
                            name.replaceAll("[^0-9. ]", "").trim().split(" +"))
                    .mapToDouble(Double::parseDouble)
                    .toArray(); // mean, 99, p99
            assertEquals(mean, written[0], Math.max(0.0006, mean * 0.01), name);
            assertEquals(p99, written[2], Math.max(0.0006, p99 * 0.01), name);
        }
    }

    @Test
    void theQueueIsNeverLongerThanItsBandAndTheSharedLineHasOne() {
        List<Element> queues = SvgXml.elements(svg, "polyline").stream()
                .filter(line -> line.getAttribute("data-series").startsWith("waiting"))
                .toList();
        assertEquals(2, queues.size());
        double[] longest = new double[2];
        for (int i = 0; i < 2; i++) {
            double[] mean = numbers(queues.get(i), "data-y");
            double[] most = numbers(queues.get(i), "data-high");
            for (int k = 0; k < mean.length; k++) {
                assertTrue(mean[k] <= most[k]);
                longest[i] = Math.max(longest[i], mean[k]);
            }
        }
        assertTrue(longest[0] > 3 * longest[1], () -> Arrays.toString(longest));
    }

    @Test
    void whatTheBatchesTookIsTheTablesFigure() {
        for (int i = 0; i < 2; i++) {
            JsonObject row = compared.getAsJsonArray("rows").get(i).getAsJsonObject();
            Element drawn =
                    SvgXml.only(svg, "polyline", "data-row", row.get("refs").getAsString());
            JsonObject latency = row.getAsJsonObject("latencyUs");
            for (String[] pair : new String[][] {{"low", "p10"}, {"value", "median"}, {"high", "p90"}}) {
                double figure = latency.get(pair[1]).getAsDouble();
                assertEquals(figure, Double.parseDouble(drawn.getAttribute("data-" + pair[0])), figure * 1e-5);
            }
        }
    }

    @Test
    void thePageHasThePicturesOfThePlotAndEverythingThatIsKnown() {
        assertEquals(4, SvgXml.elements(page, "svg").size());
        assertEquals(
                texts(svg, "text"), texts(page, "text"), "other words in the page's pictures than in the plot's file");
        List<String> items = texts(page, "li");
        for (String list : List.of("assumptions", "oracles")) {
            run(0).getAsJsonArray(list).forEach(line -> assertTrue(items.contains(line.getAsString()), line::toString));
            assertTrue(run(0).getAsJsonArray(list).size() > 0);
        }
        run(1).getAsJsonArray("assumptions")
                .forEach(line -> assertTrue(items.contains(line.getAsString()), line::toString));
        List<String> cells = texts(page, "td");
        assertTrue(cells.containsAll(List.of("INT3 traps", "transfers of refs lines", "write int3", "nr_entries=12")));
        String all = page.getDocumentElement().getTextContent();
        assertTrue(all.contains("No oracle was violated."));
        assertTrue(all.contains("seeds 1 to 3"));
        assertTrue(all.contains(
                "poke-sim compare --cores 24 --sites 12 --hot-sites 4 --replicas 3 --format json --quiet\n"));
        assertTrue(all.contains("(commit "));
        assertFalse(all.contains("Java " + Runtime.version().feature()));
    }

    @Test
    void thePageLoadsNothing() throws IOException {
        String html = Files.readString(folder.resolve("compare.html"));
        for (String way : List.of(" src=", " href=", "url(", "@import", "<script", "<link", "<iframe", "xlink")) {
            assertFalse(html.contains(way), way);
        }
        assertTrue(html.contains("default-src 'none'"));
    }

    @Test
    void theSameRunGivesTheSameBytesWhereverTheyGo() throws IOException {
        Path other = Files.createDirectories(folder.resolve("an other folder"));
        assertEquals(
                0,
                pokeSim(with(COMPARE, "--report=" + other.resolve("b.html"), "--plot", other.resolve("b.svg"))),
                err::toString);
        assertArrayEquals(
                Files.readAllBytes(folder.resolve("compare.svg")), Files.readAllBytes(other.resolve("b.svg")));
        assertArrayEquals(
                Files.readAllBytes(folder.resolve("compare.html")), Files.readAllBytes(other.resolve("b.html")));
        assertEquals(0, pokeSim(with(COMPARE, "--seed", "2", "--plot", other.resolve("c.SVG"))), err::toString);
        assertNotEquals(
                Files.readString(other.resolve("b.svg")).replaceAll("<desc>.*", ""),
                Files.readString(other.resolve("c.SVG")).replaceAll("<desc>.*", ""));
        try (Stream<Path> files = Files.list(other)) {
            assertEquals(3, files.count(), "something unfinished was left behind");
        }
    }

    @Test
    void drawingChangesNothing() {
        assertEquals(0, pokeSim(RUN));
        String without = out.toString();
        assertEquals(0, pokeSim(with(RUN, "--plot", folder.resolve("run.svg"))), err::toString);
        assertEquals(without, out.toString());
    }

    @Test
    void aTraceAndAPictureOfOneRunGoTogether() throws IOException {
        Path alone = folder.resolve("alone.trace");
        Path both = folder.resolve("both.trace");
        assertEquals(0, pokeSim(with(RUN, "--trace", alone)));
        assertEquals(0, pokeSim(with(RUN, "--trace", both, "--plot", folder.resolve("traced.svg"))));
        assertEquals(counts(alone), counts(both));
        assertTrue(Files.exists(folder.resolve("traced.svg")));
    }

    private String counts(Path trace) {
        return textOf("trace", trace.toString(), "--counts");
    }

    @Test
    void aViolationIsOnThePage() throws Exception {
        Path report = folder.resolve("broken.html");
        assertEquals(
                1,
                pokeSim(
                        "run",
                        "--cores",
                        "32",
                        "--sites",
                        "16",
                        "--protocol",
                        "broken-no-last-sync",
                        "--quiet",
                        "--report",
                        report.toString(),
                        "--plot",
                        folder.resolve("broken.svg").toString()),
                err::toString);
        String words =
                SvgXml.parsed(Files.readString(report)).getDocumentElement().getTextContent();
        assertTrue(words.contains("VIOLATED: every INT3 belongs to somebody"));
        assertTrue(words.contains("--protocol broken-no-last-sync"));
    }

    @Test
    void withoutTrapsThereIsAPictureAllTheSame() throws Exception {
        Path plot = folder.resolve("quiet.svg");
        assertEquals(
                0,
                pokeSim("run", "--cores", "4", "--sites", "600", "--hot-sites", "0", "-q", "--plot", plot.toString()));
        Document quiet = SvgXml.parsed(Files.readString(plot));
        assertTrue(texts(quiet, "text").contains("none"));
        assertTrue(SvgXml.elements(quiet, "rect").stream()
                .anyMatch(box -> box.getTextContent().startsWith("batch 2, sync cores: ")));
    }

    @Test
    void aFileThatTurnsOutNotToBeWritableIsOneLineAfterTheResult() {
        Path nowhere = Path.of("/proc/poke-sim.svg");
        assumeTrue(Files.isWritable(nowhere.getParent()), "no folder that only seems to be writable");
        assertEquals(2, pokeSim(with(RUN, "--plot", nowhere)));
        assertTrue(err.toString().contains("--plot /proc/poke-sim.svg: cannot be written: "), err::toString);
        assertEquals(1, err.toString().lines().count(), err::toString);
        assertTrue(out.toString().contains("latencyUs"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    --plot FOLDER/a.pdf        | --plot FOLDER/a.pdf: name a file that ends with .svg or .png
                    --plot FOLDER/plain        | name a file that ends with .svg or .png
                    --report FOLDER/a.htm      | --report FOLDER/a.htm: name a file that ends with .html
                    --plot FOLDER/no/such.svg  | --plot FOLDER/no/such.svg: its folder does not exist; make it first
                    --plot FOLDER/folder.svg   | --plot FOLDER/folder.svg is a directory; name a file
                    --report FOLDER/shut/a.html | --report FOLDER/shut/a.html: may not be written; name another file
                    """)
    void aFileThatCannotBeOneIsRefusedBeforeAnythingRuns(String options, String message) throws IOException {
        Files.createDirectories(folder.resolve("folder.svg"));
        Path shut = Files.createDirectories(folder.resolve("shut"));
        assertTrue(shut.toFile().setWritable(false));
        assumeFalse(
                options.contains("/shut/") && Files.isWritable(shut),
                "this user may write everywhere: nothing to refuse");
        for (String command : List.of("run", "compare")) {
            List<String> arguments = new ArrayList<>(List.of(command, "--cores", "8", "--sites", "8"));
            for (String option : options.split(" ")) {
                arguments.add(option.replace("FOLDER", folder.toString())); // the path may have blanks
            }
            assertEquals(2, pokeSim(arguments.toArray(String[]::new)));
            assertEquals("", out.toString());
            assertTrue(err.toString().contains(message.replace("FOLDER", folder.toString())), err::toString);
            assertEquals(1, err.toString().lines().count(), err::toString);
        }
    }
}
