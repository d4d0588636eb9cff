package dev.pokesim.patcher.run;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.explore.Transition;
import dev.pokesim.emulator.explore.Walk;
import dev.pokesim.emulator.isa.Decoded;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.patcher.kernel.GlobalRefs;
import dev.pokesim.patcher.kernel.KernelLayout;
import dev.pokesim.patcher.kernel.PatchListener;
import dev.pokesim.patcher.kernel.PatchPlace;
import dev.pokesim.patcher.kernel.PerCpuRefs;
import dev.pokesim.patcher.kernel.Refs;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import dev.pokesim.patcher.kernel.TrapHandler;
import dev.pokesim.patcher.proof.ProofSetup;
import dev.pokesim.patcher.proof.ProofStep;
import dev.pokesim.patcher.site.ImageBytes;
import dev.pokesim.patcher.site.LoadedImage;
import dev.pokesim.patcher.site.Segment;
import dev.pokesim.patcher.site.Symbols;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Has the machine do what an interleaving of a proof says: for each step that core's micro-ops, until what the step is about has
 * happened. So a violation that was found among abstract steps is one of real routines, store buffers and fetched bytes, too.
 *
 * <p>What interrupts the patcher in the proof is an NMI here. The text around the places is made up of RETs: whatever is called or jumped to comes back.
 */
public final class GuidedRun {
    /** More transitions than any step of a protocol for a few cores takes. */
    private static final int MAX_TRANSITIONS = 2_000;

    /** What a core violates by what it executes. */
    private static final List<String> OF_EXECUTION =
            List.of("NoTornInstruction", "EveryInt3IsClaimed", "NothingOldAfterFinish");

    private static final int BREAKPOINT = GuestFault.Vector.BREAKPOINT.number();
    private static final int RET = 0xc3;
    private static final int MARGIN_BYTES = 256;
    /** Places and their targets must lie as close together as this. */
    private static final long MAX_TEXT_BYTES = 1 << 20;

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
    private final Refs refs;
    private final PatchModel model;
    private final Events events;
    private final Walk walk;
    private final Walk.Wanted anything = new Wanted(() -> true);
    private final boolean isPatcherInterrupted;
    private boolean hasArrived;
    private int left;

    private GuidedRun(ProofSetup setup, PatchTarget target, int passes, boolean isPatcherInterrupted) {
        places = setup.places();
        refs = setup.perCoreRefs() ? new PerCpuRefs() : new GlobalRefs();
        model = new PatchModel(
                target, setup.protocol(), refs, setup.fetchMode(), setup.cores(), passes, isPatcherInterrupted ? 1 : 0);
        this.isPatcherInterrupted = isPatcherInterrupted;
        events = new Events();
        walk = new Walk(model.observedBy(events));
    }

    /**
     * Runs the machine along the steps of a counterexample.
     *
     * @param steps of the patcher and the cores, as the proof takes them
     * @param oracle the property that must be violated then
     * @return null if the setup is none that the patcher's routine can carry out: several batches, another handler, or company
     */
    public static @Nullable Result follow(ProofSetup setup, List<ProofStep> steps, String oracle, int core) {
        PatchTarget target = target(setup);
        if (target == null) {
            return null;
        }
        int passes = (int) steps.stream()
                .filter(step -> step.core() != ProofStep.PATCHER && isVisit(step))
                .count();
        boolean isPatcherInterrupted = core == ProofStep.PATCHER && OF_EXECUTION.contains(oracle)
                || steps.stream().anyMatch(step -> step.core() == ProofStep.PATCHER && isVisit(step));
        return new GuidedRun(setup, target, Math.max(1, passes), isPatcherInterrupted).run(steps, oracle, core);
    }

    private static boolean isVisit(ProofStep step) {
        return step.action().startsWith("trap ") || step.action().startsWith("fetch ");
    }

    private static @Nullable PatchTarget target(ProofSetup setup) {
        boolean isPlain = setup.batches().size() == 1
                && setup.places().size() == 1
                && setup.protocol().handler().equals(TrapHandler.KERNEL)
                && setup.company().equals(Set.of(ProofSetup.Company.PATCHER_INTERRUPTED))
                && setup.without().isEmpty();
        if (!isPlain) {
            return null;
        }
        PatchPlace place = setup.places().get(0);
        TextPokeLoc loc;
        try {
            loc = TextPokeLoc.of(place.address(), place.oldText(), place.newText());
        } catch (IllegalArgumentException notOfTheKernel) {
            return null;
        }
        long end = place.address() + place.sizeBytes();
        long first = end;
        long last = end;
        for (int from = 1; from < place.sizeBytes(); from++) { // wherever a displacement of 1 or 4 bytes may lead
            for (InstructionBytes text : List.of(place.oldText(), place.newText())) {
                long word = text.low() >>> Byte.SIZE * from;
                long to = end + (place.sizeBytes() - from == 1 ? (byte) word : (int) word);
                if (Math.abs(to - end) < MAX_TEXT_BYTES / 2) {
                    first = Long.compareUnsigned(to, first) < 0 ? to : first;
                    last = Long.compareUnsigned(to, last) > 0 ? to : last;
                }
            }
        }
        first -= MARGIN_BYTES;
        byte[] bytes = new byte[(int) (last + MARGIN_BYTES - first)];
        Arrays.fill(bytes, (byte) RET);
        byte[] old = place.oldText().toArray();
        System.arraycopy(old, 0, bytes, (int) (place.address() - first), old.length);
        Segment text = new Segment("text", first, ImageBytes.copyOf(bytes), true, false);
        LoadedImage image = new LoadedImage("the place among RETs", List.of(text), Symbols.of(List.of()), List.of());
        return new PatchTarget(image, PatchTarget.NO_KEY, true, List.of(loc), List.of(place.address()));
    }

