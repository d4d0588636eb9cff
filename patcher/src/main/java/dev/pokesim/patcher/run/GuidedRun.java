package dev.pokesim.patcher.run;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.explore.Replay;
import dev.pokesim.emulator.explore.Transition;
import dev.pokesim.emulator.explore.Walk;
import dev.pokesim.emulator.isa.Decoded;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.patcher.kernel.KernelLayout;
import dev.pokesim.patcher.kernel.PatchListener;
import dev.pokesim.patcher.kernel.PatchPlace;
import dev.pokesim.patcher.kernel.StopMachine;
import dev.pokesim.patcher.kernel.TextPokeArray;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import dev.pokesim.patcher.proof.ProofSetup;
import dev.pokesim.patcher.proof.ProofSetup.Company;
import dev.pokesim.patcher.proof.ProofStep;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Has the machine do what an interleaving of a proof says: for each step that core's micro-ops, until what the step is about has
 * happened. So a violation that was found among abstract steps is one of real routines, store buffers and fetched bytes, too.
 *
 * <p>What interrupts the patcher in the proof is a device here. The text around the places is made up of RETs: whatever is called or jumped to comes back.
 */
public final class GuidedRun {
    /** More transitions than any step of a protocol for a few cores takes. */
    private static final int MAX_TRANSITIONS = 2_000;

    /** What a core violates by what it executes. */
    private static final String OLD = "NothingOldAfterFinish";

    private static final String WAITS = "EveryWaitEnds";
    private static final List<String> OF_EXECUTION =
            List.of("NoTornInstruction", "EveryInt3IsClaimed", OLD, "NoEntryInsideSite");

    /** What a second patcher does, told from what its core does. */
    private static final Set<String> OF_RIVAL = Set.of(
            "fill",
            "publish",
            "publish.done",
            "write",
            "sync.send",
            "sync.done",
            "retire",
            "retire.done",
            "drop",
            "empty",
            "finish");

    private static final int BREAKPOINT = GuestFault.Vector.BREAKPOINT.number();
    private static final List<Long> COUNTS =
            List.of(TextPokeArray.countOf(KernelLayout.ARRAY), TextPokeArray.countOf(KernelLayout.SECOND_ARRAY));

    /**
     * What came of it.
     *
     * @param model of the machine that was run
     * @param counts how many transitions each step took, in the order of the steps
     * @param transitions all of them
     * @param violation with which the machine's oracle ended it; null if the run could not follow
     * @param reason why it could not; null if it could
     */
    public record Result(
            PatchModel model,
            List<Integer> counts,
            List<Transition> transitions,
            @Nullable String violation,
            @Nullable String reason) {
        public Result {
            counts = List.copyOf(counts);
            transitions = List.copyOf(transitions);
        }
    }

    private final List<PatchPlace> places;
    private final PatchModel model;
    private final Events events;
    private final Walk walk;
    private final Walk.Wanted anything = new Wanted(() -> true);
    private final boolean isPatcherInterrupted;
    private final int rival;
    /** How many of the patcher's last stores stay in its buffer until something interrupts it. */
    private final int kept;

    private boolean hasArrived;
    private int left;

    private GuidedRun(ProofSetup setup, PatchModel model, int kept) {
        places = setup.places();
        this.model = model;
        this.kept = kept;
        rival = setup.hasRival() ? setup.cores() - 1 : PatchMachine.PATCHER;
        isPatcherInterrupted = setup.company().contains(Company.PATCHER_INTERRUPTED)
                || setup.company().contains(Company.NMI);
        events = new Events();
        walk = new Walk(model.observedBy(events));
    }

