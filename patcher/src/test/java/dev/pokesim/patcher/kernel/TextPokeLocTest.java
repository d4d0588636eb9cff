package dev.pokesim.patcher.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.memory.InstructionBytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TextPokeLocTest {
    private static final long ADDRESS = 0xffffffff81000010L;

    private static InstructionBytes bytes(String hex) {
        String[] parts = hex.split(" ");
        int[] values = new int[parts.length];
        for (int i = 0; i < parts.length; i++) {
            values[i] = Integer.parseInt(parts[i], 16);
        }
        return InstructionBytes.of(values);
    }

    private static TextPokeLoc place(String hex) {
        InstructionBytes text = bytes(hex);
        return TextPokeLoc.of(ADDRESS, text, text);
    }

    @ParameterizedTest
    @CsvSource({
        "66 90, eb, 0",
        "0f 1f 44 00 00, e9, 0",
        "eb 7f, eb, 127",
        "eb 80, eb, -128",
        "e9 ff ff ff 7f, e9, 2147483647",
        "e9 00 00 00 80, e9, -2147483648",
        "e8 fe ff ff ff, e8, -2",
        "c3, c3, 0",
        "c3 cc cc cc cc, c3, 0",
        "cc, cc, 0",
        // relative to the end of the site, not of the jump
        "eb 10 cc cc cc, eb, 13",
        "70 01, 70, 1",
        "7f 80, 7f, -128",
        "0f 80 78 56 34 12, 70, 305419896",
        "0f 8f 00 00 00 80, 7f, -2147483648",
    })
    void foldsOpcodeAndDisplacement(String text, String opcode, int displacement) {
        TextPokeLoc place = place(text);
        assertEquals(Integer.parseInt(opcode, 16), place.foldedOpcode());
        assertEquals(displacement, place.displacement());
    }

    @Test
    void everyConditionFoldsOntoItsShortForm() {
        for (int condition = 0; condition < 16; condition++) {
            TextPokeLoc shortForm = place("7%x 05".formatted(condition));
            TextPokeLoc longForm = place("0f 8%x 05 00 00 00".formatted(condition));
            assertEquals(0x70 + condition, shortForm.foldedOpcode());
            assertEquals(0x70 + condition, longForm.foldedOpcode());
            assertEquals(5, longForm.displacement());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "90", // one-byte NOP
                "0f 1f 00", // NOP3 is none of the kernel's two
                "66 66 66 66 90", // a NOP of 5 bytes, but not the kernel's
                "0f 1f 44 00 01",
                "66 66",
                "cc cc", // the kernel's decoder finds 1 byte where the site has 2
                "cc cc cc cc cc",
                "cc 90",
                "c3 90", // padded with something else
                "c3 cc cc cc 90",
                "eb 00 90 90 90",
                "eb",
                "e8 00",
                "e9 00 00 00",
                "e8 00 00 00 00 cc",
                "e9 00 00 00 00 cc",
                "70 00 cc",
                "0f 84 00 00 00",
                "0f 1f 44 00 00 00",
                "0f 05 00 00 00 00",
                "c2 08 00",
                "48 89 e5",
                "b8 00 00 00 00",
                "66 0f 1f 44 00 00 00",
            })
    void refusesWhatTheHandlerCannotActAs(String text) {
        String message = String.valueOf(
                assertThrows(IllegalArgumentException.class, () -> place(text)).getMessage());
        assertTrue(message.contains("0xffffffff81000010") && !message.contains("\n"), message);
    }

    @Test
    void refusesTextsOfDifferentLength() {
        assertThrows(
                IllegalArgumentException.class, () -> TextPokeLoc.of(ADDRESS, bytes("66 90"), bytes("e9 00 00 00 00")));
        assertThrows(IllegalArgumentException.class, () -> TextPokeLoc.of(ADDRESS, bytes("66 90"), bytes("c3")));
    }

    @Test
    void refusesNoTextAndSevenBytes() {
        InstructionBytes nothing = InstructionBytes.of();
        assertThrows(IllegalArgumentException.class, () -> TextPokeLoc.of(ADDRESS, nothing, nothing));
        assertThrows(IllegalArgumentException.class, () -> place("c3 cc cc cc cc cc cc"));
    }

    @Test
    void anotherInstructionMayBeEmulatedIfItIsAsLong() {
        InstructionBytes nop = bytes("0f 1f 44 00 00");
        TextPokeLoc place = TextPokeLoc.of(ADDRESS, nop, bytes("cc cc cc cc cc"), bytes("e8 01 00 00 00"));
        assertEquals(0xe8, place.foldedOpcode());
        assertEquals(1, place.displacement());
        // the handler would go on 5 bytes behind a CALL of 5 bytes at a site of 2
        assertThrows(
                IllegalArgumentException.class,
                () -> TextPokeLoc.of(ADDRESS, bytes("66 90"), bytes("eb 00"), bytes("e8 01 00 00 00")));
        assertThrows(IllegalArgumentException.class, () -> TextPokeLoc.of(ADDRESS, nop, nop, bytes("66 90")));
    }

    @Test
    void saysHowToPadWhenLengthsDiffer() {
        String message = String.valueOf(
                assertThrows(IllegalArgumentException.class, () -> TextPokeLoc.of(ADDRESS, bytes("66 90"), bytes("c3")))
                        .getMessage());
        assertTrue(message.contains("old text has 2 bytes, new text 1"), message);
    }
}
