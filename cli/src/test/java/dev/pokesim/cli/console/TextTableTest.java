package dev.pokesim.cli.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class TextTableTest {
    @Test
    void wordsAreAlignedLeftAndNumbersRight() {
        String table = new TextTable()
                .words("refs")
                .numbers("latency us")
                .numbers("sites")
                .row("per-cpu", 519, 2)
                .row("global", "2660000", 164)
                .toString();
        assertEquals("""
                refs     latency us  sites
                per-cpu         519      2
                global      2660000    164
                """, table);
    }

    @Test
    void aLongCellStaysInItsLine() {
        String cell = "x y".repeat(200);
        assertEquals(
                "key\n" + cell + "\n", new TextTable().words("key").row(cell).toString());
    }

    @Test
    void aRowNeedsACellPerColumn() {
        TextTable table = new TextTable().words("a").words("b");
        assertThrows(IllegalArgumentException.class, () -> table.row("only one"));
    }
}
