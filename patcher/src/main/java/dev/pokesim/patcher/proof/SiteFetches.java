package dev.pokesim.patcher.proof;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.core.FetchView;
import dev.pokesim.emulator.explore.Choices;
import dev.pokesim.emulator.isa.DecodeCache;
import dev.pokesim.emulator.isa.Decoded;
import dev.pokesim.emulator.isa.Decoder;
import dev.pokesim.emulator.isa.NotModelled;
import dev.pokesim.emulator.isa.TextFetcher;
import dev.pokesim.emulator.memory.Access;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.memory.Frame;
import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.patcher.check.LegalInstructions;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a core may fetch at one site, for every pair of moments: the one past which it has serialised and the present. Found by
 * fetching, with the machine's own {@link FetchView} and decoder, in every way that the mode leaves open.
 */
final class SiteFetches {
    private static final int CORE = 1;
    private static final int WRITER = 0;
    /** Added to an address of text: where it is mapped a second time, for the stores. */
    private static final long ALIAS = 0x0000_2000_0000_0000L - 0xffffffff80000000L;

    /** Where something wrong can be fetched, so many ways are tried; a long text of which each byte may be old has millions. */
    private static final int MAX_OF_WRONG = 4096;

    /** After these nobody comes to the bytes behind them. */
    private static final Set<String> LEAVING = Set.of("jmp", "ret", "iretq", "ud2");

    /**
     * All that a core may do at a site between two moments.
     *
     * @param int3 whether it may trap
     * @param wrong the first thing it may execute that it must not; null if there is none
     * @param wrongBytes its bytes, as far as they were fetched; null if there is none
     * @param seen every instruction that it may fetch, as text, sorted
     * @param bytes the bytes of every instruction that it may fetch; of a few thousand, if something is wrong
     * @param goesOnAt offsets of the site at which it may be afterwards, ascending; none if it has left
     */
    record Outcome(
            boolean int3,
            @Nullable String wrong,
            @Nullable InstructionBytes wrongBytes,
            List<String> seen,
            Set<InstructionBytes> bytes,
            List<Integer> goesOnAt) {}

    private final SiteHistory history;
    private final FetchMode mode;
    private final Map<Integer, @Nullable Outcome[]> known = new HashMap<>(); // by offset; only looked up
    /** By pair of moments, everything that a fetch can begin with; only asked whether it contains. */
    private final Map<Integer, Set<InstructionBytes>> beginnings = new HashMap<>();

    private final List<InstructionBytes> intermediates;
    /** What its texts consist of; known from the first question on, because batches add texts before. */
    private @Nullable LegalInstructions legal;

    /**
     * @param intermediates instructions that may be executed at its start besides its texts
     */
    SiteFetches(SiteHistory history, FetchMode mode, List<InstructionBytes> intermediates) {
        this.history = history;
        this.mode = mode;
        this.intermediates = List.copyOf(intermediates);
    }

    /**
     * What may be fetched at the site's start.
     *
     * @param since how many of the site's stores the core has serialised past
     * @param now how many have happened, at least {@code since}
     */
    Outcome between(int since, int now) {
        return between(0, since, now);
    }

    /** As {@link #between(int, int)}, for a core that is {@code offset} bytes inside the site. */
    synchronized Outcome between(int offset, int since, int now) {
        int size = history.storeCount() + 1;
        @Nullable Outcome[] ofOffset = known.computeIfAbsent(offset, at -> new Outcome[size * size]);
        Outcome outcome = ofOffset[since * size + now];
        if (outcome == null) {
            outcome = fetchAll(offset, since, now);
            ofOffset[since * size + now] = outcome;
        }
        return outcome;
    }

    /**
     * Whether a fetch at the site's start can begin with some bytes, of which none lies behind the site; whatever stands there has no
     * part in it. The moments are those of {@link #between(int, int)}.
     */
    synchronized boolean canBeginWith(InstructionBytes bytes, int since, int now) {
        int pair = since * (history.storeCount() + 1) + now;
        Set<InstructionBytes> all = beginnings.get(pair);
        if (all == null) {
            all = beginnings(since, now);
            beginnings.put(pair, all);
        }
        return all.contains(bytes);
    }

