package dev.pokesim.emulator.isa;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.emulator.memory.InstructionBytes;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InstructionLengthTest {
    private static OptionalInt length(String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
        return InstructionLength.of(InstructionBytes.of(bytes, 0, bytes.length));
    }

    /** Each as GNU as makes it of the text behind it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "d9ee fldz",
                "dd5c2408 fstp-qword-rsp-8",
                "0fae1d00000000 stmxcsr-rip",
                "0f77 emms",
                "660f6f05deadbeef movdqa-xmm0-rip",
                "f30f6f4c2410 movdqu-xmm1-rsp-16",
                "660f70c11b pshufd-imm",
                "660f73d808 psrldq-imm",
                "660f3800c1 pshufb",
                "660f3a0fc108 palignr",
                "0fc6c1e4 shufps",
                "c5f877 vzeroupper",
                "c5f970c11b vpshufd-imm",
                "c5f96f4708 vmovdqa-rdi-8",
                "c4e37d39c101 vextracti128",
                "c4e2f1f7c2 shlx",
                "c463fd00c84e vpermq",
                "62f17d486f4001 vmovdqa32-zmm-disp8",
                "62f37548 25c296 vpternlogd",
                "62f1754872e208 vpsrad",
                "62f57c4858c2 vaddph",
                "9b fwait",
                "0f01d0 xgetbv",
                "0f20c0 mov-cr0",
                "0f2000 mov-cr0-whatever-mod-says",
                "c8100001 enter",
                "48b8efcdab8967452301 movabs",
                "66b83412 mov-ax",
                "48a1efcdab8967452301 movabs-offset",
                "67a178563412 addr32-offset",
                "f60578563412ff test-byte-rip",
                "f61578563412 not-byte-rip",
                "48f7c178563412 test-rcx",
                "66f7c13412 test-cx",
                "66480fc7f0 data16-rex-rdrand",
                "f30fa7c8 rep-xcryptecb",
            })
    void isThatOfTheManual(String line) {
        String hex = line.substring(0, line.lastIndexOf(' '));
        int size = hex.replace(" ", "").length() / 2;
        assertEquals(OptionalInt.of(size), length(hex + "90".repeat(15 - size)));
        assertEquals(
                OptionalInt.empty(), length(hex.replace(" ", "").substring(0, 2 * size - 2)), "one byte is missing");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"ea", "06", "37", "60", "82", "9a", "ce", "d4", "d6", "0f04", "0f0a", "0f24", "0f36", "0f7a"})
    void someBytesBeginNoInstruction(String hex) {
        assertEquals(OptionalInt.empty(), length(hex + "90".repeat(13)));
    }

    /** The two know different things of an instruction, and must agree about what both know. */
    @Test
    void isWhereTheDecoderEnds() {
        Random random = new Random(11);
        Decoder decoder = new Decoder();
        int compared = 0;
        for (int i = 0; i < 300_000; i++) {
            byte[] bytes = DecoderFuzzTest.randomBytes(random);
            InstructionBytes string = InstructionBytes.of(Arrays.copyOf(bytes, 15), 0, 15);
            try {
                assertEquals(
                        OptionalInt.of(decoder.decode(string, 0).bytes().sizeBytes()),
                        InstructionLength.of(string),
                        string::toString);
                compared++;
            } catch (GuestFault | NotModelled notDecoded) {
                continue;
            }
        }
        assertEquals(true, compared > 100_000, "compared " + compared);
    }
}