    private Result run(List<ProofStep> steps, String oracle, int core) {
        List<Integer> counts = new ArrayList<>();
        String reason = null;
        for (ProofStep step : steps) {
            int before = walk.taken().size();
            left = MAX_TRANSITIONS;
            boolean isDone = walk.violation() == null && follow(step);
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
        String violation = walk.violation();
        boolean isSame = violation != null && PatchModel.oracleOf(violation).equals(oracle);
        if (reason == null && !isSame) {
            reason = violation == null
                    ? "the machine did all steps and no oracle speaks"
                    : "another oracle speaks: " + violation;
        }
        return new Result(model, counts, walk.taken(), isSame ? violation : null, isSame ? null : reason);
    }

    /** Does the micro-ops of one step; false if what it is about does not happen. */
    private boolean follow(ProofStep step) {
        String[] words = step.action().split(" ");
        int core = step.core();
        return switch (words[0]) {
            case "fill" -> until(core, () -> events.isStarted);
            case "publish" -> until(core, () -> events.isWritten(counter(words)));
            case "write" -> until(core, () -> events.isWritten(alias(words)));
            case "sync.send" -> until(core, () -> events.target == model.cores() - 1);
            case "ack" -> arrives(core) && until(core, () -> events.isReturned);
            case "trap" -> untilFetch(core, place(words[1])) && fetch(core, () -> events.vector == BREAKPOINT);
            case "take", "drop" -> until(core, () -> events.updated != 0);
            case "iret" -> until(core, () -> events.isReturned);
            case "retire" -> until(core, () -> events.updated == counter(words));
            case "empty" -> until(core, () -> events.isWritten(KernelLayout.COUNT));
            case "finish" -> until(core, () -> events.isFinished);
            case "fetch" -> untilFetch(core, place(words[1])) && fetch(core, () -> events.hasSeen(words));
            // nothing that anybody else could notice: it is done on the way to what comes next
            case "publish.done", "sync.done", "retire.done", "find", "act" -> true;
            default -> false;
        };
    }

    private PatchPlace place(String number) {
        return places.get(Integer.parseInt(number));
    }

    private long alias(String[] words) {
        return place(words[1]).address() + Integer.parseInt(words[2].substring(1)) + KernelLayout.POKING_OFFSET;
    }

    /** The counter that a step such as {@code publish C1} is about; the shared one if it names no core. */
    private long counter(String[] words) {
        return words.length == 1
                ? KernelLayout.DESCRIPTOR_REFS
                : KernelLayout.perCpu(Integer.parseInt(words[1].substring(1))) + KernelLayout.REFS;
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

    /** One core goes on until it is about to fetch at a place. */
    private boolean untilFetch(int core, PatchPlace place) {
        String fetch = "fetch " + Address.text(place.address());
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
                && next.text().equals("fetch " + Address.text(places.get(0).address()));
        return isAtPlace && fetch(core, () -> walk.violation() != null || events.vector == BREAKPOINT)
                || oneOf(core, anything);
    }

    /** The patcher executes places only if something interrupts it. */
    private void interrupt(int core) {
        if (core == PatchMachine.PATCHER && isPatcherInterrupted && !hasArrived) {
            Transition nmi = next(core, Transition.Kind.NMI);
            hasArrived = nmi != null && walk.take(nmi, anything);
        }
    }

    private boolean fetch(int core, BooleanSupplier isIt) {
        Transition next = next(core, Transition.Kind.STEP);
        left--;
        return next != null && walk.take(next, new Wanted(isIt));
    }

    private boolean arrives(int core) {
        Transition next = next(core, Transition.Kind.IPI);
        return next != null && walk.take(next, anything);
    }

    /** A store that waits drains first. */
    private boolean oneOf(int core, Walk.Wanted wanted) {
        left--;
        Transition drain = next(core, Transition.Kind.DRAIN);
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
        private final KernelLayout layout = new KernelLayout(places.get(0).address(), model.cores());
        private int vector = NONE;
        private int target = NONE;
        private boolean isStarted;
        private boolean isFinished;
        private boolean isReturned;
        private long updated;
        private @Nullable String seen;

        void clear() {
            written.clear();
            vector = NONE;
            target = NONE;
            isStarted = false;
            isFinished = false;
            isReturned = false;
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
            if (!failed && refs.isCounter(address, layout)) {
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
        }
    }
}
