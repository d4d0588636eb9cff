package dev.pokesim.patcher.proof;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.patcher.kernel.KernelLayout;
import dev.pokesim.patcher.kernel.PatchPlace;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import dev.pokesim.patcher.protocol.PatchProtocol;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What is to be proved.
 *
 * @param batches the places of each batch in the order of the array; a later batch may patch the same places again
 * @param cores 2 to 4096 with the patcher's, which is core 0
 * @param perCoreRefs whether each core has a reference count of its own, rather than all one
 * @param fetchMode how far fetches may lag
 * @param company what else is going on
 * @param without oracles that are not asked, by name: what the protocol does not promise
 * @param turns with a rival: how many atoms each patcher takes before it is the other's turn, core 0 first, the last ones all that are
 *     left; empty for every order that is possible
 */
public record ProofSetup(
        PatchProtocol protocol,
        List<List<PatchPlace>> batches,
        int cores,
        boolean perCoreRefs,
        FetchMode fetchMode,
        Set<Company> company,
        Set<String> without,
        List<Integer> turns) {
    /** The most cores that a proof takes. */
    public static final int MAX_CORES = 4096;

    /** Something that is going on besides patching. */
    public enum Company {
        /** An INT3 that stands elsewhere all the time and belongs to somebody else, such as a kprobe. */
        FOREIGN_INT3("foreign-int3"),
        /** The last core is offline at first and comes up at any time. */
        LATE_CORE("late-core"),
        /** The patching core is interrupted wherever its interrupts are on, and runs through the sites then. */
        PATCHER_INTERRUPTED("patcher-interrupted"),
        /** Whoever owns the INT3 that stand there at first is registered from the start. */
        HANDLER_REGISTERED("handler-registered"),
        /** The other cores execute no site; they answer, and that is all. */
        OTHERS_IDLE("others-idle"),
        /** The last core sometimes waits for the patching core to take an IPI, with its own interrupts off. */
        RIVAL_SYNC("rival-sync"),
        /** NMIs hit any core anywhere, also where its interrupts are off, and run through the sites; one at a time on a core. */
        NMI("nmi"),
        /** The last core patches, too: the last batch is its. Both patchers take text_mutex. */
        RIVAL_PATCHER("rival-patcher"),
        /** As {@link #RIVAL_PATCHER}, but the rival does not take text_mutex. */
        RIVAL_WITHOUT_MUTEX("rival-without-mutex");

        private final String optionName;

        Company(String optionName) {
            this.optionName = optionName;
        }

        /** As scenarios write it. */
        public String optionName() {
            return optionName;
        }
    }

    /** With one patcher, or every order of two. */
    public ProofSetup(
            PatchProtocol protocol,
            List<List<PatchPlace>> batches,
            int cores,
            boolean perCoreRefs,
            FetchMode fetchMode,
            Set<Company> company,
            Set<String> without) {
        this(protocol, batches, cores, perCoreRefs, fetchMode, company, without, List.of());
    }

    public ProofSetup {
        turns = List.copyOf(turns);
        batches = batches.stream().map(List::copyOf).toList();
        company = Set.copyOf(company);
        without = Set.copyOf(without);
        if (cores < 2 || cores > MAX_CORES) {
            throw new IllegalArgumentException("2 to " + MAX_CORES + " cores, not " + cores);
        }
        if (batches.isEmpty() || batches.stream().anyMatch(List::isEmpty)) {
            throw new IllegalArgumentException("a batch without a place");
        }
        long places = batches.stream()
                .flatMap(List::stream)
                .map(PatchPlace::address)
                .distinct()
                .count();
        if (company.contains(Company.NMI) && places >= CoreRecord.MAX_SITES_WITH_NMIS) {
            throw new IllegalArgumentException(
                    places + " places: with NMIs a proof takes fewer than " + CoreRecord.MAX_SITES_WITH_NMIS);
        }
    }

    /** The kernel's setting: the patching core is interrupted, too; everything is promised. */
    public static ProofSetup of(
            PatchProtocol protocol,
            List<List<PatchPlace>> batches,
            int cores,
            boolean perCoreRefs,
            FetchMode fetchMode) {
        return new ProofSetup(
                protocol, batches, cores, perCoreRefs, fetchMode, Set.of(Company.PATCHER_INTERRUPTED), Set.of());
    }

    /** Whether there is a second patcher. */
    public boolean hasRival() {
        return company.contains(Company.RIVAL_PATCHER) || company.contains(Company.RIVAL_WITHOUT_MUTEX);
    }

    /** The batches of core 0: all, or all but the last. */
    public List<List<PatchPlace>> ownBatches() {
        return hasRival() ? batches.subList(0, batches.size() - 1) : batches;
    }

    /** How many places all batches have together. */
    public int placeCount() {
        return batches.stream().mapToInt(List::size).sum();
    }

    /** Every place once, as its first batch patches it, in the order in which steps number them. */
    public List<PatchPlace> places() {
        Set<Long> seen = new HashSet<>(); // only asked
        return batches.stream()
                .flatMap(List::stream)
                .filter(place -> seen.add(place.address()))
                .toList();
    }

    /** The same with another fetch mode. */
    public ProofSetup withFetchMode(FetchMode mode) {
        return new ProofSetup(protocol, batches, cores, perCoreRefs, mode, company, without, turns);
    }

    /** The same with other batches. */
    public ProofSetup withBatches(List<List<PatchPlace>> others) {
        return new ProofSetup(protocol, others, cores, perCoreRefs, fetchMode, company, without, turns);
    }

    /** The same with other company. */
    public ProofSetup withCompany(Set<Company> others) {
        return new ProofSetup(protocol, batches, cores, perCoreRefs, fetchMode, others, without, turns);
    }

    /** The same with two patchers that take turns. */
    public ProofSetup withTurns(List<Integer> newTurns) {
        return new ProofSetup(protocol, batches, cores, perCoreRefs, fetchMode, company, without, newTurns);
    }

    /** The same with another number of cores. */
    public ProofSetup withCores(int count) {
        return new ProofSetup(protocol, batches, count, perCoreRefs, fetchMode, company, without, turns);
    }

    /**
     * Batches as a patcher makes them when it queues places one after the other: a batch ends when it is full, or when the next
     * place has a lower address.
     */
    public static List<List<PatchPlace>> batches(List<TextPokeLoc> places) {
        List<List<PatchPlace>> batches = new ArrayList<>();
        List<PatchPlace> batch = new ArrayList<>();
        for (TextPokeLoc place : places) {
            boolean isFull = batch.size() == KernelLayout.MAX_ENTRIES;
            boolean isLower = !batch.isEmpty()
                    && Long.compareUnsigned(batch.get(batch.size() - 1).address(), place.address()) > 0;
            if (isFull || isLower) {
                batches.add(batch);
                batch = new ArrayList<>();
            }
            batch.add(PatchPlace.of(place));
        }
        batches.add(batch);
        return batches;
    }

    /** The way there and back, again and again: {@code rounds} times all batches, old and new text exchanged every other time. */
    public static List<List<PatchPlace>> thereAndBack(List<List<PatchPlace>> batches, int rounds) {
        List<List<PatchPlace>> all = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            boolean isBack = round % 2 == 1;
            for (List<PatchPlace> batch : batches) {
                all.add(isBack ? batch.stream().map(PatchPlace::reversed).toList() : batch);
            }
        }
        return all;
    }
}