    /**
     * Runs the machine along the steps of a counterexample.
     *
     * @param steps of the patcher and the cores, as the proof takes them
     * @param oracle the property that must be violated then
     * @return null if the machine lacks what the setup needs
     */
    public static @Nullable Result follow(ProofSetup setup, List<ProofStep> steps, String oracle, int core) {
        boolean isPatcherHit = core == ProofStep.PATCHER && OF_EXECUTION.contains(oracle)
                || steps.stream().anyMatch(step -> step.core() == ProofStep.PATCHER && isVisit(step));
        Set<Company> company = EnumSet.noneOf(Company.class);
        company.addAll(setup.company());
        if (!isPatcherHit) {
            company.remove(Company.PATCHER_INTERRUPTED); // it can happen, and here it does not
        }
        ProofSetup followed = setup.withCompany(company);
        if (ScenarioModel.lacks(followed) != null) {
            return null;
        }
        List<List<Integer>> visits = new ArrayList<>();
        for (int id = 0; id < setup.cores(); id++) {
            int visitor = id;
            List<Integer> sites = new ArrayList<>(steps.stream()
                    .filter(step -> step.core() == visitor && isVisit(step))
                    .map(step -> Integer.parseInt(step.action().split(" ")[1]))
                    .toList());
            sites.add(0); // it comes by once more if that is what it takes to see what is wrong
            visits.add(sites);
        }
        PatchModel model = ScenarioModel.of(followed, 1, 0).visiting(visits);
        Result result = new GuidedRun(followed, model, 0).run(steps, oracle, core);
        long stores = steps.stream().filter(GuidedRun::isWrite).count();
        for (int kept = 1; result.reason() != null && isPatcherHit && kept <= stores; kept++) {
            result = new GuidedRun(followed, model, kept).run(steps, oracle, core);
        }
        return result;
    }

    private static boolean isWrite(ProofStep step) {
        return step.core() == ProofStep.PATCHER && step.action().startsWith("write ");
    }

    /** Whether a core calls a place's function for it; who goes on inside a place called it before. */
    private static boolean isVisit(ProofStep step) {
        String action = step.action();
        return action.startsWith("trap ") || action.startsWith("fetch ") || action.startsWith("enter ");
    }

    private Result run(List<ProofStep> steps, String oracle, int core) {
        List<Integer> counts = new ArrayList<>();
        String reason = null;
        long stores = steps.stream().filter(GuidedRun::isWrite).count();
        for (ProofStep step : steps) {
            int before = walk.taken().size();
            left = MAX_TRANSITIONS;
            if (step.action().startsWith("fetch ") && oracle.equals(OLD)) {
                until(PatchMachine.PATCHER, () -> events.isFinished); // the proof looks ahead
            }
            stores -= isWrite(step) ? 1 : 0;
            boolean isKept = isWrite(step) && stores < kept;
            // a store that is kept is put into the buffer on the way to what comes next
            boolean isDone = walk.violation() == null && (isKept || follow(step));
            counts.add(walk.taken().size() - before);
            if (!isDone && walk.violation() == null) {
                reason = "the machine cannot follow step " + counts.size() + ", `" + step + "`";
                break;
            }
        }
        left = MAX_TRANSITIONS;
        while (reason == null && walk.violation() == null && left > 0 && comesTo(core)) {
            counts.set(
                    counts.size() - 1,
                    walk.taken().size()
                            - counts.stream().mapToInt(Integer::intValue).sum()
                            + counts.get(counts.size() - 1));
        }
        String violation = reason == null && oracle.equals(WAITS) ? deadlock(counts) : walk.violation();
        boolean isSame = violation != null && PatchModel.oracleOf(violation).equals(oracle);
        if (reason == null && !isSame) {
            reason = violation == null
                    ? "the machine did all steps and no oracle speaks"
                    : "another oracle speaks: " + violation;
        }
        return new Result(model, counts, walk.taken(), isSame ? violation : null, isSame ? null : reason);
    }

    /** Lets everybody go on until nobody can; what is wrong then. */
    private @Nullable String deadlock(List<Integer> counts) {
        String livelock = new Replay(model).run(walk.taken()).violation();
        if (livelock != null) {
            return livelock;
        }
        int before = walk.taken().size();
        left = MAX_TRANSITIONS;
        List<Transition> possible = walk.possible();
        while (left > 0 && walk.violation() == null && !possible.isEmpty()) {
            left--;
            walk.take(possible.get(0), anything);
            possible = walk.possible();
        }
        counts.set(
                counts.size() - 1, counts.get(counts.size() - 1) + walk.taken().size() - before);
        return new Replay(model).run(walk.taken()).violation();
    }

