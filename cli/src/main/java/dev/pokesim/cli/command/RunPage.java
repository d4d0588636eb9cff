package dev.pokesim.cli.command;

import dev.pokesim.cli.console.ExitCode;
import dev.pokesim.cli.plot.Ink;
import dev.pokesim.cli.plot.Svg;
import dev.pokesim.patcher.run.Spread;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A result as one page that needs nothing else: table, pictures, assumptions, oracles and how it was made.
 *
 * @param runs at least one
 * @param compared the table of several; null for one
 * @param command for a shell
 * @param version of the program
 */
record RunPage(
        List<RunPicture> runs,
        @Nullable CompareResult compared,
        List<RunPictures.Captioned> pictures,
        String command,
        String version) {

    private static final String STYLE = """
            :root{color-scheme:light dark;--paper:#fff;--ink:#1a1a1a;--muted:#555;--line:#d9d9d9;--good:#00664b;--bad:#b03a00}
            @media screen and (prefers-color-scheme:dark){
            :root{--paper:#15181d;--ink:#e8e8e8;--muted:#a8adb5;--line:#353b44;--good:#2fcf9f;--bad:#ff8c3a}
            %s}
            *{box-sizing:border-box}
            body{margin:0 auto;max-width:1360px;padding:clamp(.5rem,2vw,1rem);background:var(--paper);color:var(--ink);
            font:16px/1.5 Helvetica,Arial,"Liberation Sans","DejaVu Sans",sans-serif}
            h1{font-size:1.5rem;line-height:1.25;margin:.5rem 0}
            h2{font-size:1.15rem;margin:2rem 0 .5rem;border-bottom:1px solid var(--line)}
            p,li{max-width:75ch;overflow-wrap:anywhere}
            .sub{color:var(--muted)}
            .verdict{font-weight:bold;border-left:.4rem solid;padding-left:.6rem}
            .good{border-color:var(--good)}.bad{border-color:var(--bad)}
            .pictures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%%,560px),1fr));gap:1.5rem}
            figure{margin:0;break-inside:avoid}
            figure svg{display:block;width:100%%;height:auto;max-width:640px}
            figcaption{color:var(--muted);font-size:.9rem;max-width:640px}
            .wide{overflow-x:auto}
            table{border-collapse:collapse;font-variant-numeric:tabular-nums}
            th,td{padding:.2rem .7rem .2rem 0;text-align:left;border-bottom:1px solid var(--line);vertical-align:top}
            td.n,th.n{text-align:right;padding:.2rem 0 .2rem .6rem;white-space:nowrap}
            pre{white-space:pre-wrap;overflow-wrap:anywhere;border:1px solid var(--line);padding:.6rem;margin:.5rem 0}
            @media print{body{max-width:none;font-size:10pt}.pictures{grid-template-columns:1fr 1fr}}
            """;

    /** What was run, in a line. */
    static String title(List<RunPicture> runs) {
        RunResult.Setup setup = runs.get(0).result().setup();
        return setup.sites() + (setup.sites() == 1 ? " site" : " sites") + " patched on " + setup.cores()
                + (setup.cores() == 1 ? " core" : " cores") + ", references "
                + String.join(" and ", runs.stream().map(RunPicture::refs).toList());
    }

    /** The page. */
    String html() {
        StringBuilder page = new StringBuilder();
        page.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n");
        page.append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n");
        // a browser holds the page to its word: nothing is loaded
        page.append(
                "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n");
        page.append("<title>poke-sim: ").append(escaped(title(runs))).append("</title>\n<style>\n");
        page.append(STYLE.formatted(Ink.darkCss())).append("</style>\n</head>\n<body>\n");
        head(page);
        section(page, "Pictures", this::pictures);
        if (compared != null) {
            section(page, "Comparison", this::comparison);
        }
        section(page, "Figures", this::figures);
        section(page, "Steps of the batches", this::steps);
        section(page, "Assumptions in force", this::assumptions);
        section(page, "Oracles watching", this::oracles);
        section(page, "How this was made", this::origin);
        return page.append("</body>\n</html>\n").toString();
    }

    private static String escaped(String text) {
        return Svg.escaped(text);
    }

    private RunResult first() {
        return runs.get(0).result();
    }

    private interface Part {
        void on(StringBuilder page);
    }

    private static void section(StringBuilder page, String heading, Part part) {
        page.append("<section>\n<h2>").append(heading).append("</h2>\n");
        part.on(page);
        page.append("</section>\n");
    }

    private void head(StringBuilder page) {
        RunResult.Setup setup = first().setup();
        page.append("<header>\n<h1>").append(escaped(title(runs))).append("</h1>\n");
        page.append("<p class=\"sub\">")
                .append(escaped(
                        setup.input() + "; protocol " + setup.protocol() + ", run as " + setup.code() + "; profile "
                                + setup.profile() + ", scenario " + setup.scenario() + ", fetch " + setup.fetch() + ", "
                                + setup.hotSites() + " hot sites, " + seeds(setup)))
                .append("</p>\n");
        for (RunPicture run : runs) {
            verdict(page, run);
        }
        page.append("</header>\n");
    }

    private static String seeds(RunResult.Setup setup) {
        return setup.replicas() == 1
                ? "seed " + setup.seed()
                : "seeds " + setup.seed() + " to " + (setup.seed() + setup.replicas() - 1);
    }

    private void verdict(StringBuilder page, RunPicture run) {
        RunResult result = run.result();
        RunResult.Found found = result.violation();
        boolean good = result.exitCode() == ExitCode.FINE;
        page.append("<p class=\"verdict ").append(good ? "good" : "bad").append("\">");
        page.append(escaped(runs.size() == 1 ? "" : run.refs() + ": "));
        if (found != null) {
            page.append(escaped("\u2717 VIOLATED: " + found.property())).append("</p>\n<p>");
            page.append(escaped(found.what() + "; found by " + found.oracle() + ", seed " + found.seed() + ", at "
                            + RunResult.number(found.timeUs()) + " us"))
                    .append("</p>\n<pre>")
                    .append(escaped(String.join("\n", result.lastEvents())))
                    .append("</pre>\n");
        } else {
            page.append(
                            good
                                    ? "\u2713 No oracle was violated."
                                    : "\u2717 INCOMPLETE: stopped before the end; the figures are those up to there")
                    .append("</p>\n");
        }
    }

    private void pictures(StringBuilder page) {
        page.append("<div class=\"pictures\">\n");
        for (RunPictures.Captioned picture : pictures) {
            page.append("<figure>\n").append(Svg.element(picture.drawing(), "")).append("\n<figcaption>");
            page.append(escaped(picture.caption())).append("</figcaption>\n</figure>\n");
        }
        page.append("</div>\n");
    }

    private void comparison(StringBuilder page) {
        CompareResult table = Objects.requireNonNull(compared);
        List<List<String>> rows = new ArrayList<>();
        for (CompareResult.Row row : table.rows()) {
            Double published = row.publishedUs();
            Double ratio = row.toPublished();
            rows.add(List.of(
                    row.refs(),
                    RunResult.number(row.latencyUs().median()),
                    published == null ? "-" : RunResult.number(published),
                    ratio == null ? "-" : RunResult.number(ratio)));
        }
        table(page, 1, List.of("references", "Took, us", "published, us", "ratio"), rows);
        page.append("<p>global / percpu: ")
                .append(RunResult.number(table.globalToPerCpu()))
                .append(first().setup().hotSites() > 0 ? " under the assumptions below, not a law" : "")
                .append("</p>\n<p class=\"sub\">published: ")
                .append(escaped(table.publishedSource()))
                .append(" (one sample each, ")
                .append(table.publishedThreads())
                .append(" threads)</p>\n");
    }

    /** The columns of {@link #cells}. */
    private List<String> columns(List<String> words) {
        List<String> columns = new ArrayList<>(words);
        for (RunPicture run : runs) {
            columns.add(runs.size() == 1 ? (isOne() ? "value" : "median") : run.refs());
            if (!isOne()) {
                columns.add("p10");
                columns.add("p90");
            }
        }
        return columns;
    }

    private boolean isOne() {
        return first().setup().replicas() == 1;
    }

    private void cells(List<String> row, Spread value) {
        row.add(RunResult.number(value.median()));
        if (!isOne()) {
            row.add(RunResult.number(value.p10()));
            row.add(RunResult.number(value.p90()));
        }
    }

    private void figures(StringBuilder page) {
        List<List<String>> rows = new ArrayList<>();
        List<RunResult.Figure> names = first().figures();
        for (int i = 0; i < names.size(); i++) {
            List<String> row =
                    new ArrayList<>(List.of(names.get(i).name(), names.get(i).unit()));
            for (RunPicture run : runs) {
                cells(row, run.result().figures().get(i).value());
            }
            rows.add(row);
        }
        table(page, 2, columns(List.of("figure", "unit")), rows);
    }

    private void steps(StringBuilder page) {
        int batches = runs.stream()
                .mapToInt(run -> run.result().batches().size())
                .min()
                .orElse(0);
        List<List<String>> rows = new ArrayList<>();
        for (int i = 0; i < batches; i++) {
            RunResult.Batch shape = first().batches().get(i);
            List<String> took = new ArrayList<>(List.of("nr_entries=" + shape.entries(), "Took, us"));
            for (RunPicture run : runs) {
                cells(took, run.result().batches().get(i).latencyUs());
            }
            rows.add(took);
            for (int k = 0; k < shape.steps().size(); k++) {
                List<String> row =
                        new ArrayList<>(List.of("", shape.steps().get(k).name()));
                for (RunPicture run : runs) {
                    List<RunResult.Step> steps = run.result().batches().get(i).steps();
                    if (k < steps.size()) {
                        cells(row, steps.get(k).latencyUs());
                    }
                }
                rows.add(row);
            }
        }
        table(page, 2, columns(List.of("batch", "step, us")), rows);
    }

    private static void table(StringBuilder page, int words, List<String> columns, List<List<String>> rows) {
        page.append("<div class=\"wide\"><table>\n<thead><tr>");
        cells(page, "th", words, columns);
        page.append("</tr></thead>\n<tbody>\n");
        for (List<String> row : rows) {
            page.append("<tr>");
            cells(page, "td", words, row);
            page.append("</tr>\n");
        }
        page.append("</tbody></table></div>\n");
    }

    private static void cells(StringBuilder page, String element, int words, List<String> row) {
        for (int i = 0; i < row.size(); i++) {
            page.append('<').append(element).append(i < words ? ">" : " class=\"n\">");
            page.append(escaped(row.get(i))).append("</").append(element).append('>');
        }
    }

    private void assumptions(StringBuilder page) {
        page.append("<p>Nobody has measured these; poke-sim profile show says where each comes from.</p>\n");
        list(page, first().assumptions());
        for (RunPicture run : runs.subList(1, runs.size())) {
            List<String> others = new ArrayList<>(run.result().assumptions());
            others.removeAll(first().assumptions());
            if (!others.isEmpty()) {
                page.append("<p>For ").append(escaped(run.refs())).append(" instead:</p>\n");
                list(page, others);
            }
        }
    }

    private void oracles(StringBuilder page) {
        list(page, first().oracles());
    }

    private static void list(StringBuilder page, List<String> lines) {
        page.append("<ul>\n");
        lines.forEach(line -> page.append("<li>").append(escaped(line)).append("</li>\n"));
        page.append("</ul>\n");
    }

    private void origin(StringBuilder page) {
        page.append("<pre>").append(escaped(command)).append("</pre>\n<p>");
        page.append(escaped(version + ", " + seeds(first().setup())))
                .append(
                        ". The same command, seed and commit give the same page on every Java and every machine.</p>\n");
    }
}
