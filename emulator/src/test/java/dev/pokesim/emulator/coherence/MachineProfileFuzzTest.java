package dev.pokesim.emulator.coherence;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.pokesim.emulator.datafile.InvalidDataFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whatever the bytes are, a profile is read or refused in one line: nothing else ever happens. */
class MachineProfileFuzzTest {
    private final MachineProfileReader reader =
            new MachineProfileReader(List.of("text-poke", "search-probe", "emulate-instruction"));
    private byte[] milan = {};

    @BeforeEach
    void readMilan() throws IOException {
        milan = Files.readAllBytes(Path.of(System.getProperty("pokesim.testdata"), "profiles", "milan.yaml"));
    }

    @Test
    void everyTruncationButThatOfTheLastLineIsRefused() {
        int lastLine = new String(milan, ISO_8859_1).lastIndexOf("source:");
        int accepted = 0;
        for (int length = 0; length < milan.length; length++) {
            boolean isAccepted = isAccepted(Arrays.copyOf(milan, length), "the first " + length + " bytes of milan");
            assertFalse(isAccepted && length < lastLine, "accepted the first " + length + " bytes of milan.yaml");
            accepted += isAccepted ? 1 : 0;
        }
        assertTrue(accepted < 100, accepted + " truncations were accepted");
    }

    @Test
    void changedBytesAreReadOrRefused() {
        Random random = new Random(1);
        int refused = 0;
        for (int round = 0; round < 1000; round++) {
            byte[] changed = milan.clone();
            for (int i = random.nextInt(3); i >= 0; i--) {
                changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
            }
            refused += isAccepted(changed, "seed 1, round " + round) ? 0 : 1;
        }
        assertTrue(refused > 333, "only " + refused + " of 1000 were refused");
    }

    @Test
    void piecesOfYamlInRandomPlacesAreReadOrRefused() {
        List<String> pieces = List.of(
                "&a ",
                "*a",
                "<<: ",
                "? ",
                ": ",
                "- ",
                "[",
                "]",
                "{",
                "}",
                "!!int ",
                "!x",
                "|\n",
                ">-\n",
                "'",
                "\"",
                "\\x",
                "%YAML 9.9\n",
                "---\n",
                "...\n",
                "#",
                "\t",
                "\r",
                "\u0085",
                "\u2028",
                "\ufeff",
                "\ud83d\ude00",
                "~",
                "@",
                "`",
                "extends: mid\n",
                "extends: .\n",
                "999999999999999999",
                "-",
                "0x",
                "\n  ",
                "\n");
        String text = new String(milan, UTF_8);
        Random random = new Random(2);
        for (int round = 0; round < 1000; round++) {
            StringBuilder changed = new StringBuilder(text);
            for (int i = random.nextInt(3); i >= 0; i--) {
                changed.insert(random.nextInt(changed.length()), pieces.get(random.nextInt(pieces.size())));
            }
            isAccepted(changed.toString().getBytes(UTF_8), "seed 2, round " + round);
        }
    }

    @Test
    void randomBytesAreRefused() {
        Random random = new Random(3);
        for (int round = 0; round < 1000; round++) {
            byte[] bytes = new byte[random.nextInt(300)];
            random.nextBytes(bytes);
            assertFalse(isAccepted(bytes, "seed 3, round " + round));
        }
    }

    @Test
    void largestFilesMadeToExhaustTheReaderEndSoon() {
        for (String piece : List.of(
                "[",
                "{",
                "- ",
                "? ",
                "a: ",
                "&a ",
                "*a\n",
                "'",
                "\"\\u0041",
                "#",
                "%",
                "!",
                "k: v\n",
                "- a\n",
                "|\n")) {
            byte[] bytes = piece.repeat((1 << 20) / piece.length()).getBytes(UTF_8);
            assertTimeoutPreemptively(
                    Duration.ofSeconds(20), () -> assertFalse(isAccepted(bytes, "1 MiB of " + piece)), piece);
        }
    }

    private boolean isAccepted(byte[] content, String what) {
        try {
            reader.parse("fuzz.yaml", content);
            return true;
        } catch (InvalidDataFile e) {
            assertEquals(1, e.getMessage().lines().count(), what);
            assertTrue(e.getMessage().startsWith("fuzz.yaml:"), what + ": " + e.getMessage());
            assertTrue(e.getMessage().length() < 600, what + ": " + e.getMessage());
            return false;
        } catch (RuntimeException | StackOverflowError e) {
            return fail(what, e);
        }
    }
}
