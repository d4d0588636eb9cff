package dev.pokesim.patcher.site;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.memory.InstructionBytes;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PatchSiteTest {
    private static final long TEXT = 0xffffffff81000000L;
    private static final StaticKeyId KEY = new StaticKeyId("key", TEXT + 0x1000);
    private static final InstructionBytes NOP5 = InstructionBytes.of(0x0f, 0x1f, 0x44, 0, 0);
    private static final InstructionBytes JUMP_BACK = InstructionBytes.of(0xeb, 0xfe);

    private static PatchSite site(long address, SiteKind kind, InstructionBytes text, long target, boolean branch) {
        return new PatchSite(address, kind, text, target, KEY, branch, false, new SymbolOffset("f", 0));
    }

    @ParameterizedTest
    @CsvSource({
        "0, false, false",
        "1, false, true",
        "0, true, true",
        "1, true, false",
        "-1, false, false",
        "2, true, false"
    })
    void jumpStandsWhereKeyAndBranchDiffer(int enabled, boolean branch, boolean jump) {
        assertEquals(jump, site(TEXT, SiteKind.NOP5, NOP5, TEXT, branch).mustJump(enabled));
    }

    @Test
    void jumpAgreesOnlyIfItGoesToTheTarget() {
        assertTrue(site(TEXT, SiteKind.JMP8, JUMP_BACK, TEXT, false).agreesWith(1));
        assertFalse(site(TEXT, SiteKind.JMP8, JUMP_BACK, TEXT + 1, false).agreesWith(1));
        assertFalse(site(TEXT, SiteKind.JMP8, JUMP_BACK, TEXT, false).agreesWith(0));
    }

    @Test
    void longJumpsGoBothWays() {
        InstructionBytes back = InstructionBytes.of(0xe9, 0xf0, 0xff, 0xff, 0xff);
        assertEquals(TEXT - 11, SiteKind.JMP32.jumpTarget(back, TEXT));
        InstructionBytes forth = InstructionBytes.of(0xe9, 0, 0, 0, 0x10);
        assertEquals(TEXT + 5 + 0x10000000L, SiteKind.JMP32.jumpTarget(forth, TEXT));
    }

    @ParameterizedTest
    @CsvSource({
        "3, 8, false",
        "4, 8, true",
        "59, 64, false",
        "60, 64, true",
        "63, 64, true",
        "64, 64, false",
        "4092, 4096, true"
    })
    void crossingIsCountedFromTheLastByte(int offset, int blockBytes, boolean crosses) {
        assertEquals(
                crosses, site(TEXT + offset, SiteKind.NOP5, NOP5, TEXT, false).crosses(blockBytes));
    }

    @Test
    void textMustHaveTheSizeOfItsKind() {
        assertThrows(IllegalArgumentException.class, () -> site(TEXT, SiteKind.NOP2, NOP5, TEXT, false));
    }

    @Test
    void sitesOfAKeyAreOrderedByUnsignedAddress() {
        PatchSite low = site(0x1000, SiteKind.NOP5, NOP5, 0x1000, false);
        PatchSite high = site(TEXT, SiteKind.NOP5, NOP5, TEXT, false);
        assertEquals(List.of(low, high), new KeySites(KEY, 0, List.of(high, low)).sites());
    }

    @Test
    void imageMustHoldTheTextOfItsSites() {
        KeySites key = new KeySites(KEY, 0, List.of(site(TEXT + 1, SiteKind.NOP5, NOP5, TEXT, false)));
        ImageBytes text = ImageBytes.ofHex("90 0f 1f 44 00 00");
        Segment executable = new Segment("text", TEXT, text, true, false);
        assertEquals(1, image(executable, key).sites().count());
        Segment data = new Segment("data", TEXT, text, false, true);
        assertThrows(IllegalArgumentException.class, () -> image(data, key));
        Segment shifted = new Segment("text", TEXT + 1, text, true, false);
        assertThrows(IllegalArgumentException.class, () -> image(shifted, key));
    }

    private static LoadedImage image(Segment segment, KeySites key) {
        return new LoadedImage("image", List.of(segment), Symbols.of(List.of()), List.of(key));
    }
}
