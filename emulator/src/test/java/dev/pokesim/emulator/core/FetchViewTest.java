package dev.pokesim.emulator.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.explore.Choices;
import dev.pokesim.emulator.memory.Access;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.memory.GuestFault;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FetchViewTest {
    private static final long TEXT = 0xffffffff81000000L;
    private static final long ALIAS = 0xffffc90000000000L;
    private static final int SIZE = 8192;
    private static final String FAULT = "#GP";

    /** Memory with two cores, and next to it, kept separately, all that happened. */
    private static final class World {
        final AddressSpace memory = new AddressSpace();
        final Core core = new Core(0, memory);
        /** Text after 0, 1, 2... stores. */
        final List<byte[]> texts = new ArrayList<>(List.of(new byte[SIZE]));
        /** Per store: whether the fetching core made it, and per byte whether it went through the address it fetches from. */
        final List<boolean[]> own = new ArrayList<>();

        final List<boolean[]> foreign = new ArrayList<>();
        /** Buffered bytes of the core, through the address it fetches from; -1 for none. */
        final int[] buffered = new int[SIZE];

        int epoch;
        int boundary;

        World() {
            memory.map(TEXT, SIZE, Access.READ, Access.WRITE, Access.EXECUTE);
            memory.alias(ALIAS, TEXT, Access.READ, Access.WRITE);
            memory.alias(ALIAS + 4096, TEXT + 4096, Access.READ, Access.WRITE);
            memory.recordTextWrites();
            core.connect(new NoBus());
            java.util.Arrays.fill(buffered, -1);
        }

        void write(int offset, int sizeBytes, long value, int writer, boolean throughAlias) {
            memory.write((throughAlias ? ALIAS : TEXT) + offset, sizeBytes, value, writer);
            byte[] text = texts.get(texts.size() - 1).clone();
            boolean[] mine = new boolean[SIZE];
            boolean[] others = new boolean[SIZE];
            for (int i = 0; i < sizeBytes; i++) {
                text[offset + i] = (byte) (value >>> 8 * i);
                mine[offset + i] = writer == 0 && !throughAlias;
                others[offset + i] = !mine[offset + i];
            }
            texts.add(text);
            own.add(mine);
            foreign.add(others);
        }

        void buffer(int offset, int sizeBytes, long value, boolean throughAlias) {
            core.store((throughAlias ? ALIAS : TEXT) + offset, sizeBytes, value);
            for (int i = 0; i < sizeBytes && !throughAlias; i++) {
                buffered[offset + i] = (int) (value >>> 8 * i) & 0xff;
            }
        }

        void serialise() {
            core.serialise();
            epoch = now();
        }

        void finishInstruction() {
            core.retire();
            boundary = now();
        }

        int now() {
            return texts.size() - 1;
        }

        // ---- the model: what FetchMode's documentation allows, as sets of strings

        /** The byte at a moment, or later if the core itself has stored it later. */
        private int at(int offset, int moment) {
            if (buffered[offset] >= 0) {
                return buffered[offset];
            }
            int from = moment;
            for (int store = moment; store < now(); store++) {
                if (own.get(store)[offset]) {
                    from = store + 1;
                }
            }
            return texts.get(from)[offset] & 0xff;
        }

        private String read(int from, int to, int moment) {
            StringBuilder text = new StringBuilder();
            for (int offset = from; offset < to; offset++) {
                text.append("%02x".formatted(at(offset, moment)));
            }
            return text.toString();
        }

        private boolean mayFault(int offset, boolean int3IsExempt) {
            for (int store = epoch; store < now(); store++) {
                int before = texts.get(store)[offset] & 0xff;
                int after = texts.get(store + 1)[offset] & 0xff;
                if (foreign.get(store)[offset]
                        && before != after
                        && !(int3IsExempt && (before == 0xcc || after == 0xcc))) {
                    return buffered[offset] < 0;
                }
            }
            return false;
        }

        Set<String> allowed(FetchMode mode, int from, int sizeBytes) {
            int to = from + sizeBytes;
            Set<String> strings = new TreeSet<>();
            switch (mode) {
                case COHERENT -> strings.add(read(from, to, now()));
                case TWO_READS -> {
                    for (int m = Math.max(boundary, epoch); m <= now(); m++) {
                        strings.add(read(from, from + 1, m) + read(from + 1, to, now()));
                        strings.add(read(from, from + 1, now()) + read(from + 1, to, m));
                    }
                }
                case LINE -> strings.addAll(chunks(from, to, 64, false));
                case QUADWORD -> strings.addAll(chunks(from, to, 8, true));
                case WINDOW -> strings.addAll(chunks(from, to, 1, false));
                case ERRATUM -> {
                    strings.addAll(chunks(from, to, 1, false));
                    for (int offset = from; offset < to; offset++) {
                        if (mayFault(offset, offset == from)) {
                            for (String before : chunks(from, offset, 1, false)) {
                                strings.add(before + FAULT);
                            }
                        }
                    }
                }
            }
            return strings;
        }

        private Set<String> chunks(int from, int to, int chunkBytes, boolean canReread) {
            if (from == to) {
                return Set.of("");
            }
            int end = Math.min(to, (from & -chunkBytes) + chunkBytes);
            Set<String> firsts = new TreeSet<>();
            for (int m = epoch; m <= now(); m++) {
                firsts.add(read(from, end, m));
                for (int later = m; canReread && later <= now(); later++) {
                    for (int split = from + 1; split < end; split++) {
                        firsts.add(read(from, split, m) + read(split, end, later));
                    }
                }
            }
            Set<String> all = new TreeSet<>();
            for (String rest : chunks(end, to, chunkBytes, canReread)) {
                for (String first : firsts) {
                    all.add(first + rest);
                }
            }
            return all;
        }

        // ---- the machine

        Set<String> seen(FetchMode mode, int from, int sizeBytes) {
            Choices choices = new Choices();
            FetchView view = new FetchView(memory, mode, choices);
            core.setRip(TEXT + from);
            Set<String> strings = new TreeSet<>();
            do {
                view.begin(core);
                StringBuilder text = new StringBuilder();
                try {
                    for (int i = 0; i < sizeBytes; i++) {
                        text.append("%02x".formatted(view.byteAt(core, i)));
                    }
                } catch (GuestFault fault) {
                    text.append(fault.vector().mnemonic());
                }
                strings.add(text.toString());
            } while (choices.next());
            return strings;
        }
    }

    private static World randomWorld(Random random, int site) {
        World world = new World();
        int events = random.nextInt(7);
        for (int i = 0; i < events; i++) {
            int sizeBytes = 1 << random.nextInt(4);
            int offset = site - 4 + random.nextInt(10);
            // few values, so that bytes change back and 0xCC comes and goes
            long value = random.nextInt(3) == 0 ? 0xcccc_cccc_cccc_ccccL : random.nextLong() & 0x0303030303030303L;
            switch (random.nextInt(8)) {
                case 0 -> world.serialise();
                case 1 -> world.finishInstruction();
                default -> world.write(offset, sizeBytes, value, random.nextInt(2), random.nextInt(3) == 0);
            }
        }
        if (random.nextInt(4) == 0) {
            world.buffer(
                    site - 2 + random.nextInt(6), 1 << random.nextInt(3), random.nextLong(), random.nextInt(3) == 0);
        }
        return world;
    }

    @ParameterizedTest
    @EnumSource(FetchMode.class)
    void seesExactlyWhatItsModeAllows(FetchMode mode) {
        int[] sites = {16, 21, 61, 64 * 5 - 3, 4093};
        for (int seed = 0; seed < 2500; seed++) {
            Random random = new Random(seed);
            int site = sites[random.nextInt(sites.length)];
            World world = randomWorld(random, site);
            Set<String> seen = world.seen(mode, site, 5);
            assertEquals(world.allowed(mode, site, 5), seen, "seed " + seed + ", site " + site);
            if (new FetchView(world.memory, mode, new Choices()).isFresh(world.core, TEXT + site)) {
                assertEquals(Set.of(world.read(site, site + 5, world.now())), seen, "fresh, seed " + seed);
            }
        }
    }

    /** The modes from the strongest promise to the weakest: whatever one may see, the weaker ones may, too. */
    @Test
    void weakerModesSeeAllThatStrongerOnesSee() {
        List<FetchMode> chain =
                List.of(FetchMode.COHERENT, FetchMode.LINE, FetchMode.QUADWORD, FetchMode.WINDOW, FetchMode.ERRATUM);
        for (int seed = 0; seed < 500; seed++) {
            // inside one quadword: a line that is cut at its end is one snapshot more than QUADWORD has there
            World world = randomWorld(new Random(seed), 17);
            for (int i = 1; i < chain.size(); i++) {
                Set<String> weaker = world.seen(chain.get(i), 17, 5);
                assertTrue(
                        weaker.containsAll(world.seen(chain.get(i - 1), 17, 5)), "seed " + seed + ", " + chain.get(i));
            }
            assertTrue(
                    world.seen(FetchMode.WINDOW, 17, 5).containsAll(world.seen(FetchMode.TWO_READS, 17, 5)),
                    "seed " + seed);
        }
    }

    @ParameterizedTest
    @EnumSource(FetchMode.class)
    void afterSerialisingOnlyThePresentIsVisible(FetchMode mode) {
        World world = new World();
        world.write(16, 1, 0xcc, 1, true);
        world.write(17, 4, 0x11223344, 1, true);
        if (mode != FetchMode.COHERENT && mode != FetchMode.TWO_READS) {
            assertTrue(world.seen(mode, 16, 5).size() > 1);
        }
        world.serialise();
        assertEquals(Set.of("cc44332211"), world.seen(mode, 16, 5));
        assertTrue(new FetchView(world.memory, mode, new Choices()).isFresh(world.core, TEXT + 16));
    }

    @ParameterizedTest
    @EnumSource(FetchMode.class)
    void ownStoresAreVisibleAtOnceThroughTheSameAddress(FetchMode mode) {
        World drained = new World();
        drained.write(16, 4, 0x11223344, 0, false);
        assertEquals(Set.of("44332211"), drained.seen(mode, 16, 4));

        World buffered = new World();
        buffered.buffer(16, 4, 0x11223344, false);
        assertFalse(new FetchView(buffered.memory, mode, new Choices()).isFresh(buffered.core, TEXT + 12));
        assertEquals(Set.of("44332211"), buffered.seen(mode, 16, 4));
        assertTrue(new FetchView(buffered.memory, mode, new Choices()).isFresh(buffered.core, TEXT + 20));
    }

    @Test
    void ownStoresThroughAnAliasAreLikeThoseOfOthers() {
        World world = new World();
        world.write(16, 1, 0xcc, 0, true);
        assertEquals(Set.of("00", "cc"), world.seen(FetchMode.WINDOW, 16, 1));

        World buffered = new World();
        buffered.buffer(16, 1, 0xcc, true);
        assertEquals(Set.of("00"), buffered.seen(FetchMode.WINDOW, 16, 1));
    }

    @Test
    void twoReadsSpanOnlyTheTimeSinceTheLastInstruction() {
        World world = new World();
        world.write(16, 2, 0x1111, 1, true);
        world.finishInstruction();
        world.write(16, 2, 0x2222, 1, true);
        assertEquals(Set.of("1122", "2211", "2222"), world.seen(FetchMode.TWO_READS, 16, 2));
    }

    @Test
    void aPatchWithInt3FirstDoesNotHitTheErratum() {
        World world = new World();
        world.write(16, 5, 0x44332211e8L, 1, true);
        world.serialise();
        world.write(16, 1, 0xcc, 1, true);
        assertEquals(Set.of("cc", "e8"), world.seen(FetchMode.ERRATUM, 16, 1));
        world.serialise();
        world.write(17, 4, 0x88776655, 1, true);
        assertEquals(Set.of("cc"), world.seen(FetchMode.ERRATUM, 16, 1));
        world.serialise();
        world.write(16, 1, 0xe9, 1, true);
        assertEquals(Set.of("cc55667788", "e955667788"), world.seen(FetchMode.ERRATUM, 16, 5));
    }

    @Test
    void aTailThatChangedWithoutSynchronisationMayHitTheErratum() {
        World world = new World();
        world.write(17, 1, 0x77, 1, true);
        assertEquals(Set.of("00" + FAULT, "0000", "0077"), world.seen(FetchMode.ERRATUM, 16, 2));
    }

    /** Bytes that are not asked for decide nothing, and neither do stores elsewhere. */
    @Test
    void asksForNoDecisionThatMakesNoDifference() {
        for (FetchMode mode : FetchMode.values()) {
            World world = new World();
            for (int i = 0; i < 20; i++) {
                world.write(512 + i, 1, i + 1, 1, true);
            }
            for (int offset : new int[] {18, 63, 79}) {
                world.write(offset, 1, 5, 1, true);
            }
            FetchView view = new FetchView(world.memory, mode, count -> {
                throw new AssertionError(mode + " asked for a choice");
            });
            world.core.setRip(TEXT + 64);
            view.begin(world.core);
            for (int i = 0; i < 15; i++) {
                assertEquals(0, view.byteAt(world.core, i));
            }
        }
    }

    @Test
    void aDataPageBehindTheTextIsNoFaultUnlessItsBytesAreAskedFor() {
        AddressSpace memory = new AddressSpace();
        memory.map(TEXT, 4096, Access.READ, Access.WRITE, Access.EXECUTE);
        memory.map(TEXT + 4096, 4096, Access.READ, Access.WRITE);
        memory.recordTextWrites();
        memory.write(TEXT + 4091, 1, 1, 1); // something is stale
        Core core = new Core(0, memory);
        FetchView view = new FetchView(memory, FetchMode.WINDOW, new Choices());
        assertFalse(view.isFresh(core, TEXT + 4090));
        core.setRip(TEXT + 4090);
        view.begin(core);
        assertEquals(0, view.byteAt(core, 5));
        assertThrows(GuestFault.class, () -> view.byteAt(core, 6));
    }

    private static final class NoBus implements InterruptBus {
        @Override
        public void send(Core from, int target, int vector) {
            throw new AssertionError("nobody sends");
        }

        @Override
        public void sendWithoutCall(Core from, int target, int vector) {
            throw new AssertionError("nobody sends");
        }

        @Override
        public void takeCalls(Core by) {
            throw new AssertionError("nobody calls");
        }

        @Override
        public void answerCalls(Core by) {
            throw new AssertionError("nobody answers");
        }
    }
}
