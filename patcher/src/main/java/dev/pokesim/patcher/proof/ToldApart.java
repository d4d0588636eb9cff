package dev.pokesim.patcher.proof;

import dev.pokesim.emulator.explore.BreadthFirstSearch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Turns a path of a reduced search into an interleaving that can be replayed: cores that were counted become cores with numbers, a
 * handler that ran in one go becomes its steps, and a loop over all cores takes them in their order.
 *
 * <p>First each step of the path is given to one of the cores that are like the one that takes it; they can change places
 * until they differ, so any of them will do. Where a loop takes the cores in some order, the search did not ask for theirs: the
 * cores are numbered so that it is, if there is such a numbering.
 */
final class ToldApart {
    /** Longer interleavings are not reordered: that takes the square of the length in replays. */
    private static final int MAX_REORDERED = 40;

    private final ProtocolModel reduced;
    private final StateCodec codec;
    private final ProtocolModel plain;
    private final ProtocolState present;
    private final ProtocolState scratch;
    private final List<Taken> taken = new ArrayList<>();
    /** By position in the program, in what order a loop took the cores, and which ones it was still to take in the end. */
    private final TreeMap<Integer, List<Integer>> orders = new TreeMap<>();
    /** Whether something is wrong already in the middle of a move: nothing follows that. */
    private boolean isOver;

    /**
     * A step that a core takes, before it has a number.
     *
     * @param step with the core's index plus 1; null for all steps of a loop, in whatever order
     */
    private record Taken(@Nullable ProofStep step) {}

    private ToldApart(ProofSetup setup, Set<Reduction> reductions) {
        ProtocolProgram program = new ProtocolProgram(setup);
        reduced = new ProtocolModel(program, setup, reductions);
        codec = new StateCodec(reduced);
        plain = ProtocolModel.inAnyOrder(program, setup);
        present = plain.initial();
        scratch = new ProtocolState(plain.cores());
    }

    /**
     * The interleaving of a path that leads to a violation.
     *
     * @param reductions with which it was found; not {@link Reduction#WEAK_RETURN}, which leads where nothing else does
     * @param result of the search
     * @return null if no numbering of the cores fits every loop over them
     */
    static @Nullable Counterexample of(ProofSetup setup, Set<Reduction> reductions, BreadthFirstSearch.Result result) {
        ToldApart told = new ToldApart(setup, reductions);
        List<byte[]> path = result.path();
        for (byte[] state : path.subList(1, path.size())) {
            if (!told.isOver) {
                told.follow(state);
            }
        }
        Violated violated = (Violated) Objects.requireNonNull(result.wrong());
        int[] numbers = told.numbers();
        if (numbers.length == 0) {
            return null;
        }
        Interleaving walk = told.walk(setup, numbers);
        return walk == null ? null : told.ended(setup, walk, violated, numbers, path, result.extent());
    }

    // ---- along the path

    private ProtocolState state(byte[] encoded) {
        ProtocolState state = new ProtocolState(reduced.cores());
        codec.read(encoded, encoded.length, state);
        return state;
    }

    /** The present state as the reduced search writes it. */
    private byte[] encoded(ProtocolState toldApart) {
        byte[] bytes = new byte[codec.maxSizeBytes()];
        ProtocolState state = toldApart;
        if (reduced.isSymmetric()) {
            state = new ProtocolState(reduced.cores());
            state.at = toldApart.at;
            for (int core = 0; core < toldApart.groups; core++) {
                state.add(toldApart.record[core], 1);
            }
        }
        return Arrays.copyOf(bytes, codec.write(state, bytes));
    }

    /** One move of the reduced search. */
    private record Found(Move move, int group, int site) {}

