package dev.pokesim.patcher.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.patcher.site.ElfInput;
import dev.pokesim.patcher.site.GeneratedText;
import dev.pokesim.patcher.site.KeySites;
import dev.pokesim.patcher.site.LoadedImage;
import dev.pokesim.patcher.site.PatchSite;
import dev.pokesim.patcher.site.Segment;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Keys of compiled and generated text, flipped there and back while other cores run through them. */
class PatchElfTest {
    static Stream<Arguments> keys() {
        Stream<LoadedImage> images = Stream.concat(
                Stream.of("statickeys.elf", "batches.elf")
                        .map(name -> ElfInput.of(Path.of(System.getProperty("pokesim.testdata"), "elf", name))
                                .load()),
                Stream.of(new GeneratedText(40, 3).load()));
        return images.flatMap(image ->
                image.keys().stream().map(key -> Arguments.of(image, key.key().name(), key)));
    }

    private static KeySites sameKey(LoadedImage image, KeySites key) {
        return image.keys().stream()
                .filter(other -> other.key().equals(key.key()))
                .findFirst()
                .orElseThrow();
    }

    private static List<Segment> text(LoadedImage image) {
        return image.segments().stream().filter(Segment::executable).toList();
    }

    private static LoadedImage flip(LoadedImage image, KeySites key, long seed) {
        PatchTarget target = PatchTarget.ofKey(image, key);
        PatchRun run = PatchRun.of(new SmallRun().cores(12).target(target).setup(seed));
        RunReport report = run.run((simulatedPs, step) -> true);
        assertEquals(null, report.violation());
        assertEquals(RunReport.Outcome.COMPLETE, report.outcome());
        assertTrue(report.visits() > 0 && report.traps() > 0, () -> "nobody runs through " + key + ": " + report);
        int sites = target.places().size();
        assertEquals(sites, report.textPokeRecords());
        assertEquals(
                sites <= 256 ? List.of(sites) : List.of(256, sites - 256),
                report.batches().stream().map(RunReport.Batch::entries).toList());
        LoadedImage after = run.image();
        for (KeySites each : after.keys()) {
            boolean isFlipped = each.key().equals(key.key());
            int count =
                    isFlipped ? target.enable() ? 1 : 0 : sameKey(image, each).enabled();
            assertEquals(count, each.enabled());
            List<PatchSite> before = sameKey(image, each).sites();
            for (int i = 0; i < before.size(); i++) {
                PatchSite site = each.sites().get(i);
                if (isFlipped && !site.init()) {
                    assertTrue(site.agreesWith(count), () -> site + " does not agree with " + count);
                } else {
                    assertEquals(before.get(i), site);
                }
            }
        }
        return after;
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("keys")
    void flippedThereAndBackTheTextIsTheSameByteForByte(LoadedImage image, String name, KeySites key) {
        LoadedImage there = flip(image, key, 1);
        assertNotEquals(text(image), text(there));
        LoadedImage back = flip(there, sameKey(there, key), 2);
        assertEquals(text(image), text(back));
        assertEquals(key.enabled(), Objects.requireNonNull(sameKey(back, key)).enabled());
    }
}
