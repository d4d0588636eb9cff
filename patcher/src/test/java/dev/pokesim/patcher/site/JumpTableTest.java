package dev.pokesim.patcher.site;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class JumpTableTest {

    private static final String DAMAGED = "; it is damaged, or its relocations are: build or copy it again";

    private final ElfTestFile file = ElfTestFile.named("statickeys.elf");
    private final long table = file.section("__jump_table").offset();
    private final long text = file.section(".text").offset();

    @Test
    void bytesThatAreNoSiteAreShown() {
        assertRejected(
                file.withByte(text + 0x55, 0x90),
                "jump table entry 1 (scramble+0x5): 90 90 66 90 48 at 0xffffffff81000055 is no nop2 (66 90),"
                        + " nop5 (0f 1f 44 00 00), jmp8 (eb) or jmp32 (e9); make sites as the kernel's asm goto does");
    }

    @Test
    void siteAndTargetMustBeText() {
        assertRejected(
                file.withByte(table + 1, 0),
                "jump table entry 0 (0xffffffff80ff2100): the site 0xffffffff80ff2100 is not in executable text"
                        + DAMAGED);
        assertRejected(
                file.withByte(table + 5, 0),
                "jump table entry 0 (checksum): the target 0xffffffff80ff2030 is not in executable text" + DAMAGED);
    }

    @Test
    void keyMustBeSomewhere() {
        assertRejected(
                file.withByte(table + 14, 0x7f),
                "the key 0x7effff81002170 of the site at checksum is neither loaded nor a symbol" + DAMAGED);
    }

    @Test
    void oneSiteInTwoEntriesIsRejected() {
        // Entry 1 gets the site of entry 2, which lies 2 bytes further.
        assertRejected(
                file.withByte(table + 16, file.byteAt(table + 16) + 2),
                "the jump table has two sites that overlap: scramble+0x7 and scramble+0x7" + DAMAGED);
    }

    @Test
    void sitesThatOverlapAreRejected() {
        // A jmp32 where the first of two nop2 was reaches into the second.
        assertRejected(
                file.withByte(text + 0x55, 0xe9),
                "the jump table has two sites that overlap: scramble+0x5 and scramble+0x7" + DAMAGED);
    }

    @Test
    void tableMustHoldWholeEntries() {
        assertRejected(
                file.withLong(file.headerOf("__jump_table") + 32, 0xe8),
                "the jump table at 0xffffffff81002020 has 232 bytes; it must be aligned to 8 and hold entries of 16"
                        + DAMAGED);
    }

    @Test
    void tableMustBeLoaded() {
        assertRejected(
                file.withLong(file.headerOf("__jump_table") + 16, 0x1000),
                "jump table entry 0 at 0x1000 is not in a loaded segment" + DAMAGED);
    }

    private static void assertRejected(ElfTestFile file, String message) {
        assertEquals(
                "statickeys.elf: " + message,
                assertThrows(InvalidInput.class, file::load).getMessage());
    }
}
