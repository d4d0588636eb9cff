package dev.pokesim.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.pokesim.cli.console.Console;
import dev.pokesim.cli.console.Interruption;
import dev.pokesim.cli.plot.Svg;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page as a browser lays it out, with the browser's own letters; skipped without Chromium. */
class ReportInBrowserTest {
    /** Looks at the page in a frame as wide as a phone, and as wide as a desktop's window. */
    private static final String MEASURE = """
            <!DOCTYPE html><html><body>
            <iframe width="360" height="3000" srcdoc="PAGE"></iframe>
            <iframe width="1280" height="3000" srcdoc="PAGE"></iframe>
            <pre id="found"></pre>
            <script>
            onload = () => {
              const found = {frames: [], problems: []};
              for (const frame of document.querySelectorAll('iframe')) {
                const page = frame.contentDocument, problems = found.problems, width = frame.width;
                const body = page.documentElement;
                if (body.scrollWidth > body.clientWidth) problems.push(width + ': wider than the window: ' + body.scrollWidth);
                let texts = 0, smallest = 1e9;
                for (const svg of page.querySelectorAll('svg')) {
                  const outer = svg.getBoundingClientRect(), scale = outer.width / svg.viewBox.baseVal.width;
                  smallest = Math.min(smallest, 18 * scale);
                  const boxes = [...svg.querySelectorAll('text')].map(t => ({t: t.textContent, r: t.getBoundingClientRect()}));
                  texts += boxes.length;
                  for (const a of boxes) {
                    if (a.r.left < outer.left - 1 || a.r.right > outer.right + 1 || a.r.top < outer.top - 1 || a.r.bottom > outer.bottom + 1)
                      problems.push(width + ': outside its picture: ' + a.t);
                    for (const b of boxes) {
                      // the box of a letter is higher than its ink: a quarter of a line may be shared
                      const high = 5 * scale;
                      if (a !== b && a.r.left < b.r.right - 1 && b.r.left < a.r.right - 1
                          && a.r.top < b.r.bottom - high && b.r.top < a.r.bottom - high)
                        problems.push(width + ': over each other: ' + a.t + ' and ' + b.t);
                    }
                  }
                }
                found.frames.push({width: +width, texts, smallest, pictures: page.querySelectorAll('svg').length});
              }
              document.getElementById('found').textContent = JSON.stringify(found);
            };
            </script></body></html>
            """;

    @TempDir
    private Path folder;

    private static String chromium() {
        for (String directory : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
            for (String name : List.of("chromium", "chromium-browser", "google-chrome")) {
                Path program = Path.of(directory, name);
                if (Files.isExecutable(program)) {
                    return program.toString();
                }
            }
        }
        return abort("no Chromium on the PATH: the page is not laid out");
    }

    private JsonObject found(Path page) throws IOException, InterruptedException {
        Path measure = folder.resolve("measure.html");
        Files.writeString(measure, MEASURE.replace("PAGE", Svg.escaped(Files.readString(page))));
        Path dom = folder.resolve("dom.html");
        Process browser = new ProcessBuilder(
                        chromium(),
                        "--headless",
                        "--no-sandbox", // of root, in containers; the page is our own
                        "--disable-gpu",
                        "--hide-scrollbars", // as on a phone
                        "--user-data-dir=" + folder.resolve("profile"),
                        "--virtual-time-budget=10000",
                        "--dump-dom",
                        measure.toUri().toString())
                .redirectOutput(dom.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!browser.waitFor(120, TimeUnit.SECONDS)) {
            browser.destroyForcibly();
            throw new AssertionError("Chromium did not end");
        }
        Matcher found = Pattern.compile("<pre id=\"found\">(.*?)</pre>").matcher(Files.readString(dom));
        assertTrue(found.find() && !found.group(1).isEmpty(), "Chromium did not run the measurement");
        String json = found.group(1).replace("&gt;", ">").replace("&lt;", "<").replace("&amp;", "&");
        return JsonParser.parseString(json).getAsJsonObject();
    }

    private Path report(String... command) {
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        Path page = folder.resolve("report.html");
        String[] all = Arrays.copyOf(command, command.length + 2);
        all[command.length] = "--report";
        all[command.length + 1] = page.toString();
        assertEquals(0, PokeSim.run(new Console(nowhere, nowhere, false, false, new Interruption()), all));
        return page;
    }

    private void assertReadable(JsonObject found, int pictures) {
        assertEquals("[]", found.getAsJsonArray("problems").toString());
        assertEquals(2, found.getAsJsonArray("frames").size());
        found.getAsJsonArray("frames").forEach(each -> {
            JsonObject frame = each.getAsJsonObject();
            assertEquals(pictures, frame.get("pictures").getAsInt());
            assertTrue(frame.get("texts").getAsInt() > 20, frame::toString);
            assertTrue(frame.get("smallest").getAsDouble() >= 9, frame::toString); // pixels of CSS
        });
    }

    @Test
    void noLabelIsOverAnotherAtTheWidthOfAPhoneOrADesktop() throws Exception {
        chromium();
        assertReadable(found(report("compare", "--cores", "64", "--sites", "24", "--replicas", "3", "--quiet")), 4);
        assertReadable(found(report("run", "--cores", "4", "--sites", "300", "--refs", "global", "--quiet")), 3);
    }
}