    /** Does the micro-ops of one step; false if what it is about does not happen. */
    private boolean follow(ProofStep step) {
        String[] words = step.action().split(" ");
        int core = step.core();
        boolean isPatchers = core == ProofStep.PATCHER && !isVisit(step)
                || core == rival && OF_RIVAL.contains(words[0]) && (words.length > 1 || !words[0].equals("drop"));
        return isPatchers ? followPatcher(core, words) : followCore(core, words);
    }

    private boolean followPatcher(int patcher, String[] words) {
        if (words[words.length - 1].endsWith(".done")) {
            return true; // nothing that anybody else could notice: it is done on the way to what comes next
        }
        return switch (words[0]) {
            case "fill" -> until(patcher, () -> events.isStarted);
            case "publish" -> until(patcher, () -> events.isWritten(counter(words)));
            case "write" -> until(patcher, () -> events.isWritten(text(words)) || events.isWritten(alias(words)));
            case "sync.send" -> until(patcher, () -> events.serialised == patcher && events.step.startsWith("sync"));
            case "stop" -> until(patcher, () -> events.target == model.cores() - 1);
            case "release" -> until(patcher, () -> events.isWritten(StopMachine.HOLD));
            case "grace.start" ->
                until(patcher, () -> events.isWritten(KernelLayout.perCpu(model.cores() - 1) + KernelLayout.HOLDOUT));
            case "set", "clear" -> until(patcher, () -> events.isWritten(word(words[1])));
            case "retire", "drop" -> until(patcher, () -> events.updated == counter(words));
            case "empty" ->
                until(patcher, () -> COUNTS.stream().anyMatch(events::isWritten))
                        && (!model.refs().isOnStack()
                                || until(patcher, () -> events.isWritten(KernelLayout.STACK_DESCRIPTOR + Long.BYTES)));
            case "finish" -> until(patcher, () -> events.isFinished);
            case "stopped", "serialise", "cli", "sti" -> true; // as well
            default -> false;
        };
    }

    private boolean followCore(int core, String[] words) {
        return switch (words[0]) {
            case "ack" -> arrives(core, Transition.Kind.IPI) && until(core, () -> events.isReturned);
            case "stop" -> arrives(core, Transition.Kind.IPI) && until(core, () -> events.isAnswered);
            case "nmi" -> arrives(core, Transition.Kind.NMI);
            case "spin" -> until(core, () -> events.target == PatchMachine.PATCHER);
            case "online" -> until(core, () -> events.serialised == core);
            case "trap" -> untilFetch(core, site(words)) && fetch(core, () -> events.vector == BREAKPOINT);
            case "enter" -> enters(core, words);
            case "leave" -> until(core, () -> events.hasLeft);
            case "ask" -> untilDone(core, "anybody registered");
            case "load-count" -> untilDone(core, "nr: load");
            case "load-vector" -> untilDone(core, "vec: load");
            case "load-descriptor" -> untilDone(core, "desc: load");
            case "take", "drop" -> until(core, () -> events.updated != 0 || events.isReturned);
            case "iret", "nmi.iret", "resume" -> until(core, () -> events.isReturned);
            case "fetch" -> untilFetch(core, site(words)) && fetch(core, () -> events.hasSeen(words));
            // nothing that anybody else could notice: it is done on the way to what comes next
            case "find", "find-two", "act" -> true;
            default -> false;
        };
    }

    /** Goes on to the byte of a place that a step such as {@code enter 0 +1} names. */
    private boolean enters(int core, String[] words) {
        PatchPlace place = places.get(Integer.parseInt(words[1]));
        long to = place.address() + Integer.parseInt(words[2].substring(1));
        Transition next = next(core, Transition.Kind.STEP);
        boolean isInside = next != null
                && IntStream.range(1, place.sizeBytes())
                        .anyMatch(offset -> next.text().equals("fetch " + Address.text(place.address() + offset)));
        return (isInside || untilFetch(core, place.address()))
                && fetch(core, () -> events.seenEnd == to)
                && untilFetch(core, to);
    }

