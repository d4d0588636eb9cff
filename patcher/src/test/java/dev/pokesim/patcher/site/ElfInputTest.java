package dev.pokesim.patcher.site;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ElfInputTest {

    /** What objdump and readelf show of statickeys.elf: address, text, key, branch, function. */
    private static final String SITES = """
            ffffffff81000000 0f 1f 44 00 00 | stats_key 0 | checksum
            ffffffff81000055 66 90 | trace_keys 0 | scramble+0x5
            ffffffff81000057 66 90 | trace_keys+0x10 0 | scramble+0x7
            ffffffff81000083 0f 1f 44 00 00 | verify_key 1 | accept+0x3
            ffffffff81000099 eb 05 | legacy_key 0 | accept+0x19
            ffffffff8100009b 66 90 | verify_key 1 | accept+0x1b
            ffffffff810000c0 e9 09 00 00 00 | quota_key 1 | charge
            ffffffff810000ce eb 08 | quota_key 1 | charge+0xe
            ffffffff81000103 e9 08 00 00 00 | legacy_key 0 | legacy_header+0x3
            ffffffff8100017e 0f 1f 44 00 00 | stats_key 0 | straddle+0x5e
            ffffffff81000183 0f 1f 44 00 00 | trace_keys+0x20 0 | straddle+0x63
            ffffffff810001b3 66 90 | stats_key 0 | chained+0x3
            ffffffff810001b5 0f 1f 44 00 00 | stats_key 0 | chained+0x5
            ffffffff810001fc 66 90 | stats_key 0 | pipeline+0x1c
            ffffffff81000223 0f 1f 44 00 00 | stats_key 0 | boot_only+0x3
            """;

    @Test
    void everySiteOfTheExecutableIsFoundWithBytesKeyAndFunction() {
        LoadedImage image = ElfTestFile.load("statickeys.elf");
        String found = image.sites()
                .sorted((a, b) -> Long.compareUnsigned(a.address(), b.address()))
                .map(site -> "%x %s | %s %d | %s%n"
                        .formatted(
                                site.address(), site.text(), site.key().name(), site.branch() ? 1 : 0, site.location()))
                .collect(Collectors.joining());
        assertEquals(SITES, found);
    }

    @Test
    void paddingThatLooksLikeASiteIsNone() {
        LoadedImage image = ElfTestFile.load("statickeys.elf");
        long padding = 0xffffffff810001e3L; // where gcc aligns the loop in pipeline
        assertEquals("0f 1f 44 00 00", image.bytesAt(padding, 5).orElseThrow().toString());
        assertTrue(image.sites().noneMatch(site -> site.address() == padding));
    }

    @Test
    void keysAreInTheKernelsOrderWithTheirInitialCounts() {
        List<String> keys = ElfTestFile.load("statickeys.elf").keys().stream()
                .map(key -> key.key().name() + " " + key.enabled() + " x"
                        + key.sites().size())
                .toList();
        assertEquals(
                List.of(
                        "legacy_key 1 x2",
                        "verify_key 1 x2",
                        "trace_keys 0 x1",
                        "trace_keys+0x10 0 x1",
                        "trace_keys+0x20 0 x1",
                        "stats_key 0 x6",
                        "quota_key 0 x2"),
                keys);
    }

    @ParameterizedTest
    @CsvSource({
        "statickeys.o, 5, 6, 2, 2",
        "statickeys.elf, 5, 6, 2, 2",
        "batches.elf, 150, 150, 0, 0",
        "pair.ko, 2, 4, 0, 1",
        "pair.linked.elf, 2, 4, 0, 1",
        "guest.ko, 1, 1, 0, 0"
    })
    void kindsAreCounted(String name, long nop2, long nop5, long jmp8, long jmp32) {
        Map<SiteKind, Long> counts = new TreeMap<>(ElfTestFile.named(name)
                .load()
                .sites()
                .collect(Collectors.groupingBy(PatchSite::kind, Collectors.counting())));
        Map<SiteKind, Long> expected = new TreeMap<>(
                Map.of(SiteKind.NOP2, nop2, SiteKind.NOP5, nop5, SiteKind.JMP8, jmp8, SiteKind.JMP32, jmp32));
        expected.values().removeIf(count -> count == 0);
        assertEquals(expected, counts);
    }

    @ParameterizedTest
    @CsvSource({
        "statickeys.o, statickeys.elf, 0xffffffff81000000",
        "pair.ko, pair.linked.elf, 0xffffffffc0000000",
        "guest.ko, guest.linked.elf, 0xffffffffc0000000"
    })
    void relocatedObjectHasTheBytesThatLdGivesIt(String object, String linked, String base) {
        LoadedImage relocated = ElfTestFile.named(object).load(Long.parseUnsignedLong(base.substring(2), 16));
        LoadedImage expected = ElfTestFile.named(linked).load();
        Function<LoadedImage, List<String>> segments = image -> image.segments().stream()
                .map(segment -> "%x %s %s %s"
                        .formatted(segment.address(), segment.executable(), segment.writable(), segment.bytes()))
                .toList();
        assertEquals(segments.apply(expected), segments.apply(relocated));
        assertEquals(expected.keys(), relocated.keys());
    }

    @Test
    void objectGoesToTheModuleAreaWithCodeConstantsAndDataOnTheirOwnPages() {
        LoadedImage image = ElfTestFile.load("pair.ko");
        assertEquals(
                List.of("text ffffffffc0000000 x", "constants ffffffffc0001000 ", "data ffffffffc0002000 w"),
                image.segments().stream()
                        .map(segment -> "%s %x %s%s"
                                .formatted(
                                        segment.name(),
                                        segment.address(),
                                        segment.executable() ? "x" : "",
                                        segment.writable() ? "w" : ""))
                        .toList());
    }

    @Test
    void sameFileGivesTheSameImage() {
        assertEquals(
                ElfTestFile.load("pair.ko").keys(), ElfTestFile.load("pair.ko").keys());
        assertEquals(
                ElfTestFile.load("pair.ko").segments(),
                ElfTestFile.load("pair.ko").segments());
    }

    @Test
    void oneKeyCanHaveMoreSitesThanABatchHasEntries() {
        List<KeySites> keys = ElfTestFile.load("batches.elf").keysNamed("flood_key");
        assertEquals(1, keys.size());
        assertEquals(300, keys.get(0).sites().size());
    }

    @Test
    void onlyTheSiteInInitTextIsInit() {
        assertEquals(
                List.of("boot_only+0x3"),
                ElfTestFile.load("statickeys.elf")
                        .sites()
                        .filter(PatchSite::init)
                        .map(site -> site.location().toString())
                        .toList());
        assertEquals(
                List.of("pair_init"),
                ElfTestFile.load("pair.ko")
                        .sites()
                        .filter(PatchSite::init)
                        .map(site -> site.location().toString())
                        .toList());
    }

    @Test
    void textOfEverySiteAgreesWithItsKey() {
        for (String name : ElfTestFile.NAMES) {
            if (!name.equals("guest.linked.elf")) { // its keys are in another file
                for (KeySites key : ElfTestFile.named(name).load().keys()) {
                    assertEquals(List.of(), key.disagreeing(), name + ": " + key.key());
                }
            }
        }
    }

    @Test
    void aKeyThatIsOffMakesAJumpOfItsDisagree() {
        ElfTestFile file = ElfTestFile.named("statickeys.elf");
        LoadedImage image = file.withByte(file.section(".data").offset(), 0).load();
        KeySites legacy = image.keysNamed("legacy_key").get(0);
        assertEquals(0, legacy.enabled());
        assertEquals(legacy.sites(), legacy.disagreeing());
    }

    @Test
    void jumpElsewhereThanTheEntrySaysDisagrees() {
        ElfTestFile file = ElfTestFile.named("statickeys.elf");
        LoadedImage image =
                file.withByte(file.section(".text").offset() + 0x9a, 4).load();
        assertEquals(
                List.of("accept+0x19"),
                image.keysNamed("legacy_key").get(0).disagreeing().stream()
                        .map(site -> site.location().toString())
                        .toList());
    }

    @Test
    void tableInsideAnotherSectionIsFoundByTheSymbolsAroundIt() {
        ElfTestFile file = ElfTestFile.named("statickeys.elf");
        ElfFile.Section names = file.section(".shstrtab");
        int at = (int) names.offset();
        while (!(file.byteAt(at) == '_' && file.byteAt(at + 1) == '_')) {
            at++;
        }
        ElfTestFile renamed = file.withByte(at, 'x');
        assertEquals("x_jump_table", renamed.section("x_jump_table").name());
        assertEquals(file.load().keys(), renamed.load().keys());
    }

    @Test
    void onlyLoadSegmentsAreMapped() {
        long constants = 64 + 56; // the second program header
        LoadedImage image =
                ElfTestFile.named("statickeys.elf").withByte(constants, 4).load();
        assertEquals(
                List.of("program header 0", "program header 2"),
                image.segments().stream().map(Segment::name).toList());
    }

    @Test
    void bssIsZeroed() {
        LoadedImage image = ElfTestFile.load("statickeys.elf");
        Symbol packets = image.symbols().named("packets").get(0);
        assertEquals(
                "00 00 00 00 00 00 00 00",
                image.bytesAt(packets.address(), 8).orElseThrow().toString());
    }

    @Test
    void moduleTakesKeysAndTheirCountsFromItsKernel() {
        LoadedImage kernel = ElfTestFile.load("statickeys.elf");
        LoadedImage guest = ElfInput.of(ElfTestFile.FOLDER.resolve("guest.ko"), SymbolResolver.kernel(kernel))
                .load();
        KeySites verify = guest.keysNamed("verify_key").get(0);
        assertEquals(kernel.keysNamed("verify_key").get(0).key(), verify.key());
        assertEquals(1, verify.enabled());
    }

    @Test
    void staticSymbolsOfTheKernelAreNotVisibleToModules() {
        SymbolResolver kernel = SymbolResolver.kernel(ElfTestFile.load("statickeys.elf"));
        assertTrue(kernel.resolve(List.of("stats_key")).containsKey("stats_key"));
        assertFalse(kernel.resolve(List.of("quota_key")).containsKey("quota_key"));
    }

    @Test
    void undefinedSymbolsAreNamed() {
        InvalidInput error = assertThrows(InvalidInput.class, () -> ElfTestFile.load("guest.ko"));
        assertEquals(
                ElfTestFile.FOLDER.resolve("guest.ko")
                        + ": 4 undefined symbols: packets, checksum, stats_key, verify_key;"
                        + " name the kernel that defines them, or link the object",
                error.getMessage());
    }

    @Test
    void placeholdersListAModuleWithoutItsKernel() {
        LoadedImage guest = ElfInput.of(ElfTestFile.FOLDER.resolve("guest.ko"), SymbolResolver.placeholders())
                .load();
        assertEquals(
                List.of("stats_key 0", "verify_key 1"),
                guest.keys().stream()
                        .map(key -> key.key().name() + " " + key.enabled())
                        .toList());
        for (KeySites key : guest.keys()) {
            assertTrue(guest.segmentAt(key.key().address(), 4).isEmpty());
        }
    }

    /** As in kernels since 2026, where init text lies among data. */
    @Test
    void textIsExecutableByItsSectionIfTheProgramHeaderDoesNotSaySo() {
        ElfTestFile file = ElfTestFile.named("statickeys.elf");
        LoadedImage image = file.load();
        ElfTestFile changed = file;
        long headers =
                ByteBuffer.wrap(file.content()).order(ByteOrder.LITTLE_ENDIAN).getLong(32);
        for (ElfFile.ProgramHeader header : file.parse().programHeaders()) {
            changed = changed.withByte(headers + 56 * header.index() + 4, header.flags() & ~ElfFile.PF_X);
        }
        assertEquals(image.keys(), changed.load().keys());
    }
}
