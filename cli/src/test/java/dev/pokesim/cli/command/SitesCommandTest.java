package dev.pokesim.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.pokesim.cli.console.Console;
import dev.pokesim.cli.console.Interruption;
import dev.pokesim.cli.console.UserError;
import dev.pokesim.patcher.site.ElfInput;
import dev.pokesim.patcher.site.LoadedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class SitesCommandTest {
    private static final Path ELF = Path.of(System.getProperty("pokesim.testdata"), "elf");
    private static final String EXECUTABLE = ELF.resolve("statickeys.elf").toString();

    private final StringWriter out = new StringWriter();

    private final Path folder;

    SitesCommandTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Test
    void lineOfASiteHasAddressBytesKindKeyAndFunction() {
        assertEquals(0, sites(EXECUTABLE));
        List<String> cells = List.of(line("straddle+0x5e").strip().split(" {2,}", -1));
        assertEquals(
                List.of(
                        "0xffffffff8100017e",
                        "0f 1f 44 00 00",
                        "nop5",
                        "stats_key",
                        "0",
                        "0",
                        "0xffffffff81000190",
                        "line",
                        "straddle+0x5e"),
                cells);
    }

    @Test
    void lastLineCounts() {
        sites(EXECUTABLE);
        assertEquals(
                "15 sites of 7 keys (2 on): 5 nop2, 6 nop5, 2 jmp8, 2 jmp32; 3 crossing an 8-byte word,"
                        + " 1 a 64-byte line; 1 in init text; text and keys agree",
                lastLine());
    }

    @Test
    void sitesAreInTheOrderOfTheirAddresses() {
        sites(EXECUTABLE);
        List<String> addresses = out.toString()
                .lines()
                .map(String::strip)
                .filter(line -> line.startsWith("0x"))
                .map(line -> line.substring(0, 18))
                .toList();
        assertEquals(15, addresses.size());
        assertEquals(addresses.stream().sorted().toList(), addresses);
    }

    @Test
    void oneKeyCanBeNamedOrGivenAsAnAddress() {
        sites(EXECUTABLE, "--key", "trace_keys+0x10");
        String named = out.toString();
        assertTrue(named.contains("1 site of 1 key (0 on): 1 nop2"), named);
        out.getBuffer().setLength(0);
        sites(EXECUTABLE, "--key", "0xffffffff81002150");
        assertEquals(named, out.toString());
    }

    @Test
    void unknownKeyNamesCloseOnes() {
        assertEquals(
                EXECUTABLE + ": no static key stat_key; did you mean stats_key?",
                error(EXECUTABLE, "--key", "stat_key"));
        assertEquals(
                EXECUTABLE + ": no static key zzzzzz; list its keys with poke-sim sites " + EXECUTABLE,
                error(EXECUTABLE, "--key", "zzzzzz"));
    }

    @Test
    void keyOfTwoFilesMustBeChosenByAddressWhereOnlyOneWillDo() throws IOException {
        LoadedImage image = ElfInput.of(sameNameTwice()).load();
        assertEquals(2, KeyChoice.all(image, "verify_key").size());
        UserError error = assertThrows(UserError.class, () -> KeyChoice.one(image, "verify_key"));
        assertEquals(
                image.name() + ": 2 static keys are named verify_key; give an address instead:"
                        + " 0xffffffff81002000 or 0xffffffff81002010",
                error.getMessage());
        assertEquals(
                0xffffffff81002010L,
                KeyChoice.one(image, "0xffffffff81002010").key().address());
    }

    @Test
    void jsonHasTheSameSitesWithItsVersionFirst() {
        sites(EXECUTABLE, "--key", "quota_key", "--format", "json");
        JsonObject json = JsonParser.parseString(out.toString()).getAsJsonObject();
        assertEquals(List.of("version", "file", "summary", "kernel", "sites"), List.copyOf(json.keySet()));
        assertEquals(2, json.getAsJsonObject("summary").get("sites").getAsInt());
        JsonObject site = json.getAsJsonArray("sites").get(1).getAsJsonObject();
        assertEquals(
                "{\"address\":\"0xffffffff810000ce\",\"bytes\":\"eb 08\",\"kind\":\"jmp8\",\"key\":\"quota_key\","
                        + "\"branch\":true,\"enabled\":0,\"target\":\"0xffffffff810000d8\",\"crossesWord\":false,"
                        + "\"crossesLine\":false,\"init\":false,\"agrees\":true,\"function\":\"charge\","
                        + "\"functionOffset\":14}",
                site.toString());
    }

    @Test
    void moduleWithoutItsKernelHasKeysOfUnknownCount() {
        String module = ELF.resolve("guest.ko").toString();
        assertEquals(0, sites(module));
        assertTrue(lastLine().startsWith("2 sites of 2 keys (0 on, 2 defined elsewhere): "), lastLine());
        assertTrue(line(" visit+0x5").contains(" ? "), line(" visit+0x5"));
        out.getBuffer().setLength(0);
        assertEquals(0, sites(module, "--kernel", EXECUTABLE));
        assertTrue(lastLine().startsWith("2 sites of 2 keys (1 on): "), lastLine());
    }

    @Test
    void textThatDisagreesWithItsKeyIsAViolation() throws IOException {
        byte[] content = Files.readAllBytes(ELF.resolve("statickeys.elf"));
        content[0x3a0] = 0; // the count of legacy_key, the first word of .data
        Path changed = Files.write(folder.resolve("changed.elf"), content);
        assertEquals(1, sites(changed.toString()));
        assertTrue(line("legacy_header+0x3").endsWith("text and key disagree"), out.toString());
        assertTrue(lastLine().endsWith("; text and key disagree at 2 sites"), lastLine());
    }

    @Test
    void fileWithoutAJumpTableSaysHowToGetOne() throws IOException {
        byte[] content = Files.readAllBytes(ELF.resolve("pair.ko"));
        int name = new String(content, StandardCharsets.ISO_8859_1).indexOf(".rela__jump_table\0");
        content[name + 5] = 'x';
        Path changed = Files.write(folder.resolve("changed.ko"), content);
        assertEquals(
                changed + ": has no jump table (section __jump_table); compile it with asm goto static keys",
                error(changed.toString()));
    }

    @Test
    void keysWithMostSitesGoFirstOnRequest() {
        sites(EXECUTABLE, "--sort", "sites");
        List<String> bySites = keysInOrder();
        assertEquals("stats_key", bySites.get(0));
        out.getBuffer().setLength(0);
        sites(EXECUTABLE, "--sort", "key");
        List<String> byName = keysInOrder();
        assertEquals(15, byName.size());
        assertEquals(byName.stream().sorted().toList(), byName);
        assertEquals(byName, bySites.stream().sorted().toList());
        out.getBuffer().setLength(0);
        assertEquals("--sort: no sits; did you mean sites?", error(EXECUTABLE, "--sort", "sits"));
    }

    private List<String> keysInOrder() {
        return out.toString()
                .lines()
                .filter(line -> line.startsWith("0x"))
                .map(line -> line.split(" {2,}")[3])
                .toList();
    }

    @Test
    void unusableFileIsAUserError() {
        assertEquals(folder + ": is a directory; name an ELF file in it", error(folder.toString()));
        assertEquals("none: does not exist; check the path", error(EXECUTABLE, "--kernel", "none"));
    }

    /** statickeys.elf with legacy_key called verify_key, too: both names have ten letters. */
    private Path sameNameTwice() throws IOException {
        byte[] content = Files.readAllBytes(ELF.resolve("statickeys.elf"));
        int name = new String(content, StandardCharsets.ISO_8859_1).indexOf("\0legacy_key\0");
        byte[] other = "verify_key".getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(other, 0, content, name + 1, other.length);
        return Files.write(folder.resolve("twice.elf"), content);
    }

    private int sites(String... arguments) {
        return command().execute(arguments);
    }

    private String error(String... arguments) {
        CommandLine command = command();
        Exception[] thrown = new Exception[1];
        command.setExecutionExceptionHandler((exception, line, parsed) -> {
            thrown[0] = exception;
            return 2;
        });
        assertEquals(2, command.execute(arguments));
        assertEquals("", out.toString());
        return String.valueOf(((UserError) thrown[0]).getMessage());
    }

    private CommandLine command() {
        PrintWriter writer = new PrintWriter(out);
        Console console = new Console(writer, writer, false, false, new Interruption());
        return new CommandLine(new SitesCommand(console)).setCaseInsensitiveEnumValuesAllowed(true);
    }

    private String line(String part) {
        return out.toString()
                .lines()
                .filter(line -> line.contains(part))
                .findFirst()
                .orElseThrow();
    }

    private String lastLine() {
        return out.toString().lines().reduce((first, second) -> second).orElseThrow();
    }
}
