package dev.pokesim.patcher.proof;

import dev.pokesim.emulator.core.Choices;
import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.core.FetchView;
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
import dev.pokesim.patcher.kernel.TextPokeLoc;
import java.util.ArrayList;
import java.util.List;
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

    private static final int FILLER = 0x90;

    /**
     * All that a core may do at a site between two moments.
     *
     * @param int3 whether it may trap
     * @param wrong the first thing it may execute that it must not; null if there is none
     * @param wrongBytes its bytes, as far as they were fetched; null if there is none
     * @param seen every instruction that it may fetch, as text, sorted
     */
    record Outcome(
            boolean int3, @Nullable String wrong, @Nullable InstructionBytes wrongBytes, List<String> seen) {}

    private final SiteHistory history;
    private final FetchMode mode;
    private final @Nullable Outcome[] known;
    private final List<InstructionBytes> legal;

    /**
     * @param intermediates instructions that may be executed besides the texts of the site
     */
    SiteFetches(SiteHistory history, FetchMode mode, List<InstructionBytes> intermediates) {
        this.history = history;
        this.mode = mode;
        legal = new ArrayList<>(history.texts());
        legal.addAll(intermediates);
        known = new Outcome[(history.storeCount() + 1) * (history.storeCount() + 1)];
    }

    SiteHistory history() {
        return history;
    }

    /**
     * What may be fetched.
     *
     * @param since how many of the site's stores the core has serialised past
     * @param now how many have happened, at least {@code since}
     */
    synchronized Outcome between(int since, int now) {
        int index = since * (history.storeCount() + 1) + now;
        Outcome outcome = known[index];
        if (outcome == null) {
            outcome = fetchAll(since, now);
            known[index] = outcome;
        }
        return outcome;
    }

    private Outcome fetchAll(int since, int now) {
        AddressSpace memory = text(history.textAfter(0));
        Core core = new Core(CORE, memory);
        core.setRip(history.address());
        for (int store = 0; store < now; store++) {
            if (store == since) {
                serialise(core);
            }
            InstructionBytes before = history.textAfter(store);
            InstructionBytes after = history.textAfter(store + 1);
            write(memory, before, after, store);
        }
        if (since == now) {
            serialise(core);
        }
        Choices choices = new Choices();
        TextFetcher fetcher =
                new TextFetcher(new DecodeCache(memory, new Decoder()), new FetchView(memory, mode, choices));
        boolean int3 = false;
        String wrong = null;
        InstructionBytes wrongBytes = null;
        TreeSet<String> seen = new TreeSet<>();
        do {
            try {
                Decoded instruction = fetcher.fetch(core);
                seen.add(instruction.name() + " (" + instruction.bytes() + ")");
                if (instruction.bytes().byteAt(0) == TextPokeLoc.INT3) {
                    int3 = true;
                } else if (wrong == null && !legal.contains(instruction.bytes())) {
                    wrong = instruction.name() + " (" + instruction.bytes() + ")";
                    wrongBytes = instruction.bytes();
                }
            } catch (NotModelled undecodable) {
                seen.add("undecodable bytes " + undecodable.bytes());
                wrong = wrong == null ? "undecodable bytes " + undecodable.bytes() : wrong;
                wrongBytes = wrongBytes == null ? undecodable.bytes() : wrongBytes;
            } catch (GuestFault fault) {
                seen.add(String.valueOf(fault.getMessage()));
                wrong = wrong == null ? String.valueOf(fault.getMessage()) : wrong;
            }
        } while (choices.next());
        return new Outcome(int3, wrong, wrongBytes, List.copyOf(seen));
    }

    private void serialise(Core core) {
        core.serialise();
        core.setNextRip(core.rip());
        core.retire(); // and it has just finished an instruction
    }

    private AddressSpace text(InstructionBytes initial) {
        AddressSpace memory = new AddressSpace();
        long first = history.address() & -Frame.SIZE_BYTES;
        memory.map(first, 2L * Frame.SIZE_BYTES, Access.READ, Access.EXECUTE);
        for (long page = first; page != first + 2L * Frame.SIZE_BYTES; page += Frame.SIZE_BYTES) {
            memory.alias(page + ALIAS, page, Access.READ, Access.WRITE);
        }
        byte[] bytes = new byte[history.sizeBytes() + InstructionBytes.MAX_SIZE_BYTES];
        java.util.Arrays.fill(bytes, (byte) FILLER);
        System.arraycopy(initial.toArray(), 0, bytes, 0, initial.sizeBytes());
        memory.load(history.address(), bytes);
        memory.recordTextWrites();
        return memory;
    }

    private void write(AddressSpace memory, InstructionBytes before, InstructionBytes after, int store) {
        int offset = history.offsetOf(store);
        int sizeBytes = history.bytesOf(store).sizeBytes();
        if (before.equals(after)) {
            return; // nobody can tell
        }
        long value = after.low() >>> 8 * offset;
        memory.write(history.address() + offset + ALIAS, sizeBytes, value, WRITER);
    }
}