    private PatchPlace place(String number) {
        return places.get(Integer.parseInt(number));
    }

    /** Where the function of a step such as {@code trap 0} begins. */
    private long site(String[] words) {
        return model.target().entries().get(Integer.parseInt(words[1]));
    }

    private long text(String[] words) {
        return place(words[1]).address() + Integer.parseInt(words[2].substring(1));
    }

    private long alias(String[] words) {
        return text(words) + KernelLayout.POKING_OFFSET;
    }

    private static long word(String name) {
        return switch (name) {
            case "count" -> KernelLayout.DESCRIPTOR_COUNT;
            case "vector" -> KernelLayout.DESCRIPTOR_VECTOR;
            case "descriptor" -> KernelLayout.DESCRIPTOR_POINTER;
            default -> KernelLayout.HANDLER;
        };
    }

    /** The counter that a step such as {@code publish C1} is about; the shared one if it names no core. */
    private long counter(String[] words) {
        String last = words[words.length - 1];
        return last.startsWith("C")
                ? KernelLayout.perCpu(Integer.parseInt(last.substring(1))) + KernelLayout.REFS
                : model.refs().counters(layout())[0];
    }

    private KernelLayout layout() {
        return PatchMachine.layout(model.target(), model.cores());
    }

    /** One core goes on until something happens. */
    private boolean until(int core, BooleanSupplier happened) {
        Wanted wanted = new Wanted(() -> true);
        while (left > 0 && walk.violation() == null) {
            if (!oneOf(core, wanted)) {
                return false;
            }
            if (happened.getAsBoolean()) {
                return true;
            }
        }
        return false;
    }

    /** One core goes on until it has done a certain micro-op. */
    private boolean untilDone(int core, String text) {
        while (left > 0 && walk.violation() == null) {
            Transition next = next(core, Transition.Kind.STEP);
            if (!oneOf(core, anything)) {
                return false;
            }
            if (next != null && next.text().equals(text)) {
                return true;
            }
        }
        return false;
    }

    /** One core goes on until it is about to fetch at an address. */
    private boolean untilFetch(int core, long address) {
        String fetch = "fetch " + Address.text(address);
        interrupt(core);
        while (left > 0 && walk.violation() == null) {
            Transition next = next(core, Transition.Kind.STEP);
            if (next != null && next.text().equals(fetch)) {
                return true;
            }
            if (!oneOf(core, anything)) {
                return false;
            }
        }
        return false;
    }

    /** The core that violates something goes on to where it does: it executes the place if that is what it is about. */
    private boolean comesTo(int core) {
        interrupt(core);
        Transition next = next(core, Transition.Kind.STEP);
        boolean isAtPlace = next != null
                && places.stream()
                        .flatMapToLong(place -> LongStream.range(place.address(), place.address() + place.sizeBytes()))
                        .anyMatch(address -> next.text().equals("fetch " + Address.text(address)));
        return isAtPlace && fetch(core, () -> walk.violation() != null || events.vector == BREAKPOINT)
                || oneOf(core, anything);
    }

    /** The patcher executes places only if something interrupts it. */
    private void interrupt(int core) {
        if (core == PatchMachine.PATCHER && isPatcherInterrupted && !hasArrived) {
            Transition interrupt = next(core, Transition.Kind.NMI);
            interrupt = interrupt == null ? next(core, Transition.Kind.IPI) : interrupt;
            while (interrupt == null
                    && kept > 0
                    && left > 0) { // it turns its interrupts on, and nothing drains meanwhile
                left--;
                Transition step = next(core, Transition.Kind.STEP);
                if (step == null || !walk.take(step, anything)) {
                    return;
                }
                interrupt = next(core, Transition.Kind.IPI);
            }
            hasArrived = interrupt != null && walk.take(interrupt, anything);
        }
    }

