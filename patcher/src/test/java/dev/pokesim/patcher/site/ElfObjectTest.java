package dev.pokesim.patcher.site;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class ElfObjectTest {

    private final ElfTestFile object = ElfTestFile.named("pair.ko");

    /** The first relocation of .text: 32S at .text+0x2e against weights. */
    private final long relocation = object.section(".rela.text").offset();

    @Test
    void unknownRelocationTypeIsNamed() {
        assertRejected(
                object.withByte(relocation + 8, 9),
                "relocation type 9 at .text+0x2e is not one that kernel code has;"
                        + " compile with -fno-pic -mcmodel=kernel");
    }

    @Test
    void valueThatDoesNotFitIsNamed() {
        assertRejected(
                object.withByte(relocation + 8, 10),
                "R_X86_64_32 at .text+0x2e against weights does not fit: 0xffffffffc0001000;"
                        + " compile with -fno-pic -mcmodel=kernel");
        assertRejected(
                object.withLong(relocation + 16, 1L << 33),
                "R_X86_64_32S at .text+0x2e against weights does not fit: 0x1c0001000;"
                        + " compile with -fno-pic -mcmodel=kernel");
        assertRejected(
                object.withLong(relocation + 24 + 16, 1L << 31),
                "R_X86_64_PLT32 at .text+0x45 against weigh does not fit: 0x8000003b;"
                        + " compile with -fno-pic -mcmodel=kernel");
    }

    @Test
    void relocationOutsideItsSectionIsRejected() {
        assertRejected(
                object.withLong(relocation, 0xa5 - 3),
                "relocation at .text+0xa2 lies outside the section; it is cut off or damaged, build or copy it again");
        assertRejected(
                object.withLong(relocation, -1),
                "relocation at .text+0xffffffffffffffff lies outside the section;"
                        + " it is cut off or damaged, build or copy it again");
    }

    @Test
    void relocationAgainstNoSymbolIsRejected() {
        assertRejected(
                object.withByte(relocation + 13, 9),
                "a relocation of .text names symbol 2318, which does not exist;"
                        + " it is cut off or damaged, build or copy it again");
    }

    @Test
    void relocationThatFillsTheSectionToItsEndIsApplied() {
        LoadedImage image = object.withLong(relocation, 0xa5 - 4).load();
        assertEquals(
                "00 10 00 c0",
                image.bytesAt(ElfObject.MODULE_AREA + 0xa1, 4).orElseThrow().toString());
    }

    @Test
    void relocationOfTypeNoneChangesNothing() {
        LoadedImage image = object.withByte(relocation + 8, 0).load();
        assertEquals(
                "00 00 00 00",
                image.bytesAt(ElfObject.MODULE_AREA + 0x2e, 4).orElseThrow().toString());
    }

    @Test
    void emptySectionDoesNotMoveOthers() {
        ElfTestFile guest = ElfTestFile.named("guest.ko");
        assertEquals(0, guest.section(".data").sizeBytes());
        ElfTestFile aligned = guest.withLong(guest.headerOf(".data") + 48, 1 << 16);
        assertEquals(guest.load().segments(), aligned.load().segments());
    }

    @Test
    void emptySectionHasAnAddress() {
        ElfTestFile guest = ElfTestFile.named("guest.ko");
        int bss = guest.section(".bss").index();
        LoadedImage image = guest.withShort(guest.symbol("packets") + 6, bss).load();
        long jumpTableEnd = ElfObject.MODULE_AREA + 0x1000 + 2 * JumpTable.ENTRY_BYTES;
        assertEquals(jumpTableEnd, image.symbols().named("packets").get(0).address());
    }

    private static void assertRejected(ElfTestFile file, String message) {
        assertEquals(
                "pair.ko: " + message,
                assertThrows(InvalidInput.class, file::load).getMessage());
    }
}
