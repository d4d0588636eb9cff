package dev.pokesim.patcher.proof;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether what holds for one core besides the patcher's holds for any number of them: whether cores do not disturb each other.
 *
 * <p>A run of many cores, looked at through one core and the patcher alone, is a run of one core, if each of its steps is: a step of
 * that core by itself, a step of another core nothing at all, a step of the patcher one that it could take with that core alone. So a core
 * that goes wrong among many goes wrong alone. This is tested for every step from every two records that one core can have while the patcher is at the
 * same place, whether both can have them at once or not.
 */
final class EveryCoreCount {
    private static final int MAX_STATES = 200_000;

    private EveryCoreCount() {}

    /** A step as one core sees it: whose it is, what it is, and what the core is like afterwards. */
    private record Seen(Move move, int site, long after, int at) {}

    /** What can happen to one core alone in a state. */
    private record Alone(Set<Seen> own, Set<Seen> patchers, boolean isWrong) {}

    /**
     * Why it cannot be said; null if it holds.
     *
     * @param setup with at most two sites: what a core does to others does not depend on how many there are
     */
    static @Nullable String objection(ProofSetup setup) {
        if (setup.company().contains(ProofSetup.Company.LATE_CORE)
                || setup.company().contains(ProofSetup.Company.RIVAL_SYNC)) {
            return "one core is unlike the others";
        }
        ProtocolModel one = model(setup, 2);
        ProtocolModel two = model(setup, 3);
        if (one.hasSpecial()) {
            return "one core is unlike the others";
        }
        Map<Key, Alone> alone = new HashMap<>(); // only looked up
        List<List<Long>> records = reachable(one, alone);
        if (records.isEmpty()) {
            return "even with one core there are more than " + MAX_STATES + " states";
        }
        ProtocolState both = two.initial();
        ProtocolState next = new ProtocolState(two.cores());
        for (int at = 0; at < records.size(); at++) {
            for (long first : records.get(at)) {
                for (long second : records.get(at)) {
                    both.at = at;
                    both.record[0] = first;
                    both.record[1] = second;
                    String objection = objection(two, both, next, alone);
                    if (objection != null) {
                        return objection;
                    }
                }
            }
        }
        return null;
    }

    private static ProtocolModel model(ProofSetup setup, int cores) {
        return new ProtocolModel(new ProtocolProgram(setup), setup.withCores(cores), Reduction.NONE);
    }

    /** A core's record where the patcher is. */
    private record Key(int at, long record) {}

    private static Key key(int at, long record) {
        return new Key(at, record);
    }

    /** Every record that one core can have, by the patcher's place; and what can happen to it there. */
    private static List<List<Long>> reachable(ProtocolModel one, Map<Key, Alone> alone) {
        List<List<Long>> records = new ArrayList<>();
        for (int at = 0; at < one.program().size(); at++) {
            records.add(new ArrayList<>());
        }
        List<long[]> open = new ArrayList<>();
        ProtocolState state = one.initial();
        ProtocolState next = new ProtocolState(one.cores());
        Set<Key> known = new HashSet<>();
        open.add(new long[] {state.at, state.record[0]});
        known.add(key(state.at, state.record[0]));
        for (int i = 0; i < open.size(); i++) {
            if (open.size() > MAX_STATES) {
                return List.of();
            }
            state.at = (int) open.get(i)[0];
            state.record[0] = open.get(i)[1];
            records.get(state.at).add(state.record[0]);
            Set<Seen> own = new HashSet<>();
            Set<Seen> patchers = new HashSet<>();
            boolean[] isWrong = new boolean[1];
            one.expand(state, next, new ProtocolModel.Visitor() {
                @Override
                public void moved(ProtocolState after, Move move, int group, int site) {
                    boolean isPatchers = move == Move.PATCHER || move == Move.PATCHER_FOR_CORE;
                    (isPatchers ? patchers : own).add(new Seen(move, site, after.record[0], after.at));
                    if (known.add(key(after.at, after.record[0]))) {
                        open.add(new long[] {after.at, after.record[0]});
                    }
                }

                @Override
                public void stayed(Move move, int group, int site) {
                    own.add(new Seen(move, site, state.record[0], state.at));
                }

                @Override
                public void violated(Violated what) {
                    isWrong[0] = true;
                }
            });
            alone.put(key(state.at, state.record[0]), new Alone(own, patchers, isWrong[0]));
        }
        return records;
    }

    private static @Nullable String objection(
            ProtocolModel two, ProtocolState both, ProtocolState next, Map<Key, Alone> alone) {
        String[] objection = new String[1];
        two.expand(both, next, new ProtocolModel.Visitor() {
            @Override
            public void moved(ProtocolState after, Move move, int group, int site) {
                for (int core = 0; core < 2; core++) {
                    boolean isPatchers = move == Move.PATCHER || move == Move.PATCHER_FOR_CORE && core == group;
                    boolean isOwn = !isPatchers && move != Move.PATCHER_FOR_CORE && core == group;
                    Alone itself = alone.get(key(both.at, both.record[core]));
                    Seen seen = new Seen(move, site, after.record[core], after.at);
                    boolean isAllowed = itself != null
                            && (isPatchers
                                    ? itself.patchers.contains(seen)
                                    : isOwn
                                            ? itself.own.contains(seen)
                                            : after.record[core] == both.record[core] && after.at == both.at);
                    if (!isAllowed && objection[0] == null) {
                        objection[0] = "what one core does in \"" + two.step(both, after, move, group, site)
                                + "\" depends on another";
                    }
                }
            }

            @Override
            public void stayed(Move move, int group, int site) {
                Alone itself = alone.get(key(both.at, both.record[group]));
                if (itself == null || !itself.own.contains(new Seen(move, site, both.record[group], both.at))) {
                    objection[0] = "whether one core can do something depends on another";
                }
            }

            @Override
            public void violated(Violated what) {
                boolean isWrongAlone = false;
                for (int core = 0; core < 2; core++) {
                    Alone itself = alone.get(key(both.at, both.record[core]));
                    isWrongAlone |= itself != null && itself.isWrong;
                }
                if (!isWrongAlone) {
                    objection[0] = "two cores together can go wrong where each alone does not: " + what.what();
                }
            }
        });
        return objection[0];
    }
}
