package dev.pokesim.patcher.site;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever happens to a file, the answer is an image or one line for the user. */
class DamagedElfTest {

    private static final int FLIPS_PER_FILE = 3_000;

    static Iterable<String> files() {
        return ElfTestFile.NAMES;
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyTruncationIsRejectedInOneLine(String name) {
        ElfTestFile file = ElfTestFile.named(name);
        for (int sizeBytes = 0; sizeBytes < file.sizeBytes(); sizeBytes++) {
            assertTrue(isRejected(file.cutTo(sizeBytes), "cut to " + sizeBytes), name + " cut to " + sizeBytes);
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyByteChangedGivesAnImageOrOneLine(String name) {
        ElfTestFile file = ElfTestFile.named(name);
        int rejected = 0;
        // The 300 sites of batches.elf are alike: a step that visits each field of an entry somewhere is enough.
        int step = name.equals("batches.elf") ? 7 : 1;
        for (int offset = 0; offset < file.sizeBytes(); offset += step) {
            for (int value : new int[] {0, 0xff, file.byteAt(offset) ^ 0x80, file.byteAt(offset) + 1}) {
                rejected += isRejected(file.withByte(offset, value), offset + " = " + value) ? 1 : 0;
            }
        }
        assertTrue(rejected > file.sizeBytes() / step / 10, name + ": only " + rejected + " were noticed");
    }

    @ParameterizedTest
    @MethodSource("files")
    void severalBytesChangedAtRandomGiveAnImageOrOneLine(String name) {
        ElfTestFile file = ElfTestFile.named(name);
        Random random = new Random(name.hashCode());
        for (int run = 0; run < FLIPS_PER_FILE; run++) {
            ElfTestFile damaged = file;
            for (int i = random.nextInt(4); i >= 0; i--) {
                damaged = damaged.withByte(random.nextInt(file.sizeBytes()), random.nextInt(256));
            }
            isRejected(damaged, "run " + run);
        }
    }

    private static boolean isRejected(ElfTestFile file, String what) {
        try {
            file.load();
            return false;
        } catch (InvalidInput expected) {
            String message = expected.getMessage();
            assertEquals(1, message.lines().count(), message);
            assertTrue(message.matches("[a-z.]+: .+; .+"), message);
            return true;
        } catch (RuntimeException | Error unexpected) {
            return fail(what, unexpected);
        }
    }
}
