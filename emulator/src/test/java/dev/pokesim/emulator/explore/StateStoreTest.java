package dev.pokesim.emulator.explore;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A set that must neither forget a state nor take two for one. */
class StateStoreTest {
    private static boolean add(StateStore store, byte[] state, int sizeBytes, int parent) {
        return store.add(state, 0, sizeBytes, StateStore.hash(state, 0, sizeBytes), parent);
    }

    @Test
    void numbersStatesInTheOrderInWhichTheyCame() {
        Random random = new Random(1);
        StateStore store = new StateStore();
        Set<String> known = new HashSet<>();
        List<byte[]> members = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) {
            // few bits, so that many come twice; lengths from 0 to some that leave most of a chunk empty
            byte[] state = new byte[random.nextInt(1000) == 0 ? 200 + random.nextInt(40_000) : random.nextInt(12)];
            for (int k = 0; k < state.length; k++) {
                state[k] = (byte) random.nextInt(3);
            }
            boolean isNew = known.add(Arrays.toString(state));
            assertEquals(isNew, add(store, state, state.length, 3 * members.size()));
            if (isNew) {
                members.add(state);
            }
        }
        assertEquals(members.size(), store.count());
        byte[] copy = new byte[StateStore.MAX_STATE_BYTES];
        for (int i = 0; i < members.size(); i++) {
            int sizeBytes = store.copy(i, copy);
            assertArrayEquals(members.get(i), Arrays.copyOf(copy, sizeBytes));
            assertEquals(3 * i, store.parent(i));
        }
    }

    @Test
    void statesThatDifferInOneByteAreTwo() {
        StateStore store = new StateStore();
        byte[] state = new byte[67];
        add(store, state, state.length, 0);
        for (int i = 0; i < state.length; i++) {
            for (int value = 1; value < 256; value++) {
                state[i] = (byte) value;
                assertTrue(add(store, state, state.length, 0));
            }
            state[i] = 0;
        }
        assertTrue(add(store, state, state.length - 1, 0), "a prefix is another state");
        assertFalse(add(store, state, state.length, 0));
    }

    @Test
    void statesOfOneHashAreToldApartByTheirBytes() {
        StateStore store = new StateStore(); // so few that it does not grow and hash them anew
        for (int i = 0; i < 40; i++) {
            byte[] state = {(byte) i, (byte) (i >> 8), 7};
            assertTrue(store.add(state, 0, 3, 42, i));
            assertFalse(store.add(state, 0, 3, 42, i));
        }
        assertEquals(40, store.count());
    }

    @Test
    void takesAtMostThirtyTwoBytesBesidesTheState() {
        StateStore store = new StateStore();
        byte[] state = new byte[100];
        for (int i = 0; i < 500_000; i++) {
            state[0] = (byte) i;
            state[1] = (byte) (i >> 8);
            state[2] = (byte) (i >> 16);
            add(store, state, state.length, 0);
            if (i >= 50_000 && i % 10_000 == 0) {
                double overhead = (double) store.sizeBytes() / store.count() - state.length;
                assertTrue(overhead <= 32, overhead + " bytes at " + store.count());
            }
        }
    }

    @Test
    void stateKeepsItsFirstParent() {
        StateStore store = new StateStore();
        assertTrue(add(store, new byte[] {1, 2}, 2, 7));
        assertFalse(add(store, new byte[] {1, 2}, 2, 8));
        assertEquals(7, store.parent(0));
    }

    @Test
    void hashDependsOnTheBytesAndNotOnWhereTheyLie() {
        byte[] state = new byte[64];
        new Random(1).nextBytes(state);
        byte[] moved = new byte[64];
        System.arraycopy(state, 0, moved, 11, 29);
        assertEquals(StateStore.hash(state, 0, 29), StateStore.hash(moved, 11, 29));
    }

    /** States end where the next begins, or where a chunk of the arena does: sizes that leave every kind of rest. */
    @Test
    void statesUpToTheLargestComeBackAsTheyWere() {
        StateStore store = new StateStore();
        Random random = new Random(2);
        List<byte[]> states = new ArrayList<>();
        int[] sizes = {1, StateStore.MAX_STATE_BYTES, 3, StateStore.MAX_STATE_BYTES - 1, 1, 1, 40_000, 40_000, 25_536};
        for (int size : sizes) {
            byte[] state = new byte[size];
            random.nextBytes(state);
            states.add(state);
            assertTrue(add(store, state, size, size));
        }
        byte[] copy = new byte[StateStore.MAX_STATE_BYTES];
        for (int i = 0; i < sizes.length; i++) {
            assertArrayEquals(states.get(i), Arrays.copyOf(copy, store.copy(i, copy)), "state " + i);
            assertFalse(add(store, states.get(i), sizes[i], 0), "state " + i);
        }
    }
}
