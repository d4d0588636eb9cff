package dev.pokesim.cli.plot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class PngTest {
    private static BufferedImage painted(Canvas canvas) throws IOException {
        try {
            return ImageIO.read(new ByteArrayInputStream(Png.file(canvas.drawing(100, 60, "t"))));
        } catch (Png.NoFonts none) {
            return abort("this Java cannot paint text: " + none.getMessage());
        }
    }

    private static int rgb(BufferedImage image, double x, double y) {
        return image.getRGB((int) (2 * x), (int) (2 * y)) & 0xffffff;
    }

    @Test
    void whatIsDrawnIsWhereTheSvgHasIt() throws IOException {
        Canvas canvas = new Canvas();
        canvas.box(10, 10, 20, 20, Ink.SERIES_1, "");
        canvas.cells(new Mark.Cells(20, 0, 10, 10, Ink.HEAT_6, List.of(new Mark.Run(1, 3, 3)), Map.of()));
        canvas.line(0, 50, 100, 50, Ink.SERIES_2, 4);
        BufferedImage image = painted(canvas);
        assertEquals(200, image.getWidth());
        assertEquals(120, image.getHeight());
        assertEquals(Ink.SERIES_1.rgb(), rgb(image, 15, 15));
        assertEquals(Ink.PAPER.rgb(), rgb(image, 35, 15));
        assertEquals(Ink.HEAT_6.rgb(), rgb(image, 51, 11));
        assertEquals(Ink.HEAT_6.rgb(), rgb(image, 79, 19));
        assertEquals(Ink.PAPER.rgb(), rgb(image, 81, 19));
        assertEquals(Ink.SERIES_2.rgb(), rgb(image, 50, 50));
    }

    @Test
    void wordsStandWhereTheyAreAnchored() throws IOException {
        for (Mark.Anchor anchor : Mark.Anchor.values()) {
            Canvas canvas = new Canvas();
            canvas.words(50, 30, "IIII", anchor, Ink.INK);
            BufferedImage image = painted(canvas);
            boolean before = isInked(image, 25, 49);
            boolean behind = isInked(image, 51, 75);
            assertEquals(anchor != Mark.Anchor.START, before, anchor + " before");
            assertEquals(anchor != Mark.Anchor.END, behind, anchor + " behind");
        }
    }

    @Test
    void uprightWordsAreHigherThanWide() throws IOException {
        Canvas canvas = new Canvas();
        canvas.upright(50, 30, "IIIII", Ink.INK);
        BufferedImage image = painted(canvas);
        assertTrue(isInked(image, 32, 51));
        assertTrue(!isInked(image, 53, 100) && !isInked(image, 0, 30));
    }

    private static boolean isInked(BufferedImage image, int fromX, int toX) {
        for (int x = fromX; x < toX; x++) {
            for (int y = 0; y < 60; y++) {
                if (rgb(image, x, y) != Ink.PAPER.rgb()) {
                    return true;
                }
            }
        }
        return false;
    }
}
