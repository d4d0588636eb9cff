package dev.pokesim.cli.step;

import dev.pokesim.cli.events.SimulatedTime;
import dev.pokesim.emulator.travel.Step;
import dev.pokesim.emulator.travel.Timeline;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;

/** What is seen of a run: the state of a {@link Stepper} as lines of text. Depends on nothing else, and changes nothing. */
public final class View {
    /** From this width on the panes stand in two columns. */
    private static final int WIDE = 150;

    private static final int MOST_LINES_OF_VIOLATION = 3;
    /** Lines that panes which can use each of them have before another pane gets all that it wants. */
    private static final int KEPT_FOR_OTHERS = 4;

    private static final String HINTS = "m micro-op  i instr  s step  p poke  t trap  v violation  c condition  ? help";

    private final boolean colour;

    private static final Pane CORES = new CoresPane();
    private static final Pane CODE = new CodePane();
    private static final Pane PLACE = new PlacePane();
    private static final Pane KERNEL = new KernelPane();
    private static final Pane REGISTERS = new RegistersPane();
    private static final Pane LOG = new LogPane();

    /** From top to bottom. */
    private static final List<Pane> NARROW = List.of(CORES, CODE, PLACE, KERNEL, REGISTERS, LOG);

    private static final List<Pane> LEFT = List.of(CORES, LOG);
    private static final List<Pane> RIGHT = List.of(CODE, PLACE, KERNEL, REGISTERS);

    /**
     * @param colour whether to use colours besides marks
     */
    public View(boolean colour) {
        this.colour = colour;
    }

    /**
     * The whole screen.
     *
     * @param prompt the last line; empty for a message or the most important keys
     * @return as many lines as the screen has, each as wide as it is
     */
    List<AttributedString> lines(Stepper stepper, ScreenSize size, String prompt) {
        int width = size.width();
        int height = size.height();
        List<AttributedString> lines = new ArrayList<>();
        lines.add(title(stepper, width));
        int rows = height - 2;
        if (stepper.helpPage() > 0) {
            Help.page(stepper.helpPage()).forEach(line -> lines.add(line(line, width)));
        } else {
            lines.addAll(happened(stepper, width));
            int left = rows - lines.size() + 1;
            if (width < WIDE) {
                lines.addAll(column(stepper, NARROW, width, left));
            } else {
                int leftWidth = (width - 1) * 9 / 20;
                List<AttributedString> one = column(stepper, LEFT, leftWidth, left);
                List<AttributedString> other = column(stepper, RIGHT, width - leftWidth - 1, left);
                for (int i = 0; i < left; i++) {
                    lines.add(beside(one.get(i), other.get(i)));
                }
            }
        }
        while (lines.size() < height - 1) {
            lines.add(line("", width));
        }
        List<AttributedString> fitting = new ArrayList<>(lines.subList(0, height - 1));
        fitting.add(last(stepper, width, prompt));
        return fitting;
    }

    private AttributedString title(Stepper stepper, int width) {
        Timeline timeline = stepper.run().timeline();
        String where = "position " + timeline.position() + " of " + timeline.length()
                + (stepper.run().timed() == null ? "" : "  " + SimulatedTime.text(timeline.timePs())) + " ";
        Map<String, String> facts = stepper.run().facts();
        Line line = new Line(colour)
                .add(
                        " " + facts.getOrDefault("protocol", "") + "  " + facts.getOrDefault("refs", "") + "  "
                                + facts.getOrDefault("fetch", "") + "  " + stepper.name(),
                        Look.TITLE);
        AttributedString start = line.fit(Math.max(0, width - where.length() - 1), Look.TITLE);
        AttributedStringBuilder all = new AttributedStringBuilder();
        all.append(start);
        all.append(" " + where, Look.TITLE.style(colour));
        return all.toAttributedString().columnSubSequence(0, width);
    }

