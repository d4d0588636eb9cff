package dev.pokesim.patcher.site;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.pokesim.emulator.core.SeededRandom;
import dev.pokesim.emulator.isa.Decoded;
import dev.pokesim.emulator.machine.Interpreter;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.patcher.site.GeneratedText.Mix;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GeneratedTextTest {
    private static final int SEEDS = 20;

    @TempDir
    private Path folder;

    private static Segment text(GeneratedText generated) {
        return generated.load().segmentAt(GeneratedText.TEXT_ADDRESS, 1).orElseThrow();
    }

    private static List<PatchSite> sites(int count, long seed) {
        return new GeneratedText(count, seed).load().sites().toList();
    }

    private static long count(List<PatchSite> sites, int sizeBytes, int crossedBytes) {
        return sites.stream()
                .filter(site -> site.sizeBytes() == sizeBytes && site.crosses(crossedBytes))
                .count();
    }

    /** Where the instructions begin that stand one behind the other from the first byte of the text to the last. */
    private static List<Long> instructionStarts(GeneratedText generated) {
        Interpreter interpreter = new GeneratedTextRun(generated, 1).interpreter();
        List<Long> starts = new ArrayList<>();
        long address = GeneratedText.TEXT_ADDRESS;
        long end = text(generated).lastAddress() + 1;
        while (address != end) {
            assertTrue(address < end, "the last instruction ends behind the text");
            Decoded instruction = interpreter.decode(address);
            starts.add(address);
            address = instruction.next();
        }
        return starts;
    }

    @ParameterizedTest
    @CsvSource({
        "1, 0, 50",
        "2, 0, 50",
        "3, 0, 50",
        "5, 100, 20",
        "40, 30, 20",
        "164, 0, 10",
        "1000, 10, 1",
        "4096, 0, 1"
    })
    void functionsReturnAndPatchingChangesNothingButStatistics(int sites, int callPercent, int seeds) {
        for (long seed = 0; seed < seeds; seed++) {
            GeneratedText generated = new GeneratedText(new Mix(sites, callPercent), seed);
            GeneratedTextRun old = new GeneratedTextRun(generated, 0x1111111111111111L);
            GeneratedTextRun patched = new GeneratedTextRun(generated, 0x0123456789abcdefL);
            patched.patch(generated);
            Map<String, Long> sitesOf = generated.entryPoints().stream()
                    .collect(Collectors.groupingBy(EntryPoint::function, Collectors.counting()));
            SeededRandom random = new SeededRandom(seed);
            for (EntryPoint entry : generated.entryPoints()) {
                for (long argument : List.of(0L, 0x10L, -1L, random.nextLong())) {
                    GeneratedTextRun.Outcome before = old.call(entry, argument);
                    GeneratedTextRun.Outcome after = patched.call(entry, argument);
                    String where = "seed %d, argument %d, %s".formatted(seed, argument, entry);
                    assertEquals(before.result(), after.result(), where);
                    assertEquals(before.scratch(), after.scratch(), where);
                    assertEquals(0, before.counted(), where);
                    assertEquals(sitesOf.get(entry.function()), after.counted(), where);
                }
            }
        }
    }

    @Test
    void resultsDependOnArgumentAndScratch() {
        GeneratedText generated = new GeneratedText(164, 1);
        GeneratedTextRun run = new GeneratedTextRun(generated, 1);
        Set<Long> results = new HashSet<>();
        for (EntryPoint entry : generated.entryPoints()) {
            results.add(run.call(entry, 1).result());
            results.add(run.call(entry, 2).result());
        }
        assertTrue(results.size() > 200, "only " + results.size() + " different results");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 164, 1000, 4096})
    void everyByteIsPartOfAnInstructionAndEverySiteIsOne(int count) {
        GeneratedText generated = new GeneratedText(new Mix(count, count == 1000 ? 20 : 0), 7);
        Set<Long> starts = new HashSet<>(instructionStarts(generated));
        generated.load().sites().forEach(site -> {
            assertTrue(starts.contains(site.address()) && starts.contains(site.end()), site::toString);
            assertTrue(starts.contains(site.target()), site::toString);
        });
        for (EntryPoint entry : generated.entryPoints()) {
            assertTrue(starts.contains(entry.address()), entry::toString);
        }
        for (CallSite call : generated.callSites()) {
            assertTrue(starts.contains(call.address()), call::toString);
        }
    }

    @ParameterizedTest
    @CsvSource({"164, 50", "4096, 0"})
    void objdumpSeesTheSameInstructions(int count, int callPercent) throws IOException, InterruptedException {
        GeneratedText generated = new GeneratedText(new Mix(count, callPercent), 3);
        Path binary = folder.resolve("text.bin");
        Files.write(binary, text(generated).bytes().toArray());
        Path listing = folder.resolve("listing");
        Process objdump;
        try {
            objdump = new ProcessBuilder(
                            "objdump",
                            "-D",
                            "-w",
                            "-b",
                            "binary",
                            "-mi386:x86-64",
                            "--no-show-raw-insn",
                            "--adjust-vma=" + Address.text(GeneratedText.TEXT_ADDRESS),
                            binary.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(listing.toFile())
                    .start();
        } catch (IOException notInstalled) {
            System.err.println("SKIPPED: generated text is not compared with objdump: " + notInstalled.getMessage());
            abort("no objdump: " + notInstalled.getMessage());
            return;
        }
        assertTrue(objdump.waitFor(1, TimeUnit.MINUTES));
        assertEquals(0, objdump.exitValue(), () -> "objdump");
        List<Long> expected = new ArrayList<>();
        for (String line : Files.readAllLines(listing, StandardCharsets.UTF_8)) {
            if (line.matches("\\s*[0-9a-f]+:\\s.*")) {
                assertTrue(!line.contains("(bad)"), line);
                expected.add(Long.parseUnsignedLong(
                        line.substring(0, line.indexOf(':')).strip(), 16));
            }
        }
        assertEquals(expected, instructionStarts(generated));
    }

    @Test
    void sameSeedGivesTheSameBytesEverywhere() throws NoSuchAlgorithmException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (Segment segment : new GeneratedText(164, 1).load().segments()) {
            digest.update(segment.bytes().toArray());
        }
        assertEquals(
                "5acc6bc5c2ccbd25253453a18030bd59b196e0ec9a14a512b68a641e715d3954",
                HexFormat.of().formatHex(digest.digest()));
        assertEquals(
                new GeneratedText(164, 1).load().keys(),
                new GeneratedText(164, 1).load().keys());
        assertNotEquals(
                text(new GeneratedText(164, 1)).bytes(),
                text(new GeneratedText(164, 2)).bytes());
    }

    @ParameterizedTest
    @ValueSource(ints = {32, 33, 100, 127, 128, 164, 1000})
    void someSitesCrossWordsAndLinesAndInLongTextsPages(int count) {
        for (long seed = 0; seed < SEEDS; seed++) {
            List<PatchSite> sites = sites(count, seed);
            String where = "seed " + seed;
            assertTrue(
                    sites.stream().anyMatch(site -> site.sizeBytes() == 5 && site.crosses(8) && !site.crosses(64)),
                    where);
            assertTrue(count(sites, 5, 64) > count(sites, 5, 4096), where);
            assertTrue(count(sites, 2, 8) > count(sites, 2, 4096), where);
            assertEquals(count >= 128 ? 1 : 0, count(sites, 5, 4096), where);
            assertEquals(count >= 128 ? 1 : 0, count(sites, 2, 4096), where);
        }
    }

    @Test
    void hardlyAnySiteCrossesWhatHardlyAnyOfAKernelCrosses() {
        List<PatchSite> sites = sites(4096, 1);
        // a kernel: 1,868 of 6,299 cross a word, 232 a line, 4 a page
        assertEquals(0.30, (count(sites, 2, 8) + count(sites, 5, 8)) / 4096.0, 0.05);
        assertEquals(0.037, (count(sites, 2, 64) + count(sites, 5, 64)) / 4096.0, 0.01);
        assertEquals(2, count(sites, 2, 4096) + count(sites, 5, 4096));
    }

    @Test
    void functionsAreAlignedAndDoNotOverlap() {
        long end = GeneratedText.TEXT_ADDRESS;
        for (Symbol function : new GeneratedText(1000, 1).load().symbols().functions()) {
            assertEquals(0, function.address() % 16, function::name);
            assertTrue(function.address() >= end, function::name);
            end = function.address() + function.sizeBytes();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8, 32, 164, 4096})
    void sitesFollowTheRulesOfAJumpTable(int count) {
        for (long seed = 0; seed < (count > 1000 ? 1 : SEEDS); seed++) {
            LoadedImage image = new GeneratedText(count, seed).load();
            List<PatchSite> sites = image.sites().toList();
            assertEquals(count, sites.size());
            assertEquals(1, image.keysNamed(GeneratedText.KEY_NAME).size());
            assertEquals(List.of(), image.keys().get(0).disagreeing());
            for (PatchSite site : sites) {
                assertEquals(site.kind().isJump(), site.branch(), site::toString);
                assertEquals(image.symbolAt(site.address()), site.location());
                assertEquals(
                        site.location().symbol(), image.symbolAt(site.target()).symbol(), site::toString);
                long distance = site.target() - site.end();
                assertEquals(distance == (byte) distance, site.sizeBytes() == 2, site::toString);
            }
        }
    }

    @Test
    void kindsAreAsFrequentAsInAKernel() {
        Map<SiteKind, Integer> counts = new EnumMap<>(SiteKind.class);
        sites(4096, 1).forEach(site -> counts.merge(site.kind(), 1, Integer::sum));
        assertEquals(Map.of(SiteKind.NOP2, 2120, SiteKind.NOP5, 1844, SiteKind.JMP8, 88, SiteKind.JMP32, 44), counts);
    }

    @Test
    void eightSitesAreEnoughForAllKindsAndOneIsANop5AcrossAWord() {
        for (long seed = 0; seed < SEEDS; seed++) {
            assertEquals(
                    Set.of(SiteKind.values()),
                    sites(8, seed).stream().map(PatchSite::kind).collect(Collectors.toSet()));
            PatchSite only = sites(1, seed).get(0);
            assertEquals(SiteKind.NOP5, only.kind());
            assertTrue(only.crosses(8) && !only.crosses(64), only::toString);
        }
    }

    @Test
    void someFunctionsHaveTwoSitesAndSomeOfThemSideBySide() {
        for (long seed = 0; seed < SEEDS; seed++) {
            GeneratedText generated = new GeneratedText(64, seed);
            List<EntryPoint> entries = generated.entryPoints();
            int adjacent = 0;
            int apart = 0;
            for (int i = 1; i < entries.size(); i++) {
                if (entries.get(i).address() == entries.get(i - 1).address()) {
                    boolean isAdjacent =
                            entries.get(i).site() - entries.get(i - 1).site() == 2;
                    adjacent += isAdjacent ? 1 : 0;
                    apart += isAdjacent ? 0 : 1;
                }
            }
            assertTrue(adjacent > 0 && apart > 0, "seed " + seed + ": " + adjacent + " and " + apart);
        }
    }

    @Test
    void entryPointsCoverAllSitesInOrder() {
        GeneratedText generated = new GeneratedText(new Mix(164, 25), 1);
        List<Long> expected = new ArrayList<>();
        generated.load().sites().forEach(site -> expected.add(site.address()));
        generated.callSites().forEach(call -> expected.add(call.address()));
        expected.sort(Long::compareUnsigned);
        assertEquals(
                expected, generated.entryPoints().stream().map(EntryPoint::site).toList());
        for (EntryPoint entry : generated.entryPoints()) {
            assertEquals(
                    entry.function(), generated.load().symbolAt(entry.site()).symbol());
            assertEquals(new SymbolOffset(entry.function(), 0), generated.load().symbolAt(entry.address()));
        }
    }

    @Test
    void callsGoToOneLeafAndAreToGoToAnother() {
        GeneratedText generated = new GeneratedText(new Mix(10, 45), 1);
        assertEquals(4, generated.callSites().size());
        assertEquals(6, generated.load().sites().count());
        for (CallSite call : generated.callSites()) {
            assertEquals(
                    call.oldText(),
                    generated
                            .load()
                            .bytesAt(call.address(), CallSite.SIZE_BYTES)
                            .orElseThrow()
                            .instruction(0, 5));
            assertNotEquals(call.oldText(), call.newText());
            assertEquals("leaf_a", generated.load().symbolAt(call.oldTarget()).toString());
            assertEquals("leaf_b", generated.load().symbolAt(call.newTarget()).toString());
        }
    }

    @Test
    void textOfCallsAloneHasNoKey() {
        assertEquals(List.of(), new GeneratedText(new Mix(3, 100), 1).load().keys());
    }

    @Test
    void mostSitesFit() {
        assertEquals(GeneratedText.MAX_SITES, sites(GeneratedText.MAX_SITES, 1).size());
    }

    @Test
    void impossibleMixesAreRefused() {
        for (int[] mix : new int[][] {{0, 0}, {-1, 0}, {GeneratedText.MAX_SITES + 1, 0}, {1, -1}, {1, 101}}) {
            IllegalArgumentException refusal =
                    assertThrows(IllegalArgumentException.class, () -> new Mix(mix[0], mix[1]));
            assertEquals(
                    "generated text has 1 to 16384 sites and 0 to 100 percent of calls, not " + mix[0] + " and "
                            + mix[1],
                    refusal.getMessage());
        }
    }
}
