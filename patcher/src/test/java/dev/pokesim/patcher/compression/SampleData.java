package dev.pokesim.patcher.compression;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/** Bytes of several kinds, the same every time. {@link Random}'s sequence is specified. */
final class SampleData {

    private static final int WORDS_BYTES = 400_000;

    private SampleData() {}

    /** What {@code testdata/compressed/words.*} were made from: sentences that repeat earlier ones, with changes. */
    static byte[] words() {
        Random random = new Random(1);
        String[] words = new String[200];
        for (int i = 0; i < words.length; i++) {
            words[i] = letters(random, 2 + random.nextInt(8));
        }
        StringBuilder text = new StringBuilder();
        while (text.length() < WORDS_BYTES) {
            if (text.length() > 2000 && random.nextInt(40) > 0) {
                int from = random.nextInt(text.length() - 1000);
                text.append(text, from, from + 20 + random.nextInt(980));
            } else {
                // Which words are frequent changes slowly.
                int topic = text.length() / 50_000 * 20;
                for (int i = 0; i < 12; i++) {
                    text.append(words[topic + random.nextInt(40)]).append(i < 11 ? " " : ".\n");
                }
            }
        }
        return text.substring(0, WORDS_BYTES).getBytes(StandardCharsets.US_ASCII);
    }

    private static String letters(Random random, int count) {
        StringBuilder word = new StringBuilder();
        for (int i = 0; i < count; i++) {
            word.append((char) ('a' + random.nextInt(26)));
        }
        return word.toString();
    }

    /** Runs, noise and text in turn: up to some hundred thousand bytes. */
    static byte[] mixed(Random random) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] words = words();
        for (int i = random.nextInt(60); i > 0; i--) {
            int count = random.nextInt(1 << random.nextInt(15));
            switch (random.nextInt(5)) {
                case 0 -> out.writeBytes(new byte[count]);
                case 1 -> {
                    byte[] noise = new byte[count];
                    random.nextBytes(noise);
                    out.writeBytes(noise);
                }
                case 2 -> out.write(words, random.nextInt(words.length - count), count);
                case 3 -> {
                    // Records that differ in a few bytes: matches at few distances, in every order.
                    byte[][] records = new byte[4][16 + random.nextInt(32)];
                    for (byte[] one : records) {
                        random.nextBytes(one);
                    }
                    for (int j = 0; j < count; j += records[0].length) {
                        byte[] one = records[random.nextInt(records.length)].clone();
                        one[random.nextInt(one.length)] ^= (byte) random.nextInt(256);
                        out.writeBytes(one);
                    }
                }
                default -> {
                    int values = 1 + random.nextInt(20);
                    for (int j = 0; j < count; j++) {
                        out.write(random.nextInt(values) * random.nextInt(values));
                    }
                }
            }
        }
        return out.toByteArray();
    }
}
