package dev.pokesim.patcher.proof;

import dev.pokesim.emulator.explore.BreadthFirstSearch;
import dev.pokesim.emulator.explore.BreadthFirstSearch.Outcome;
import dev.pokesim.patcher.kernel.HandlerStep;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * How many of a proof's states runs of the machine come by. The states are those of the search without reductions, but which of
 * several equal cores is which does not count, and states that no run can tell apart are one: those that differ only by steps that
 * leave no trace (a wait is over, interrupts are off, the handler has searched the array), and by the epoch of a core in the
 * handler, which serialises before it fetches again.
 *
 * <p>Safe to use from several threads.
 */
public final class Coverage {
    private final Classes classes;
    private final Map<String, Integer> numbers; // only looked up
    private final AtomicLongArray reached;

    private Coverage(Classes classes, Map<String, Integer> numbers) {
        this.classes = classes;
        this.numbers = numbers;
        reached = new AtomicLongArray(numbers.size() / Long.SIZE + 1);
    }

    /**
     * Finds all states of a proof.
     *
     * @param progress may end that
     * @return null if it was ended, or if the protocol is wrong: the search ends with the first wrong state then
     */
    public static @Nullable Coverage of(ProofSetup setup, BreadthFirstSearch.Progress progress) {
        ProtocolModel model = new ProtocolModel(new ProtocolProgram(setup), setup, Set.of(Reduction.SYMMETRY));
        Classes classes = new Classes(model);
        Map<String, Integer> numbers = new HashMap<>();
        BreadthFirstSearch.Result result = ProtocolExplorer.search(
                model,
                1,
                Long.MAX_VALUE,
                progress,
                new AtomicInteger(),
                state -> numbers.putIfAbsent(classes.of(state), numbers.size()));
        return result.outcome() == Outcome.EXHAUSTED ? new Coverage(classes, numbers) : null;
    }

    /** How many states the proof has that runs could tell apart. */
    public int states() {
        return numbers.size();
    }

    /** In how many of these a run was. */
    public int reached() {
        int count = 0;
        for (int i = 0; i < reached.length(); i++) {
            count += Long.bitCount(reached.get(i));
        }
        return count;
    }

    /**
     * A run is in a state.
     *
     * @param recordOf a core, with the site of its handler
     * @return whether the proof has it
     */
    boolean reach(FollowedState run, RecordOf recordOf) {
        Integer number = numbers.get(classes.of(run, recordOf));
        if (number == null) {
            return false;
        }
        reached.accumulateAndGet(number / Long.SIZE, 1L << number, (old, bit) -> old | bit);
        return true;
    }

    /** Knows the record of a core. */
    interface RecordOf {
        long core(int id);
    }

    /** Names what cannot be told apart the same. */
    private static final class Classes {
        private final ProtocolModel model;
        private final ProtocolProgram program;
        private final StateCodec codec;
        private final List<HandlerStep> steps;
        /** Per position the first one from which only steps without a trace lead there. */
        private final int[] firstLike;

        Classes(ProtocolModel model) {
            this.model = model;
            program = model.program();
            codec = new StateCodec(model);
            steps = model.setup().protocol().handler().steps();
            firstLike = firstLike(program.size(), at -> switch (program.kind(at)) {
                // of a loop over the cores what is done for each leaves one, and is in its record
                case INTERRUPTS, SERIALISE, AWAIT, AWAIT_STOPPED, AWAIT_ONE, PUBLISH_EACH, RETIRE_EACH, DROP_EACH ->
                    true;
                case FILL,
                        PUBLISH_ONE,
                        WRITE,
                        SEND,
                        STOP,
                        RELEASE,
                        START_GRACE_PERIOD,
                        AWAIT_READERS,
                        SET_LOOKUP,
                        RETIRE_ONE,
                        DROP_ONE,
                        EMPTY,
                        FINISH,
                        END -> false;
            });
        }

        private static int[] firstLike(int size, IntPredicate leavesNoTrace) {
            int[] first = new int[size];
            for (int at = 1; at < size; at++) {
                first[at] = leavesNoTrace.test(at - 1) ? first[at - 1] : at;
            }
            return first;
        }

        String of(ProtocolState state) {
            ProtocolState like = new ProtocolState(model.cores());
            like.at = firstLike[state.at];
            for (int group = 0; group < state.groups; group++) {
                like.add(like(state.record[group]), state.count[group]);
            }
            return name(like);
        }

        String of(FollowedState run, RecordOf recordOf) {
            ProtocolState like = new ProtocolState(model.cores());
            like.at = firstLike[run.at];
            for (int id = 1; id < run.cores; id++) {
                boolean isSpecial = model.hasSpecial() && id == run.cores - 1;
                like.add(like(recordOf.core(id)) | (isSpecial ? CoreRecord.initial(true, false) : 0), 1);
            }
            return name(like);
        }

        private long like(long record) {
            int phase = CoreRecord.phase(record);
            if (!CoreRecord.isInHandler(record)) {
                return phase == CoreRecord.STOPPED ? CoreRecord.withEpoch(record, 0) : record;
            }
            while (phase > 1 && FollowedHandlers.isHidden(steps.get(phase - 2))) {
                phase--;
            }
            return CoreRecord.withEpoch(CoreRecord.withPhase(record, phase, CoreRecord.site(record)), 0);
        }

        private String name(ProtocolState state) {
            byte[] bytes = new byte[codec.maxSizeBytes()];
            return new String(bytes, 0, codec.write(state, bytes), StandardCharsets.ISO_8859_1);
        }
    }
}
