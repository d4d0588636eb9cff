package dev.pokesim.cli.step;

import java.util.ArrayList;
import java.util.List;

/** The micro-ops around the present position with what they caused: {@code >} led here, those with {@code +} come next. */
final class LogPane implements Pane {
    private static final int CORE = 10;
    private static final int TEXT = 20;
    /** One in so many lines shows what comes next. */
    private static final int NEXT_SHARE = 3;

    @Override
    public Line heading(Stepper stepper, boolean colour) {
        return new Line(colour)
                .add("Position", Look.HEADING)
                .to(CORE)
                .add("core", Look.HEADING)
                .to(TEXT)
                .add("micro-op and [events]; > led here, + comes next", Look.HEADING);
    }

    @Override
    public int needs(Stepper stepper, int width) {
        return 2;
    }

    @Override
    public int wants(Stepper stepper, int width) {
        return Integer.MAX_VALUE;
    }

    @Override
    public boolean isElastic() {
        return true;
    }

    @Override
    public List<Line> lines(Stepper stepper, int width, int rows, boolean colour) {
        long here = stepper.run().timeline().position();
        long left = stepper.run().timeline().length() - here;
        int next = rows < 2 ? 0 : (int) Math.min(left, Math.max(1, rows / NEXT_SHARE));
        List<Line> lines = new ArrayList<>();
        for (History.Entry entry : stepper.microOpsAround(rows - next, next)) {
            boolean isLast = entry.position() == here;
            boolean isToCome = entry.position() > here;
            Line line = new Line(colour)
                    .add((isLast ? ">" : isToCome ? "+" : " ") + entry.position(), isLast ? Look.HEADING : Look.FAINT)
                    .to(CORE)
                    .add("core " + entry.step().core(), isToCome ? Look.FAINT : Look.PLAIN)
                    .to(TEXT)
                    .add(entry.step().text(), isToCome ? Look.FAINT : Look.PLAIN);
            EventWords.of(stepper.run(), entry.step())
                    .forEach(event -> line.add("  [" + event + "]", isToCome ? Look.FAINT : Look.CHANGED));
            lines.add(line);
        }
        return lines;
    }
}