    private void follow(byte[] to) {
        ProtocolState before = state(encoded(present));
        Found[] found = new Found[1];
        byte[] bytes = new byte[codec.maxSizeBytes()];
        reduced.expand(before, new ProtocolState(reduced.cores()), new ProtocolModel.Visitor() {
            @Override
            public void moved(ProtocolState next, Move move, int group, int site) {
                int sizeBytes = codec.write(next, bytes);
                if (found[0] == null && Arrays.equals(bytes, 0, sizeBytes, to, 0, to.length)) {
                    found[0] = new Found(move, group, site);
                }
            }

            @Override
            public void stayed(Move move, int group, int site) {}

            @Override
            public void violated(Violated what) {}
        });
        Found move = Objects.requireNonNull(found[0], "a state of the path does not follow the one before");
        if (move.move == Move.PATCHER) {
            patcher();
        } else {
            int core = like(before.record[move.group], move.group);
            if (move.move == Move.TRAP_AND_RETURN) {
                take(Move.TRAP, core, move.site, null);
                while (!isOver && CoreRecord.isInHandler(present.record[core])) {
                    take(Move.HANDLER, core, move.site, null);
                }
            } else {
                take(move.move, core, move.site, to);
            }
        }
        if (!isOver && !Arrays.equals(encoded(present), to)) {
            throw new IllegalStateException("the steps of a move lead elsewhere");
        }
    }

    /** The first core that is like those of a group. */
    private int like(long record, int group) {
        int core = reduced.isSymmetric() ? 0 : group;
        while (present.record[core] != record) {
            core++;
        }
        return core;
    }

    private void patcher() {
        boolean isLoop = false;
        while (canTake(Move.PATCHER_FOR_CORE)) { // all at once, as nobody can tell the order
            take(Move.PATCHER_FOR_CORE, -1, -1, null);
            taken.remove(taken.size() - 1);
            isLoop = true;
        }
        if (isLoop) {
            taken.add(new Taken(null));
        }
        take(Move.PATCHER, -1, -1, null);
    }

    private boolean canTake(Move move) {
        boolean[] can = new boolean[1];
        plain.expand(present, scratch, new ProtocolModel.Visitor() {
            @Override
            public void moved(ProtocolState next, Move possible, int group, int site) {
                can[0] |= possible == move;
            }

            @Override
            public void stayed(Move possible, int group, int site) {}

            @Override
            public void violated(Violated what) {}
        });
        return can[0];
    }

    /**
     * Takes the first step of a kind.
     *
     * @param core who moves; -1 for whoever does
     * @param to where it must lead; null for anywhere
     */
    private void take(Move move, int core, int site, byte @Nullable [] to) {
        ProtocolState after = new ProtocolState(plain.cores());
        ProofStep[] step = new ProofStep[1];
        int[] moved = new int[1];
        plain.expand(present, scratch, new ProtocolModel.Visitor() {
            @Override
            public void moved(ProtocolState next, Move possible, int group, int atSite) {
                boolean isIt = step[0] == null
                        && possible == move
                        && (core < 0 || group == core)
                        && (site < 0 || atSite == site || move == Move.HANDLER)
                        && (to == null || Arrays.equals(encoded(next), to));
                if (isIt) {
                    step[0] = plain.step(present, next, possible, group, atSite);
                    moved[0] = group;
                    after.set(next);
                }
            }

            @Override
            public void stayed(Move possible, int group, int atSite) {}

            @Override
            public void violated(Violated what) {
                isOver |= step[0] == null;
            }
        });
        if (step[0] == null && isOver) {
            return;
        }
        isOver = false;
        taken.add(new Taken(Objects.requireNonNull(step[0], "a move of the path has no step of one core")));
        if (move == Move.PATCHER_FOR_CORE && core >= 0) {
            orders.computeIfAbsent(present.at, at -> new ArrayList<>()).add(moved[0]);
        }
        present.set(after);
    }

    // ---- numbers

