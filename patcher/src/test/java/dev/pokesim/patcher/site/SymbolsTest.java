package dev.pokesim.patcher.site;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class SymbolsTest {
    private static final long TEXT = 0xffffffff81000000L;

    private final Symbols symbols = Symbols.of(List.of(
            new Symbol("user_function", 0x400000, 16, true, true),
            new Symbol("outer", TEXT, 64, true, true),
            new Symbol("label", TEXT + 8, 0, false, false),
            new Symbol("table", TEXT + 16, 8, false, false),
            new Symbol("alias", TEXT + 64, 0, true, true),
            new Symbol("next", TEXT + 64, 32, true, true),
            new Symbol("twin", TEXT + 96, 8, true, false),
            new Symbol("other_twin", TEXT + 96, 8, true, false)));

    @Test
    void addressIsFunctionAndOffset() {
        assertEquals("outer", symbols.locate(TEXT).toString());
        assertEquals("outer+0x3f", symbols.locate(TEXT + 63).toString());
        assertEquals("next+0x1f", symbols.locate(TEXT + 95).toString());
        assertEquals("user_function+0x1", symbols.locate(0x400001).toString());
    }

    @Test
    void functionWinsOverWhatLiesInsideIt() {
        assertEquals("outer+0x8", symbols.locate(TEXT + 8).toString());
        assertEquals("outer+0x12", symbols.locate(TEXT + 18).toString());
    }

    @Test
    void longestOfTwoNamesWinsThenTheFirst() {
        assertEquals("next", symbols.locate(TEXT + 64).toString());
        assertEquals("other_twin", symbols.locate(TEXT + 96).toString());
    }

    @Test
    void addressThatNothingCoversStaysAnAddress() {
        assertEquals("0xffffffff81000068", symbols.locate(TEXT + 104).toString());
        assertEquals("0xfff", symbols.locate(0xfff).toString());
    }

    @Test
    void symbolsAreOrderedAsUnsignedAddresses() {
        assertEquals("user_function", symbols.all().get(0).name());
    }
}