    /** The last micro-op, and what is wrong. */
    private List<AttributedString> happened(Stepper stepper, int width) {
        List<AttributedString> lines = new ArrayList<>();
        Step last = stepper.run().timeline().last();
        Line line = new Line(colour);
        if (last == null) {
            line.add("The start: nothing has happened yet.");
        } else {
            line.add("core " + last.core() + "  " + last.text());
            EventWords.of(stepper.run(), last).forEach(event -> line.add("  [" + event + "]", Look.CHANGED));
        }
        lines.add(line.fit(width, Look.PLAIN));
        String violation = stepper.run().violation();
        if (violation != null && stepper.run().isViolated()) {
            String rest = "!! " + violation;
            for (int i = 0; i < MOST_LINES_OF_VIOLATION && !rest.isEmpty(); i++) {
                int cut = rest.length() <= width ? rest.length() : Math.max(rest.lastIndexOf(' ', width), 1);
                cut = i == MOST_LINES_OF_VIOLATION - 1 ? rest.length() : cut;
                lines.add(
                        new Line(colour).add(rest.substring(0, cut), Look.WRONG).fit(width, Look.PLAIN));
                rest = cut == rest.length() ? "" : "   " + rest.substring(cut).strip();
            }
        }
        return lines;
    }

    private AttributedString last(Stepper stepper, int width, String prompt) {
        Line line = new Line(colour);
        if (!prompt.isEmpty()) {
            int hidden = Math.max(0, prompt.length() - width + 1); // the end is where it is typed
            return line.add(prompt.substring(hidden)).fit(width, Look.PLAIN);
        }
        if (!stepper.message().isEmpty()) {
            return line.add(stepper.message(), Look.CHANGED).fit(width, Look.PLAIN);
        }
        return line.add(HINTS, Look.FAINT).fit(width, Look.PLAIN);
    }

    /** Panes one below the other. */
    private List<AttributedString> column(Stepper stepper, List<Pane> panes, int width, int rows) {
        int[] granted = granted(stepper, panes, width, rows);
        List<AttributedString> lines = new ArrayList<>();
        for (int i = 0; i < granted.length; i++) {
            if (granted[i] < 0) {
                continue;
            }
            Pane pane = panes.get(i);
            lines.add(pane.heading(stepper, colour).fit(width, Look.PLAIN));
            List<Line> body = pane.lines(stepper, width, granted[i], colour);
            for (int row = 0; row < granted[i]; row++) {
                Line line = row < body.size() ? body.get(row) : new Line(colour);
                lines.add(line.fit(width, Look.PLAIN));
            }
        }
        while (lines.size() < rows) {
            lines.add(line("", width));
        }
        return lines;
    }

    /** How many lines below its heading each pane gets; -1 if it is not shown. */
    private static int[] granted(Stepper stepper, List<Pane> panes, int width, int rows) {
        int[] granted = new int[panes.size()];
        int[] wanted = new int[panes.size()];
        int left = rows;
        for (int i = 0; i < granted.length; i++) {
            wanted[i] = panes.get(i).wants(stepper, width);
            int least = panes.get(i).needs(stepper, width);
            granted[i] = left > least ? least : left - 1;
            left -= Math.max(granted[i] + 1, 0);
            granted[i] = Math.max(granted[i], -1);
        }
        for (int i = 0; i < granted.length; i++) {
            int missing = wanted[i] - granted[i];
            if (granted[i] >= 0 && !panes.get(i).isElastic() && left >= missing + KEPT_FOR_OTHERS) {
                granted[i] += missing;
                left -= missing;
            }
        }
        boolean isWanted = true;
        while (left > 0 && isWanted) {
            isWanted = false;
            for (int i = 0; i < granted.length && left > 0; i++) {
                if (granted[i] >= 0 && granted[i] < wanted[i] && panes.get(i).isElastic()) {
                    granted[i]++;
                    left--;
                    isWanted = true;
                }
            }
        }
        return granted;
    }

    private AttributedString beside(AttributedString left, AttributedString right) {
        AttributedStringBuilder line = new AttributedStringBuilder();
        line.append(left);
        line.append("|", Look.FAINT.style(colour));
        line.append(right);
        return line.toAttributedString();
    }

    private AttributedString line(String text, int width) {
        return new Line(colour).add(text).fit(width, Look.PLAIN);
    }
}
