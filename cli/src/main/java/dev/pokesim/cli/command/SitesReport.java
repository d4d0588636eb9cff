package dev.pokesim.cli.command;

import dev.pokesim.cli.console.ExitCode;
import dev.pokesim.cli.console.Report;
import dev.pokesim.cli.console.TextTable;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.patcher.site.KernelImage;
import dev.pokesim.patcher.site.KeySites;
import dev.pokesim.patcher.site.LoadedImage;
import dev.pokesim.patcher.site.PatchSite;
import dev.pokesim.patcher.site.Segment;
import dev.pokesim.patcher.site.SiteKind;
import java.io.PrintWriter;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What {@code poke-sim sites} prints. Addresses are text, because numbers in JSON end at 2^53.
 *
 * @param file as the user named it
 * @param summary counts over the sites below
 * @param kernel null if the file is no kernel
 * @param sites in the order asked for
 */
record SitesReport(String file, Summary summary, @Nullable Kernel kernel, List<Site> sites) implements Report {
    private static final int WORD_BYTES = 8;
    private static final int LINE_BYTES = 64;

    /**
     * Counts.
     *
     * @param sites how many in all; the next four add up to it
     * @param keys how many static keys
     * @param keysOn those whose count is known and above 0
     * @param keysElsewhere those whose count is not known, because another file defines them
     * @param crossingWords sites in more than one aligned 8 bytes
     * @param crossingLines sites in more than one cache line of 64 bytes
     * @param init sites in init text, which the kernel never patches after boot
     * @param disagreeing sites whose text is not what the key calls for
     */
    record Summary(
            int sites,
            int nop2,
            int nop5,
            int jmp8,
            int jmp32,
            int keys,
            int keysOn,
            int keysElsewhere,
            int crossingWords,
            int crossingLines,
            int init,
            int disagreeing) {}

    /**
     * What else a kernel can patch, all of it whatever key was asked for.
     *
     * @param banner which kernel it is, as it says at boot
     * @param staticCallSites CALLs and tail JMPs of static calls
     * @param functionEntryCalls CALLs of __fentry__
     * @param perCpuBytes size of a core's per-CPU area
     */
    record Kernel(String banner, int staticCallSites, int functionEntryCalls, int perCpuBytes) {
        private static Kernel of(KernelImage image) {
            return new Kernel(
                    image.banner(),
                    image.staticCallSites().size(),
                    image.functionEntryCalls().size(),
                    image.perCpuArea().map(Segment::sizeBytes).orElse(0));
        }
    }

    /**
     * One site.
     *
     * @param branch whether a jump stands here while the key is off
     * @param enabled count of the key; null if the key is in another file
     * @param agrees whether the text is what key and branch call for
     */
    record Site(
            String address,
            String bytes,
            String kind,
            String key,
            boolean branch,
            @Nullable Integer enabled,
            String target,
            boolean crossesWord,
            boolean crossesLine,
            boolean init,
            boolean agrees,
            String function,
            long functionOffset) {

        private String location() {
            return functionOffset == 0 ? function : function + "+0x" + Long.toHexString(functionOffset);
        }

        private String crosses() {
            return crossesLine ? "line" : crossesWord ? "word" : "";
        }

        private String note() {
            return (init ? "init" : "") + (init && !agrees ? ", " : "") + (agrees ? "" : "text and key disagree");
        }
    }

    /**
     * The report on some keys of a file.
     *
     * @param isCountKnown whether the image has the count of the key, or its kernel
     */
    static SitesReport of(LoadedImage image, List<KeySites> keys, SiteOrder order, Predicate<KeySites> isCountKnown) {
        List<PatchSite> all = keys.stream().flatMap(key -> key.sites().stream()).toList();
        Summary summary = new Summary(
                all.size(),
                count(all, site -> site.kind() == SiteKind.NOP2),
                count(all, site -> site.kind() == SiteKind.NOP5),
                count(all, site -> site.kind() == SiteKind.JMP8),
                count(all, site -> site.kind() == SiteKind.JMP32),
                keys.size(),
                (int) keys.stream()
                        .filter(isCountKnown)
                        .filter(key -> key.enabled() > 0)
                        .count(),
                (int) keys.stream().filter(isCountKnown.negate()).count(),
                count(all, site -> site.crosses(WORD_BYTES)),
                count(all, site -> site.crosses(LINE_BYTES)),
                count(all, PatchSite::init),
                keys.stream().mapToInt(key -> key.disagreeing().size()).sum());

        return new SitesReport(
                image.name(),
                summary,
                KernelImage.of(image).map(Kernel::of).orElse(null),
                order.sorted(keys).stream()
                        .map(keyed -> site(keyed.site(), keyed.key(), isCountKnown.test(keyed.key())))
                        .toList());
    }

    private static Site site(PatchSite site, KeySites key, boolean isCountKnown) {
        return new Site(
                Address.text(site.address()),
                site.text().toString(),
                site.kind().toString(),
                site.key().name(),
                site.branch(),
                isCountKnown ? (Integer) key.enabled() : null,
                Address.text(site.target()),
                site.crosses(WORD_BYTES),
                site.crosses(LINE_BYTES),
                site.init(),
                site.agreesWith(key.enabled()),
                site.location().symbol(),
                site.location().offset());
    }

    private static int count(List<PatchSite> sites, Predicate<PatchSite> predicate) {
        return (int) sites.stream().filter(predicate).count();
    }

    @Override
    public void printText(PrintWriter out) {
        TextTable table = new TextTable()
                .words("address")
                .words("bytes")
                .words("kind")
                .words("key")
                .numbers("branch")
                .numbers("enabled")
                .words("target")
                .words("crosses")
                .words("function")
                .words("note");
        for (Site site : sites) {
            table.row(
                    site.address(),
                    site.bytes(),
                    site.kind(),
                    site.key(),
                    site.branch() ? 1 : 0,
                    site.enabled() == null ? "?" : site.enabled(),
                    site.target(),
                    site.crosses(),
                    site.location(),
                    site.note());
        }
        out.print(table);
        out.println();
        if (kernel != null) {
            out.println(kernel.banner());
            out.println("beside the static keys: " + counted(kernel.staticCallSites(), "static call site") + ", "
                    + counted(kernel.functionEntryCalls(), "function entry call") + "; "
                    + counted(kernel.perCpuBytes(), "byte") + " of per-CPU data");
        }
        out.println(counted(summary.sites(), "site") + " of " + counted(summary.keys(), "key") + " ("
                + summary.keysOn() + " on"
                + (summary.keysElsewhere() == 0 ? "" : ", " + summary.keysElsewhere() + " defined elsewhere") + "): "
                + summary.nop2() + " nop2, " + summary.nop5() + " nop5, "
                + summary.jmp8() + " jmp8, " + summary.jmp32() + " jmp32; " + summary.crossingWords()
                + " crossing an 8-byte word, " + summary.crossingLines() + " a 64-byte line; " + summary.init()
                + " in init text; "
                + (summary.disagreeing() == 0
                        ? "text and keys agree"
                        : "text and key disagree at " + counted(summary.disagreeing(), "site")));
    }

    private static String counted(int count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }

    @Override
    public ExitCode exitCode() {
        return summary.disagreeing() == 0 ? ExitCode.FINE : ExitCode.VIOLATED;
    }
}
