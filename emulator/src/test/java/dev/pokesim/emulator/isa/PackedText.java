package dev.pokesim.emulator.isa;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.tukaani.xz.SingleXZInputStream;

/**
 * Machine code in plenty, as compilers make it: the text of a large program that testdata/kernel/fetch-kernel.sh has fetched, packed
 * with xz in a boot image.
 *
 * @see "Linux Documentation/arch/x86/boot.rst"
 */
final class PackedText {
    private static final int SETUP_SECTORS = 0x1f1;
    private static final int PAYLOAD_OFFSET = 0x248;
    private static final int PAYLOAD_LENGTH = 0x24c;
    private static final int SECTOR_BYTES = 512;
    private static final byte[] XZ = {(byte) 0xfd, '7', 'z', 'X', 'Z', 0};

    private static final int SECTION_HEADERS_AT = 0x28;
    private static final int SECTION_HEADER_BYTES = 64;
    private static final int EXECUTABLE = 4;

    private PackedText() {}

    /**
     * The text of one.
     *
     * @param what the test finds out, for the line that says that it is skipped because there is none
     */
    static byte[] read(String what) {
        Map<String, String> environment = System.getenv();
        String caches = environment.getOrDefault(
                "XDG_CACHE_HOME",
                Path.of(System.getProperty("user.home"), ".cache").toString());
        Path folder = Path.of(environment.getOrDefault("POKE_SIM_KERNELS", caches + "/poke-sim/kernels"));
        List<Path> images = List.of();
        try {
            if (Files.isDirectory(folder)) {
                try (Stream<Path> folders = Files.list(folder)) {
                    images = folders.map(each -> each.resolve("vmlinuz"))
                            .filter(Files::isReadable)
                            .sorted()
                            .toList();
                }
            }
            for (Path image : images) {
                Optional<byte[]> text = text(Files.readAllBytes(image));
                if (text.isPresent()) {
                    return text.get();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String reason = "no image packed with xz in " + folder + "; testdata/kernel/fetch-kernel.sh fetches one";
        System.err.println("SKIPPED: " + what + ": " + reason);
        Assumptions.abort(reason);
        throw new IllegalStateException(reason);
    }

    private static Optional<byte[]> text(byte[] image) throws IOException {
        ByteBuffer header = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
        int from = (image[SETUP_SECTORS] + 1) * SECTOR_BYTES + header.getInt(PAYLOAD_OFFSET);
        byte[] packed = Arrays.copyOfRange(image, from, from + header.getInt(PAYLOAD_LENGTH));
        if (!Arrays.equals(XZ, 0, XZ.length, packed, 0, XZ.length)) {
            return Optional.empty();
        }
        byte[] elf;
        try (SingleXZInputStream in = new SingleXZInputStream(new ByteArrayInputStream(packed))) {
            elf = in.readAllBytes();
        }
        ByteBuffer fields = ByteBuffer.wrap(elf).order(ByteOrder.LITTLE_ENDIAN);
        int section = (int) fields.getLong(SECTION_HEADERS_AT);
        while ((fields.getLong(section + 8) & EXECUTABLE) == 0) { // the first such section is .text
            section += SECTION_HEADER_BYTES;
        }
        int offset = (int) fields.getLong(section + 24);
        return Optional.of(Arrays.copyOfRange(elf, offset, offset + (int) fields.getLong(section + 32)));
    }
}
