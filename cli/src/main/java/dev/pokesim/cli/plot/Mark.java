package dev.pokesim.cli.plot;

import java.util.List;
import java.util.Map;

/** One thing on a drawing. Lengths are in units of the drawing, from its upper left corner. */
sealed interface Mark {
    /** The same elsewhere. */
    Mark moved(double dx, double dy);

    /** Has it painted. */
    void on(Painter painter);

    /** Knows how to paint each of them. */
    interface Painter {
        void box(Box box);

        void line(Line line);

        void area(Area area);

        void words(Words words);

        void cells(Cells cells);
    }

    /**
     * A rectangle.
     *
     * @param tip what a pointer on it says; empty for nothing
     */
    record Box(double x, double y, double width, double height, Ink ink, String tip) implements Mark {
        @Override
        public Box moved(double dx, double dy) {
            return new Box(x + dx, y + dy, width, height, ink, tip);
        }

        @Override
        public void on(Painter painter) {
            painter.box(this);
        }
    }

    /**
     * A line through points.
     *
     * @param data names and values that say what is drawn, for programs that read the SVG; in a fixed order
     */
    record Line(List<Point> points, Ink ink, double width, Dash dash, Map<String, String> data) implements Mark {
        @Override
        public Line moved(double dx, double dy) {
            return new Line(Point.moved(points, dx, dy), ink, width, dash, data);
        }

        @Override
        public void on(Painter painter) {
            painter.line(this);
        }
    }

    /**
     * A filled outline.
     *
     * @param opacity 0 to 1
     */
    record Area(List<Point> points, Ink ink, double opacity) implements Mark {
        @Override
        public Area moved(double dx, double dy) {
            return new Area(Point.moved(points, dx, dy), ink, opacity);
        }

        @Override
        public void on(Painter painter) {
            painter.area(this);
        }
    }

    /**
     * Words on one line.
     *
     * @param upright whether they are read from below
     */
    record Words(double x, double y, String text, Anchor anchor, boolean bold, boolean upright, Ink ink)
            implements Mark {
        @Override
        public Words moved(double dx, double dy) {
            return new Words(x + dx, y + dy, text, anchor, bold, upright, ink);
        }

        @Override
        public void on(Painter painter) {
            painter.words(this);
        }
    }

    /**
     * Cells of one colour in a grid.
     *
     * @param x where the grid's first column starts
     * @param y where its first row starts
     * @param runs row by row, from left to right
     * @param data as a line's
     */
    record Cells(double x, double y, double width, double height, Ink ink, List<Run> runs, Map<String, String> data)
            implements Mark {
        @Override
        public Cells moved(double dx, double dy) {
            return new Cells(x + dx, y + dy, width, height, ink, runs, data);
        }

        @Override
        public void on(Painter painter) {
            painter.cells(this);
        }
    }

    /** A place. */
    record Point(double x, double y) {
        private static List<Point> moved(List<Point> points, double dx, double dy) {
            return points.stream()
                    .map(point -> new Point(point.x + dx, point.y + dy))
                    .toList();
        }
    }

    /** Cells beside each other, from a column on. */
    record Run(int row, int column, int length) {}

    /** Which end of words stands at their place. */
    enum Anchor {
        START,
        MIDDLE,
        END
    }
}
