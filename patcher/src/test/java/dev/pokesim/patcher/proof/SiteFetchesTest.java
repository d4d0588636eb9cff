package dev.pokesim.patcher.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.isa.Decoder;
import dev.pokesim.emulator.isa.NotModelled;
import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.patcher.kernel.PatchPlace;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import dev.pokesim.patcher.sequence.PatchCatalogue;
import dev.pokesim.patcher.sequence.PatchScenario;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Under {@link FetchMode#WINDOW}, whether something torn can be fetched follows from the stores alone: every byte has any value that
 * it had since the core last serialised, each independent of the others. The test says so with sets of bytes; the code under test
 * finds it out with the machine's fetch view and decoder.
 */
class SiteFetchesTest {
    private static final int MAX_SIZE_BYTES = 6;

    private static final List<String> INSTRUCTIONS = List.of(
            "90",
            "55",
            "c3",
            "50",
            "f4",
            "66 90",
            "eb 0e",
            "eb 20",
            "74 05",
            "89 c8",
            "31 c0",
            "8b ff",
            "0f 1f 00",
            "48 89 e5",
            "8d 76 00",
            "0f 1f 40 00",
            "48 83 c0 01",
            "48 8d 76 00",
            "0f 1f 44 00 00",
            "e9 2b 13 00 00",
            "e8 4b 24 00 00",
            "b8 01 00 00 00",
            "e9 2c 13 00 00",
            "66 0f 1f 44 00 00",
            "0f 84 00 01 00 00",
            "81 c0 01 02 03 04",
            "0f 85 00 01 02 00");

    private int torn;
    private int whole;

    /** Every value that each byte may have. */
    private static List<Set<Integer>> visible(SiteHistory site, int since, int now) {
        InstructionBytes first = site.textAfter(0);
        int[] bytes = new int[site.sizeBytes()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = first.byteAt(i);
        }
        List<Set<Integer>> visible = new ArrayList<>();
        for (int i = 0; i < bytes.length; i++) {
            visible.add(new TreeSet<>());
        }
        for (int store = 0; store <= now; store++) {
            if (store >= since) {
                for (int i = 0; i < bytes.length; i++) {
                    visible.get(i).add(bytes[i]);
                }
            }
            if (store < now) {
                InstructionBytes stored = site.bytesOf(store);
                for (int i = 0; i < stored.sizeBytes(); i++) {
                    bytes[site.offsetOf(store) + i] = stored.byteAt(i);
                }
            }
        }
        return visible;
    }

    /** Whether some choice of visible bytes begins neither with INT3 nor is a text. */
    private static boolean isTorn(List<Set<Integer>> visible, List<InstructionBytes> texts, int[] chosen, int at) {
        if (at == visible.size()) {
            return !texts.contains(InstructionBytes.of(chosen));
        }
        for (int value : visible.get(at)) {
            chosen[at] = value;
            boolean isTrap = at == 0 && value == TextPokeLoc.INT3;
            if (!isTrap && isTorn(visible, texts, chosen, at + 1)) {
                return true;
            }
        }
        return false;
    }

    /** The sufficient condition in words: behind a first byte that is no INT3 there is one tail, and it belongs to it. */
    private static boolean hasOneTailForEachFirstByte(List<Set<Integer>> visible, List<InstructionBytes> texts) {
        return visible.get(0).stream()
                .filter(first -> first != TextPokeLoc.INT3)
                .allMatch(first -> texts.stream().anyMatch(text -> {
                    boolean isIt = text.byteAt(0) == first;
                    for (int i = 1; i < visible.size(); i++) {
                        isIt &= visible.get(i).equals(Set.of(text.byteAt(i)));
                    }
                    return isIt;
                }));
    }

    private static boolean isSingle(InstructionBytes text) {
        try {
            return text.byteAt(0) == TextPokeLoc.INT3
                    || new Decoder().decode(text, 0).bytes().equals(text);
        } catch (GuestFault | NotModelled undecodable) {
            return false;
        }
    }

    private void compare(String name, SiteHistory site, SiteFetches fetches) {
        for (int now = 0; now <= site.storeCount(); now++) {
            for (int since = 0; since <= now; since++) {
                List<Set<Integer>> visible = visible(site, since, now);
                boolean expected = isTorn(visible, site.texts(), new int[site.sizeBytes()], 0);
                SiteFetches.Outcome outcome = fetches.between(since, now);
                String where = name + ", since " + since + " now " + now + ": " + visible + " -> " + outcome;
                assertEquals(expected, outcome.wrong() != null, where);
                assertEquals(visible.get(0).contains(TextPokeLoc.INT3), outcome.int3(), where);
                assertTrue(!expected || !hasOneTailForEachFirstByte(visible, site.texts()), where);
                torn += expected ? 1 : 0;
                whole += expected ? 0 : 1;
            }
        }
    }

    @Test
    void tornIsWhatTheStoresOfTheCatalogueMakePossible() {
        int compared = 0;
        for (PatchScenario scenario : PatchCatalogue.all()) {
            if (!scenario.sequence().intermediates().isEmpty()) {
                continue;
            }
            ProtocolProgram program = new ProtocolProgram(scenario.setup(FetchMode.WINDOW));
            for (int site = 0; site < program.sites().size(); site++) {
                SiteHistory history = program.sites().get(site);
                if (history.sizeBytes() <= MAX_SIZE_BYTES
                        && history.texts().stream().allMatch(SiteFetchesTest::isSingle)) {
                    compare(scenario.name() + " site " + site, history, program.fetches(site));
                    compared++;
                }
            }
        }
        assertTrue(compared > 50, compared + " sites");
        assertTrue(torn > 50 && whole > 500, torn + " torn, " + whole + " not");
    }

    @Test
    void tornIsWhatRandomStoresMakePossible() {
        Random random = new Random(1);
        for (int round = 0; round < 400; round++) {
            int size = 1 + random.nextInt(MAX_SIZE_BYTES);
            List<InstructionBytes> texts = INSTRUCTIONS.stream()
                    .map(hex -> HexFormat.ofDelimiter(" ").parseHex(hex))
                    .filter(bytes -> bytes.length == size)
                    .map(bytes -> InstructionBytes.of(bytes, 0, bytes.length))
                    .toList();
            InstructionBytes oldText = texts.get(random.nextInt(texts.size()));
            InstructionBytes newText = texts.get(random.nextInt(texts.size()));
            SiteHistory site =
                    new SiteHistory(new PatchPlace(0xffffffff81000000L + random.nextInt(64), oldText, newText));
            site.willHold(newText);
            for (int store = random.nextInt(5); store >= 0; store--) {
                store(random, site, oldText, newText);
            }
            compare("seed 1, round " + round, site, new SiteFetches(site, FetchMode.WINDOW, List.of()));
        }
        assertTrue(torn > 500 && whole > 500, torn + " torn, " + whole + " not");
    }

    /** Fifteen bytes that may each have four values: a billion ways to fetch them, of which the first few tell enough. */
    @Test
    void longTextOfWhichEachByteMayBeOldIsDecidedAtOnce() {
        byte[] text = HexFormat.ofDelimiter(" ").parseHex("66 66 2e 0f 1f 84 00 00 00 00 00 0f 1f 40 00");
        InstructionBytes oldText = InstructionBytes.of(text, 0, text.length);
        SiteHistory site = new SiteHistory(new PatchPlace(0xffffffff81000010L, oldText, oldText));
        for (int round = 1; round <= 3; round++) {
            for (int i = 0; i < text.length; i++) {
                site.stored(site.storeCount(), i, InstructionBytes.of(text[i] + round & 0xff));
            }
        }
        SiteFetches fetches = new SiteFetches(site, FetchMode.WINDOW, List.of());
        assertTimeoutPreemptively(
                Duration.ofSeconds(20),
                () -> assertNotNull(fetches.between(0, site.storeCount()).wrong()));
    }

    /** A part of either text, mostly, or INT3 over the first byte. */
    private static void store(Random random, SiteHistory site, InstructionBytes oldText, InstructionBytes newText) {
        if (random.nextInt(3) == 0) {
            site.stored(site.storeCount(), 0, InstructionBytes.of(TextPokeLoc.INT3));
            return;
        }
        InstructionBytes text = random.nextInt(4) == 0 ? oldText : newText;
        int from = random.nextInt(text.sizeBytes());
        int to = from + 1 + random.nextInt(text.sizeBytes() - from);
        int[] bytes = new int[to - from];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = text.byteAt(from + i);
        }
        site.stored(site.storeCount(), from, InstructionBytes.of(bytes));
    }
}