    /** Each core's number, so that every loop takes them in ascending order; empty if there is no such order. */
    private int[] numbers() {
        int cores = plain.cores();
        boolean[][] before = new boolean[cores][cores];
        orders.forEach((at, order) -> {
            for (int i = 0; i < order.size(); i++) {
                for (int other = 0; other < cores; other++) {
                    int index = order.indexOf(other);
                    boolean isLeft = at == present.at && index < 0 && isDue(other);
                    before[order.get(i)][other] |= index > i || isLeft;
                }
            }
        });
        for (int other = 0; plain.hasSpecial() && other < cores - 1; other++) {
            before[other][cores - 1] = true; // the core that is unlike the others is the last one
        }
        int[] numbers = new int[cores];
        for (int number = 1; number <= cores; number++) {
            int next = 0;
            while (next < cores && (numbers[next] > 0 || isAfterAny(before, numbers, next))) {
                next++;
            }
            if (next == cores) {
                return new int[0];
            }
            numbers[next] = number;
        }
        return numbers;
    }

    private boolean isDue(int core) {
        boolean publishes = plain.program().kind(present.at) == ProtocolProgram.Kind.PUBLISH_EACH;
        return CoreRecord.isPublished(present.record[core]) != publishes;
    }

    private static boolean isAfterAny(boolean[][] before, int[] numbers, int core) {
        for (int other = 0; other < numbers.length; other++) {
            if (numbers[other] == 0 && before[other][core]) {
                return true;
            }
        }
        return false;
    }

    /** Takes all steps with the cores' numbers; null if one cannot be taken. */
    private @Nullable Interleaving walk(ProofSetup setup, int[] numbers) {
        Interleaving walk = new Interleaving(setup);
        for (Taken one : taken) {
            boolean isTaken = one.step == null ? takeLoop(walk) : walk.take(numbered(one.step, numbers));
            if (!isTaken) {
                return walk.violated() == null ? null : walk;
            }
        }
        return walk;
    }

    private static boolean takeLoop(Interleaving walk) {
        int at = walk.state().at;
        while (true) {
            String loop = walk.model().program().word(at) + " C";
            ProofStep next = walk.possible().stream()
                    .filter(step ->
                            step.core() == ProofStep.PATCHER && step.action().startsWith(loop))
                    .findFirst()
                    .orElse(null);
            if (next == null) {
                return true;
            }
            walk.take(next);
        }
    }

    private static ProofStep numbered(ProofStep step, int[] numbers) {
        if (step.core() != ProofStep.PATCHER) {
            return new ProofStep(numbers[step.core() - 1], step.action());
        }
        int of = step.action().lastIndexOf(" C");
        return of < 0
                ? step
                : new ProofStep(
                        ProofStep.PATCHER,
                        step.action().substring(0, of + 2)
                                + numbers[Integer.parseInt(step.action().substring(of + 2)) - 1]);
    }

    // ---- the end

    private @Nullable Counterexample ended(
            ProofSetup setup,
            Interleaving walk,
            Violated violated,
            int[] numbers,
            List<byte[]> path,
            BreadthFirstSearch.Extent extent) {
        if (violated.group() >= 0 && walk.violated() == null) {
            long record = state(path.get(path.size() - 1)).record[violated.group()];
            int core = numbers[like(record, violated.group())];
            // a handler that would run in one go goes wrong in one of its steps
            walk.take(new ProofStep(core, "trap " + violated.site()));
            for (int step = 0;
                    walk.violated() == null
                            && step < setup.protocol().handler().steps().size();
                    step++) {
                walk.possible().stream()
                        .filter(possible -> possible.core() == core)
                        .findFirst()
                        .ifPresent(walk::take);
            }
        }
        Violated found = walk.violated();
        if (found == null) {
            return null;
        }
        List<ProofStep> steps = walk.taken();
        if (steps.size() <= MAX_REORDERED) {
            steps = FewerSwitches.of(setup, steps, found);
        }
        Explanation explanation = Explanation.of(setup, steps, found);
        return new Counterexample(
                setup,
                explanation.steps(),
                explanation.texts(),
                found.group() < 0 ? ProofStep.PATCHER : found.group() + 1,
                found.oracle(),
                explanation.what(),
                explanation.reasons(),
                List.of(),
                extent,
                false);
    }
}