    private boolean fetch(int core, BooleanSupplier isIt) {
        Transition next = next(core, Transition.Kind.STEP);
        left--;
        return next != null && walk.take(next, new Wanted(isIt));
    }

    private boolean arrives(int core, Transition.Kind kind) {
        Transition next = next(core, kind);
        return next != null && walk.take(next, anything);
    }

    /** A store that waits drains first, unless it is one that is kept. */
    private boolean oneOf(int core, Walk.Wanted wanted) {
        left--;
        boolean isKept = kept > 0 && hasArrived && core == PatchMachine.PATCHER;
        Transition drain = isKept ? null : next(core, Transition.Kind.DRAIN);
        Transition next = drain == null ? next(core, Transition.Kind.STEP) : drain;
        return next != null && walk.take(next, wanted);
    }

    private @Nullable Transition next(int core, Transition.Kind kind) {
        return walk.possible().stream()
                .filter(transition -> transition.core() == core && transition.kind() == kind)
                .findFirst()
                .orElse(null);
    }

    private final class Wanted implements Walk.Wanted {
        private final BooleanSupplier isIt;

        Wanted(BooleanSupplier isIt) {
            this.isIt = isIt;
        }

        @Override
        public void begins() {
            events.clear();
        }

        @Override
        public boolean isIt() {
            return isIt.getAsBoolean();
        }
    }

    /** What happened in the last transition. */
    private final class Events implements PatchListener {
        private static final int NONE = -1;

        private final List<Long> written = new ArrayList<>();
        private int vector = NONE;
        private int target = NONE;
        private boolean isStarted;
        private boolean isFinished;
        private boolean isReturned;
        private boolean isAnswered;
        private boolean hasLeft;
        private int serialised = NONE;
        private long seenEnd;
        /** The patcher's present one; stays. */
        private String step = "";

        private long updated;
        private @Nullable String seen;

        void clear() {
            written.clear();
            vector = NONE;
            target = NONE;
            isStarted = false;
            isFinished = false;
            isReturned = false;
            isAnswered = false;
            hasLeft = false;
            serialised = NONE;
            seenEnd = 0;
            updated = 0;
            seen = null;
        }

        boolean isWritten(long address) {
            return written.contains(address);
        }

        /** Whether the bytes that a step names were fetched, or those of it that make an instruction. */
        boolean hasSeen(String[] words) {
            String wanted = String.join(" ", Arrays.copyOfRange(words, 2, words.length));
            String fetched = seen;
            return walk.violation() != null
                    && (wanted.isEmpty()
                            || fetched == null
                            || fetched.startsWith(wanted)
                            || wanted.startsWith(fetched));
        }

        @Override
        public boolean wantsMemory() {
            return true;
        }

        @Override
        public void written(Core core, long address, int sizeBytes) {
            written.add(address);
        }

        @Override
        public void updated(Core core, long address, boolean failed) {
            if (!failed && model.refs().isCounter(address, layout())) {
                updated = address;
            }
        }

        @Override
        public void entered(Core core, int enteredVector) {
            vector = enteredVector;
        }

        @Override
        public void returned(Core core) {
            isReturned = true;
        }

        @Override
        public void answered(Core core) {
            isAnswered = true;
        }

        @Override
        public void stepStarted(Core patcher, String name) {
            step = name;
        }

        @Override
        public void guestReturned(Core core) {
            hasLeft = true;
        }

        @Override
        public void serialised(Core core) {
            serialised = core.id();
        }

        @Override
        public void sent(Core from, int sentTo, int sentVector) {
            target = sentTo;
        }

        @Override
        public void batchStarted(Core patcher, int entries) {
            isStarted = true;
        }

        @Override
        public void batchFinished(Core patcher) {
            isFinished = true;
        }

        @Override
        public void fetchedSite(Core core, Decoded instruction, TextPokeLoc site) {
            seen = instruction.bytes().toString();
            seenEnd = instruction.bytes().byteAt(0) == TextPokeLoc.INT3 ? 0 : instruction.next();
        }
    }
}