    private Set<InstructionBytes> beginnings(int since, int now) {
        Set<InstructionBytes> all = new HashSet<>();
        if (since == now) {
            InstructionBytes text = history.textAfter(now);
            for (int sizeBytes = 1; sizeBytes <= text.sizeBytes(); sizeBytes++) {
                all.add(text.prefix(sizeBytes));
            }
            return all;
        }
        Core core = coreAt(0, since, now);
        Choices choices = new Choices();
        FetchView view = new FetchView(core.memory(), mode, choices);
        do {
            view.begin(core);
            int[] bytes = new int[history.sizeBytes()];
            try {
                for (int i = 0; i < bytes.length; i++) {
                    bytes[i] = view.byteAt(core, i);
                    all.add(InstructionBytes.of(bytes).prefix(i + 1));
                }
            } catch (GuestFault erratum) {
                continue; // this fetch ends before the byte
            }
        } while (choices.next());
        return all;
    }

    /** A core that is {@code offset} bytes inside the site, between two moments. */
    private Core coreAt(int offset, int since, int now) {
        AddressSpace memory = text();
        Core core = new Core(CORE, memory);
        core.setRip(history.address() + offset);
        for (int store = 0; store < now; store++) {
            if (store == since) {
                serialise(core);
            }
            write(memory, store);
        }
        if (since == now) {
            serialise(core);
        }
        return core;
    }

    private Outcome fetchAll(int offset, int since, int now) {
        Core core = coreAt(offset, since, now);
        AddressSpace memory = core.memory();
        Choices choices = new Choices();
        TextFetcher fetcher =
                new TextFetcher(new DecodeCache(memory, new Decoder()), new FetchView(memory, mode, choices));
        LegalInstructions texts = legal;
        if (texts == null) {
            texts = new LegalInstructions(history.address(), history.texts());
            legal = texts;
        }
        Set<InstructionBytes> allowed = new HashSet<>(texts.at(offset));
        if (offset == 0) {
            allowed.addAll(intermediates);
        }
        boolean int3 = false;
        String wrong = null;
        InstructionBytes wrongBytes = null;
        TreeSet<String> seen = new TreeSet<>();
        Set<InstructionBytes> bytes = new LinkedHashSet<>();
        TreeSet<Integer> goesOnAt = new TreeSet<>();
        int tried = 0;
        do {
            String text;
            InstructionBytes fetched = null;
            boolean isRight = false;
            try {
                Decoded instruction = fetcher.fetch(core);
                fetched = instruction.bytes();
                text = instruction.name() + " (" + fetched + ")";
                boolean isTrap = offset == 0 && fetched.byteAt(0) == TextPokeLoc.INT3;
                int3 |= isTrap;
                isRight = isTrap || allowed.contains(fetched);
                int next = offset + fetched.sizeBytes();
                if (!isTrap && next < history.sizeBytes() && !LEAVING.contains(instruction.mnemonic())) {
                    goesOnAt.add(next);
                }
                bytes.add(fetched);
            } catch (NotModelled undecodable) {
                fetched = undecodable.bytes();
                text = "undecodable bytes " + fetched;
            } catch (GuestFault fault) {
                text = String.valueOf(fault.getMessage());
            }
            seen.add(text);
            if (!isRight && wrong == null) {
                wrong = text;
                wrongBytes = fetched;
            }
            tried++;
        } while ((wrong == null || tried < MAX_OF_WRONG) && choices.next());
        return new Outcome(int3, wrong, wrongBytes, List.copyOf(seen), bytes, List.copyOf(goesOnAt));
    }

    private static void serialise(Core core) {
        core.serialise();
        core.setNextRip(core.rip());
        core.retire(); // and it has just finished an instruction
    }

    private AddressSpace text() {
        AddressSpace memory = new AddressSpace();
        long first = history.address() & -Frame.SIZE_BYTES;
        memory.map(first, 2L * Frame.SIZE_BYTES, Access.READ, Access.EXECUTE);
        for (long page = first; page != first + 2L * Frame.SIZE_BYTES; page += Frame.SIZE_BYTES) {
            memory.alias(page + ALIAS, page, Access.READ, Access.WRITE);
        }
        memory.load(history.address(), LegalInstructions.withFiller(history.textAfter(0)));
        memory.recordTextWrites();
        return memory;
    }

    private void write(AddressSpace memory, int store) {
        InstructionBytes bytes = history.bytesOf(store);
        long address = history.address() + history.offsetOf(store) + ALIAS;
        int inFirst = Math.min(bytes.sizeBytes(), Long.BYTES);
        memory.write(address, inFirst, bytes.low(), WRITER);
        if (inFirst < bytes.sizeBytes()) {
            memory.write(address + inFirst, bytes.sizeBytes() - inFirst, bytes.high(), WRITER);
        }
    }
}
