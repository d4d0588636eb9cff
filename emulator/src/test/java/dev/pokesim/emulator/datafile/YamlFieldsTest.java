package dev.pokesim.emulator.datafile;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class YamlFieldsTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void whatIsNoMappingIsRefused() {
        assertEquals("f:1: is empty; copy an embedded file and change it", message(""));
        assertEquals("f:1: is empty; copy an embedded file and change it", message("# only a comment\n"));
        assertEquals("f:2: is no mapping; write lines such as 'description: ...'", message("\n- a\n- b\n"));
        assertEquals("f:1: is no mapping; write lines such as 'description: ...'", message("just words"));
        assertEquals("f:2: a field's name must be a word, not a list; remove it", message("a: 1\n? [b]\n: c\n"));
    }

    @Test
    void brokenYamlNamesTheLine() {
        assertEquals(
                "f:3: is no YAML: expected ',' or '}', but got <stream end>; correct this line or the one before",
                message("a: 1\nb: {c: 1\n"));
        assertEquals(
                "f:2: is no YAML: found character '\\t(TAB)' that cannot start any token. "
                        + "(Do not use \\t(TAB) for indentation); correct this line or the one before",
                message("a:\n\tb: 1\n"));
        assertEquals(
                "f:2: is no YAML: but found another document; correct this line or the one before",
                message("a: 1\n--- \nb: 1\n"));
    }

    @Test
    void binaryGarbageIsRefused() {
        assertEquals(
                "f:2: is no UTF-8 text; save it as UTF-8, or name a YAML file",
                assertThrows(InvalidDataFile.class, () -> YamlFields.parse("f", new byte[] {'a', '\n', (byte) 0xff}))
                        .getMessage());
        assertEquals("f:2: holds the unprintable character U+0000; remove it", message("a: 1\nb: \0\n"));
        String far = "a: 1 # \uD83D\uDE00 beyond the first plane\n".repeat(300);
        assertEquals("f:301: holds the unprintable character U+0007; remove it", message(far + "b: \7\n"));
    }

    @Test
    void whatTheFileSaysCannotBreakTheLineOfAMessage() {
        String message = message("\"a\\nb\\e[31m\\u202e\": 1\n\"a\\nb\\e[31m\\u202e\": 1\n");
        assertEquals("f:2: a?b?[31m?: is there twice, first in line 1; remove one", message);
        String longName = "n".repeat(2000);
        assertTrue(message(longName + ": 1\n" + longName + ": 1\n").length() < 120);
    }

    @Test
    void readingIsBounded() {
        byte[] large = new byte[YamlFields.MAX_BYTES + 1];
        Arrays.fill(large, (byte) '#');
        assertEquals(
                "f: is larger than 1048576 bytes; name a profile or scenario, not a data set",
                assertThrows(InvalidDataFile.class, () -> YamlFields.parse("f", large))
                        .getMessage());
        assertTrue(message("a: " + "[".repeat(1_000_000)).startsWith("f: Nesting Depth exceeded max 12"));
        StringBuilder laughs = new StringBuilder("a0: &a0 [x]\n");
        for (int i = 1; i < 30; i++) {
            laughs.append("a" + i + ": &a" + i + " [*a" + (i - 1) + ", *a" + (i - 1) + "]\n");
        }
        assertTrue(message(laughs.toString()).startsWith("f: Number of aliases for non-scalar nodes exceeds"));
    }

    @Test
    void selfReferenceDoesNotLoop() {
        YamlFields fields = YamlFields.parse("f", "a: &a\n  a: *a\n".getBytes(UTF_8));
        assertEquals("[a]", fields.fields("a").fields("a").fields("a").names().toString());
    }

    @Test
    void javaObjectsAreNotMade() {
        assertEquals(
                "f:2: is no YAML: Global tag is not allowed: tag:yaml.org,2002:java.net.URL; "
                        + "correct this line or the one before",
                message("b: 1\na: !!java.net.URL ['http://localhost/']\n"));
    }

    @Test
    void textIsOneLine() {
        YamlFields fields = YamlFields.parse(
                "f", ("a: |\n  one\n  two\nb: " + "x".repeat(501) + "\nc: ''\nd: [x]\ne:  plain \n").getBytes(UTF_8));
        assertEquals("f:1: a: is longer than a line of 500 characters; shorten it", textMessage(fields, "a"));
        assertEquals("f:4: b: is longer than a line of 500 characters; shorten it", textMessage(fields, "b"));
        assertEquals("f:5: c: is empty; write a text", textMessage(fields, "c"));
        assertEquals("f:6: d: expected a text, found a list; write it on the line", textMessage(fields, "d"));
        assertEquals("f:1: z: is missing; add it", textMessage(fields, "z"));
        assertEquals("plain", fields.text("e"));
    }

    @Test
    void switchIsOnOrOff() {
        assertEquals(1, onOff("on").whole());
        assertEquals(0, onOff("off").whole());
        for (String other : new String[] {"1", "true", "maybe"}) {
            assertEquals(
                    "f:1: s.value: '" + other + "' is not understood; write off or on",
                    assertThrows(InvalidDataFile.class, () -> onOff(other)).getMessage());
        }
    }

    @Test
    void fileThatCannotBeReadIsNamed() throws IOException {
        Path missing = folder.resolve("missing.yaml");
        assertEquals(missing + ": no such file; check the path", readMessage(missing));
        assertEquals(folder + ": is a directory; name a YAML file", readMessage(folder));
        Path secret = Files.writeString(folder.resolve("secret.yaml"), "a: 1\n");
        assertTrue(secret.toFile().setReadable(false));
        if (!Files.isReadable(secret)) { // root reads everything
            assertEquals(secret + ": may not be read; check its permissions", readMessage(secret));
        }
        Path good = Files.writeString(folder.resolve("good.yaml"), "a: 1\n");
        assertEquals("1", YamlFields.read(good).text("a"));
    }

    @Test
    void onlyWhatAFileStatesItselfIsItsOwn() {
        YamlFields base = YamlFields.parse("base", "text: b\nlow: {x: 1}\nboth: {x: 1, y: 1}\n".getBytes(UTF_8));
        YamlFields fields =
                YamlFields.parse("f", "both: {y: 2, z: 2}\n".getBytes(UTF_8)).over(base);
        assertFalse(fields.has("text"));
        assertThrows(InvalidDataFile.class, () -> fields.text("text"));
        assertEquals("1", fields.fields("low").text("x"));
        assertEquals("2", fields.fields("both").text("y"));
        assertEquals("[x, y, z]", fields.fields("both").names().toString());
        assertEquals("[text, low, both]", fields.names().toString());
        assertEquals(
                "base:1: text: unknown field; known here are both, low",
                assertThrows(InvalidDataFile.class, () -> fields.refuseOthers(java.util.List.of("low", "both")))
                        .getMessage());
    }

    private static Constant onOff(String value) {
        return YamlFields.parse(
                        "f", ("s: {value: " + value + ", unit: switch, evidence: A, source: s}").getBytes(UTF_8))
                .constant(ConstantSpec.onOff("s"));
    }

    private static String message(String content) {
        return assertThrows(InvalidDataFile.class, () -> YamlFields.parse("f", content.getBytes(UTF_8)))
                .getMessage();
    }

    private static String textMessage(YamlFields fields, String name) {
        return assertThrows(InvalidDataFile.class, () -> fields.text(name)).getMessage();
    }

    private static String readMessage(Path file) {
        return assertThrows(InvalidDataFile.class, () -> YamlFields.read(file)).getMessage();
    }
}
