package dev.pokesim.patcher.run;

import dev.pokesim.emulator.memory.Address;
import dev.pokesim.patcher.site.LoadedImage;
import dev.pokesim.patcher.site.Segment;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** What decides how a model's run can go, as a number. */
final class ModelDigest {
    private ModelDigest() {}

    /**
     * SHA-256 over an image and some texts, as hexadecimal digits.
     */
    static String of(LoadedImage image, String... texts) {
        MessageDigest digest = sha256();
        for (Segment segment : image.segments()) {
            text(digest, Address.text(segment.address()));
            digest.update(segment.bytes().toArray());
        }
        for (String text : texts) {
            text(digest, text);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void text(MessageDigest digest, String text) {
        digest.update(text.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
