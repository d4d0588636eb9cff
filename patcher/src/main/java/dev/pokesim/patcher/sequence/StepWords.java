package dev.pokesim.patcher.sequence;

import dev.pokesim.emulator.datafile.InvalidDataFile;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.patcher.kernel.PatchPlace;
import dev.pokesim.patcher.protocol.CoreSet;
import dev.pokesim.patcher.protocol.Lookup;
import dev.pokesim.patcher.protocol.PatchContent;
import dev.pokesim.patcher.protocol.PatchStep;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The steps of a sequence as scenarios write them, one line each. */
final class StepWords {
    private static final Map<String, PatchStep> PLAIN = new TreeMap<>(Map.ofEntries(
            Map.entry("publish", new PatchStep.PublishRefs()),
            Map.entry("publish online", new PatchStep.PublishRefs(CoreSet.ONLINE)),
            Map.entry("retire", new PatchStep.RetireRefs()),
            Map.entry("drop", new PatchStep.DropRefs()),
            Map.entry("int3", new PatchStep.WriteInt3()),
            Map.entry("tail", new PatchStep.WriteTail()),
            Map.entry("first-byte", new PatchStep.WriteFirstByte()),
            Map.entry("sync", new PatchStep.SyncCores()),
            Map.entry("sync-if-written", new PatchStep.SyncCoresIfWritten()),
            Map.entry("barrier", new PatchStep.Barrier()),
            Map.entry("serialise", new PatchStep.Serialise()),
            Map.entry("cli", new PatchStep.SetInterrupts(false)),
            Map.entry("sti", new PatchStep.SetInterrupts(true)),
            Map.entry("stop", new PatchStep.StopCores()),
            Map.entry("release", new PatchStep.ReleaseCores()),
            Map.entry("await-readers", new PatchStep.AwaitReaders())));
    private static final Pattern STORE = Pattern.compile(
            "store (new|old|[0-9a-f]{2}(?:-[0-9a-f]{2})*) ([0-9]{1,2})\\.\\.([0-9]{1,2}|end)((?: torn| alias)*)");
    private static final Pattern SYNC = Pattern.compile("sync((?: all-but-last| no-wait| no-flush)+)");
    private static final Pattern LOOKUP = Pattern.compile("(set|clear) (count|vector|descriptor|handler)");

    private StepWords() {}

    /** The steps that are one word or two and have no parts to choose. */
    static Set<String> plain() {
        return PLAIN.keySet();
    }

    /**
     * A step from its line.
     *
     * @param places what it is to be done to; it must fit each
     */
    static PatchStep step(String text, List<PatchPlace> places, Function<String, InvalidDataFile> complaint) {
        PatchStep plain = PLAIN.get(text);
        if (plain != null) {
            return plain;
        }
        Matcher store = STORE.matcher(text);
        if (store.matches()) {
            return store(store, places, complaint);
        }
        Matcher sync = SYNC.matcher(text);
        if (sync.matches()) {
            List<String> words = Arrays.asList(sync.group(1).trim().split(" "));
            return new PatchStep.Sync(
                    words.contains("all-but-last") ? CoreSet.ALL_BUT_LAST : CoreSet.ALL,
                    !words.contains("no-wait"),
                    !words.contains("no-flush"));
        }
        Matcher lookup = LOOKUP.matcher(text);
        if (lookup.matches()) {
            Lookup word = Arrays.stream(Lookup.values())
                    .filter(one -> one.word().equals(lookup.group(2)))
                    .findFirst()
                    .orElseThrow();
            return new PatchStep.SetLookup(word, lookup.group(1).equals("set"));
        }
        throw complaint.apply("no step '" + text + "'; write one of " + String.join(", ", PLAIN.keySet())
                + ", 'sync' with all-but-last, no-wait or no-flush, 'store new 0..4' (new, old or bytes such as eb-fe; to 'end';"
                + " torn, alias), 'set' or 'clear' with count, vector, descriptor or handler");
    }

    private static PatchStep store(
            Matcher store, List<PatchPlace> places, Function<String, InvalidDataFile> complaint) {
        int from = Integer.parseInt(store.group(2));
        int to = store.group(3).equals("end") ? PatchStep.Store.END : Integer.parseInt(store.group(3));
        PatchContent content = switch (store.group(1)) {
            case "new" -> new PatchContent.NewText();
            case "old" -> new PatchContent.OldText();
            default ->
                new PatchContent.Bytes(bytes(store.group(1).replace('-', ' '))
                        .orElseThrow(() -> complaint.apply("more than 15 bytes in one store")));
        };
        if (content instanceof PatchContent.Bytes literal
                && to != from + literal.bytes().sizeBytes()) {
            throw complaint.apply("stores " + literal.bytes().sizeBytes() + " bytes at " + from + ".." + store.group(3)
                    + "; write " + from + ".." + (from + literal.bytes().sizeBytes()));
        }
        for (PatchPlace place : places) {
            int end = to == PatchStep.Store.END ? place.sizeBytes() : to;
            if (from >= end || end > place.sizeBytes()) {
                throw complaint.apply("store " + from + ".." + end + " does not lie inside a place of "
                        + place.sizeBytes() + " bytes; write 0 to " + place.sizeBytes() + ", the lower number first");
            }
        }
        return new PatchStep.Store(
                content,
                from,
                to,
                !store.group(4).contains("torn"),
                store.group(4).contains("alias"));
    }

    /** 1 to 15 bytes in hexadecimal, separated by blanks. */
    static Optional<InstructionBytes> bytes(String hex) {
        String digits = hex.strip().replaceAll(" +", " ");
        if (!digits.matches("[0-9a-fA-F]{2}( [0-9a-fA-F]{2}){0,14}")) {
            return Optional.empty();
        }
        byte[] bytes = HexFormat.ofDelimiter(" ").parseHex(digits);
        return Optional.of(InstructionBytes.of(bytes, 0, bytes.length));
    }
}
