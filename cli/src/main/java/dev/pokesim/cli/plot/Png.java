package dev.pokesim.cli.plot;

import dev.pokesim.cli.plot.Mark.Point;
import java.awt.AlphaComposite;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import javax.imageio.ImageIO;

/** Paints drawings as PNG, with the letters that the machine has: other machines give other bytes, but the same picture. */
public final class Png implements Mark.Painter {
    /** Pixels per unit: at 80 mm for a width of 640, 406 dots per inch. */
    private static final int SCALE = 2;

    private final Graphics2D graphics;

    private Png(Graphics2D graphics) {
        this.graphics = graphics;
    }

    /** This machine cannot paint letters. */
    public static final class NoFonts extends Exception {
        private static final long serialVersionUID = 1;

        NoFonts(Throwable cause) {
            super("this Java cannot paint text (" + cause + ")", cause);
        }
    }

    /**
     * The bytes of a file.
     *
     * @throws NoFonts if Java's graphics are not installed, or no font is
     */
    public static byte[] file(Drawing drawing) throws NoFonts {
        try {
            return paint(drawing);
        } catch (IOException | RuntimeException | LinkageError | InternalError missing) {
            // what a Java without its desktop module, its font library or any font throws
            throw new NoFonts(missing);
        }
    }

    private static byte[] paint(Drawing drawing) throws IOException {
        System.setProperty("java.awt.headless", "true");
        BufferedImage image =
                new BufferedImage(drawing.width() * SCALE, drawing.height() * SCALE, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        graphics.scale(SCALE, SCALE);
        Png png = new Png(graphics);
        png.box(new Mark.Box(0, 0, drawing.width(), drawing.height(), Ink.PAPER, ""));
        drawing.marks().forEach(mark -> mark.on(png));
        graphics.dispose();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.setUseCache(false);
        ImageIO.write(image, "png", bytes);
        return bytes.toByteArray();
    }

    private void use(Ink ink) {
        graphics.setColor(new Color(ink.rgb()));
    }

    @Override
    public void box(Mark.Box box) {
        use(box.ink());
        graphics.fill(new Rectangle2D.Double(box.x(), box.y(), box.width(), box.height()));
    }

    @Override
    public void line(Mark.Line line) {
        use(line.ink());
        float width = (float) line.width();
        List<Integer> lengths = line.dash().lengths();
        if (lengths.isEmpty()) {
            graphics.setStroke(new BasicStroke(width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND));
        } else {
            float[] dashes = new float[lengths.size()];
            for (int i = 0; i < dashes.length; i++) {
                dashes[i] = lengths.get(i);
            }
            graphics.setStroke(new BasicStroke(width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10, dashes, 0));
        }
        if (!line.points().isEmpty()) {
            graphics.draw(path(line.points()));
        }
    }

    @Override
    public void area(Mark.Area area) {
        if (area.points().isEmpty()) {
            return;
        }
        use(area.ink());
        Path2D path = path(area.points());
        path.closePath();
        graphics.setComposite(AlphaComposite.getInstance(AlphaComposite.SRC_OVER, (float) area.opacity()));
        graphics.fill(path);
        graphics.setComposite(AlphaComposite.SrcOver);
    }

    private static Path2D path(List<Point> points) {
        Path2D path = new Path2D.Double();
        path.moveTo(points.get(0).x(), points.get(0).y());
        points.forEach(point -> path.lineTo(point.x(), point.y()));
        return path;
    }

    @Override
    public void words(Mark.Words words) {
        use(words.ink());
        graphics.setFont(new Font(Font.SANS_SERIF, words.bold() ? Font.BOLD : Font.PLAIN, (int) Canvas.TEXT_SIZE));
        double length = graphics.getFontMetrics()
                .getStringBounds(words.text(), graphics)
                .getWidth();
        double before = switch (words.anchor()) {
            case START -> 0;
            case MIDDLE -> length / 2;
            case END -> length;
        };
        AffineTransform transform = graphics.getTransform();
        graphics.translate(words.x(), words.y());
        if (words.upright()) {
            graphics.rotate(-Math.PI / 2);
        }
        graphics.drawString(words.text(), (float) -before, 0);
        graphics.setTransform(transform);
    }

    @Override
    public void cells(Mark.Cells cells) {
        use(cells.ink());
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_OFF);
        for (Mark.Run run : cells.runs()) {
            graphics.fill(new Rectangle2D.Double(
                    cells.x() + run.column() * cells.width(),
                    cells.y() + run.row() * cells.height(),
                    run.length() * cells.width(),
                    cells.height()));
        }
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    }
}
