package dev.pokesim.emulator.explore;

import dev.pokesim.emulator.core.Chooser;
import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.StoreBuffer;
import dev.pokesim.emulator.isa.Decoded;
import dev.pokesim.emulator.machine.GuestCrash;
import dev.pokesim.emulator.machine.Machine;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.machine.Snapshots;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.microop.Await;
import dev.pokesim.emulator.microop.Fetch;
import dev.pokesim.emulator.microop.MicroOp;
import dev.pokesim.emulator.microop.Store;
import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A model under control: says which transitions are possible, does one, and goes back to any state it has seen.
 *
 * <p>Nothing is lost, but an IPI is on its way until the transition in which it arrives, which is possible whenever its core
 * would take it. Steps that nobody can notice are done together with the step before them, unless that is switched off: work on
 * a routine's variables always; work on the core itself, stores into the buffer, loads of memory that only this core writes, drains
 * into memory that only this core touches and fetches of text that nobody can write, if no interrupt can come before them.
 */
final class Exploration implements Machine.IpiTransport {
    /** How many steps are done with one transition: a loop that nobody can notice must not hold up the search. */
    private static final int MAX_MERGED = 10_000;

    private static final Transition.Kind[] KINDS = Transition.Kind.values();

    private static final int KIND_BITS = 2;
    private static final int ACTORS = KINDS.length;
    private static final int CORE_BITS = 10;
    /** Different transitions of one core: three kinds, and an IPI of each vector. */
    private static final int EVENTS = 260;

    private final Model model;
    private final Machine machine;
    private final Visibility visibility;
    private final boolean merges;
    private final Snapshots snapshots;
    private final StateWriter writer;
    private final StateReader reader;
    private final Choices choices = new Choices();

    /** IPIs on their way: target * 256 + vector, sorted. */
    private int[] inFlight = new int[8];

    private int inFlightCount;
    private final int[] nmisLeft;
    /** How often a core that could go on may be held up by a step of another one; negative: as often as it likes. */
    private final int preemptionBound;

    private int preemptionsLeft;
    /** The core that did the last step; -1 before the first one. Kept only under a bound. */
    private int lastStepper = -1;

    private final boolean hasNmis;
    private final byte[] initial;
    private final @Nullable String initialViolation;
    private @Nullable String violation;
    private int[] enabled = new int[16];
    /** Where each micro-op is written down, if anywhere. */
    private @Nullable Log log;

    /** Is told each micro-op. */
    @FunctionalInterface
    interface Log {
        /**
         * @param code of the transition that this micro-op alone would be
         * @param answers what its fetch saw
         * @param text for readers
         */
        void add(int code, List<Integer> answers, String text);
    }

    Exploration(Model.Source source, boolean merges) {
        this(source, merges, null, false, -1);
    }

    /** One that ends where a run would need more preemptions than {@code preemptionBound}. */
    Exploration(Model.Source source, boolean merges, int preemptionBound) {
        this(source, merges, null, false, preemptionBound);
    }

    /**
     * @param log is told what is done before the initial state, too; null for none
     * @param exact whether states have what makes no difference to what can happen, such as counts
     */
    Exploration(Model.Source source, boolean merges, @Nullable Log log, boolean exact) {
        this(source, merges, log, exact, -1);
    }

    private Exploration(Model.Source source, boolean merges, @Nullable Log log, boolean exact, int preemptionBound) {
        this.merges = merges;
        this.log = log;
        this.preemptionBound = preemptionBound;
        preemptionsLeft = preemptionBound;
        model = source.start(choices);
        machine = model.machine();
        visibility = new Visibility(model, machine.memory());
        machine.transportIpis(this);
        Snapshots needed = machine.rememberInitial(model.routines(), model.readsTimestamps());
        snapshots = exact ? needed.exact() : needed;
        writer = snapshots.newWriter();
        reader = snapshots.newReader();
        nmisLeft = new int[machine.coreCount()];
        boolean any = false;
        for (int id = 0; id < nmisLeft.length; id++) {
            nmisLeft[id] = model.nmis(id);
            any |= nmisLeft[id] > 0;
        }
        hasNmis = any;
        model.deviceInterrupts().forEach(interrupt -> isOnItsWay(interrupt.core(), interrupt.vector()));
        perform(this::settleAll);
        initialViolation = violation;
        save();
        initial = writer.toArray();
        restore(initial, 0);
    }

    Model model() {
        return model;
    }

    Choices choices() {
        return choices;
    }

    // ---- states

    /** Writes the present state into {@link #writer()}. */
    void save() {
        writer.clear();
        save(writer);
    }

    /** Appends the present state. */
    void save(StateWriter out) {
        snapshots.save(out);
        out.number(inFlightCount);
        for (int i = 0; i < inFlightCount; i++) {
            out.number(inFlight[i]);
        }
        if (hasNmis) {
            for (int left : nmisLeft) {
                out.number(left);
            }
        }
        if (preemptionBound >= 0) {
            out.number(preemptionsLeft);
            out.number(lastStepper + 1);
        }
        model.save(out);
    }

    /** What {@link #save()} wrote. */
    StateWriter writer() {
        return writer;
    }

    void restore(byte[] state, int offset) {
        reader.open(state, offset);
        restore(reader);
    }

    /** Takes back what {@link #save(StateWriter)} wrote. */
    void restore(StateReader in) {
        snapshots.restore(in);
        inFlightCount = in.number();
        if (inFlight.length < inFlightCount) {
            inFlight = new int[inFlightCount];
        }
        for (int i = 0; i < inFlightCount; i++) {
            inFlight[i] = in.number();
        }
        if (hasNmis) {
            for (int i = 0; i < nmisLeft.length; i++) {
                nmisLeft[i] = in.number();
            }
        }
        if (preemptionBound >= 0) {
            preemptionsLeft = in.number();
            lastStepper = in.number() - 1;
        }
        violation = null;
        model.restore(in);
    }

    /** See {@link Snapshots#routines}. */
    List<Routine> routines() {
        return snapshots.routines();
    }

    StateWriter newWriter() {
        return snapshots.newWriter();
    }

    StateReader newReader() {
        return snapshots.newReader();
    }

    /** Back to the initial state. */
    void restart() {
        restore(initial, 0);
        violation = initialViolation;
    }

    /** What is wrong since the last transition; null if nothing is. */
    @Nullable
    String violation() {
        return violation;
    }

    // ---- transitions

    static int code(Transition.Kind kind, int core, int vector) {
        return kind.ordinal() | core << KIND_BITS | vector << KIND_BITS + CORE_BITS;
    }

    static Transition.Kind kindOf(int code) {
        return KINDS[code & (1 << KIND_BITS) - 1];
    }

    static int coreOf(int code) {
        return code >>> KIND_BITS & (1 << CORE_BITS) - 1;
    }

    static int vectorOf(int code) {
        return code >>> KIND_BITS + CORE_BITS & 0xff;
    }

    /**
     * The number of the actor that a transition belongs to: a core, its store buffer, or its interrupts: who sends them decides when
     * one arrives, and how soon a handler goes on has nothing to do with how soon what it interrupted does. What a core does with
     * interrupts off counts as a handler.
     */
    int actorOf(int code) {
        boolean isInterrupted = kindOf(code) == Transition.Kind.STEP
                && !machine.core(coreOf(code)).flags().interruptsEnabled();
        return coreOf(code) * ACTORS + (isInterrupted ? Transition.Kind.IPI : kindOf(code)).ordinal();
    }

    /** A number for a transition that no other one has that is possible at the same time. */
    static int eventOf(int code) {
        int kind = code & (1 << KIND_BITS) - 1;
        return kindOf(code) == Transition.Kind.IPI
                ? (coreOf(code) + 1) * EVENTS - 256 + vectorOf(code)
                : coreOf(code) * EVENTS + kind;
    }

    /** Where a transition comes if cores take turns: by core, then by kind. */
    static int orderOf(int code) {
        return (coreOf(code) * ACTORS + kindOf(code).ordinal() << Byte.SIZE) + vectorOf(code);
    }

    /**
     * Finds out what is possible now.
     *
     * @return how many transitions; their codes are in {@link #enabledCode}
     */
    int findEnabled() {
        int count = 0;
        for (int id = 0; id < machine.coreCount(); id++) {
            Core core = machine.core(id);
            boolean mayStep = isStepPossible(core) && (preemptionsLeft != 0 || !isPreemption(id));
            count = add(count, mayStep, Transition.Kind.STEP, id, 0);
            count = add(count, !storesOf(core).isEmpty(), Transition.Kind.DRAIN, id, 0);
            count = add(count, mayTakeNmi(core), Transition.Kind.NMI, id, 0);
        }
        int before = -1;
        for (int i = 0; i < inFlightCount; i++) {
            int target = inFlight[i] >> 8;
            boolean isPossible = inFlight[i] != before && machine.takesInterrupts(machine.core(target));
            count = add(count, isPossible, Transition.Kind.IPI, target, inFlight[i] & 0xff);
            before = inFlight[i];
        }
        return count;
    }

    private boolean mayTakeNmi(Core core) {
        return nmisLeft[core.id()] > 0
                && machine.takesNmi(core)
                && (model.nmisInAll() == Integer.MAX_VALUE || nmisTaken() < model.nmisInAll());
    }

    private int nmisTaken() {
        int taken = 0;
        for (int id = 0; id < nmisLeft.length; id++) {
            taken += model.nmis(id) - nmisLeft[id];
        }
        return taken;
    }

    /** Whether a step of this core holds up another one that did the last step and could go on. */
    private boolean isPreemption(int id) {
        return preemptionBound >= 0
                && lastStepper >= 0
                && lastStepper != id
                && isStepPossible(machine.core(lastStepper));
    }

    private int add(int count, boolean isPossible, Transition.Kind kind, int core, int vector) {
        if (!isPossible) {
            return count;
        }
        if (count == enabled.length) {
            enabled = Arrays.copyOf(enabled, 2 * count);
        }
        enabled[count] = code(kind, core, vector);
        return count + 1;
    }

    int enabledCode(int index) {
        return enabled[index];
    }

    /** Whether every core has reached its end and nothing is on its way. */
    boolean isOver() {
        for (int id = 0; id < machine.coreCount(); id++) {
            if (!isDone(machine.core(id))) {
                return false;
            }
        }
        return inFlightCount == 0;
    }

    /** What is wrong with a state in which nothing is possible; null if the model is over and nothing is missing. */
    @Nullable
    String violationAtEnd() {
        return isOver() ? model.violationAtEnd() : whoWaits();
    }

    /** Which cores cannot go on, and why: for a state in which nothing is possible. */
    private String whoWaits() {
        List<String> waiting = new ArrayList<>();
        addWaiting(waiting);
        for (int i = 0; i < inFlightCount; i++) {
            waiting.add("core " + (inFlight[i] >> 8) + " does not take interrupt 0x"
                    + Integer.toHexString(inFlight[i] & 0xff));
        }
        return "nothing can happen: " + String.join(", ", waiting);
    }

    /** Adds who is not done, and whether it waits. */
    void addWaiting(List<String> cores) {
        for (int id = 0; id < machine.coreCount(); id++) {
            Core core = machine.core(id);
            if (!isDone(core)) {
                boolean goesOn = isStepPossible(core) || !storesOf(core).isEmpty();
                cores.add("core " + id + " "
                        + (goesOn
                                ? "goes on"
                                : core.isHalted() ? "is halted" : "waits in `" + machine.next(core) + "`"));
            }
        }
    }

    private boolean isDone(Core core) {
        return core.trap() == Core.NO_TRAP && !machine.isInterruptDeliverable(core) && model.isDone(core);
    }

    private boolean isStepPossible(Core core) {
        if (isAtRest(core)) {
            return false;
        }
        MicroOp next = machine.next(core);
        StoreBuffer stores = storesOf(core);
        if (next.drainsStores()) {
            return stores.isEmpty();
        }
        if (next instanceof Await await) {
            return await.holds(core);
        }
        return !(next instanceof Store) || Visibility.hasRoom(stores);
    }

    private boolean isAtRest(Core core) {
        return core.isHalted() && !machine.isInterruptDeliverable(core) || isDone(core);
    }

    private static StoreBuffer storesOf(Core core) {
        return Objects.requireNonNull(core.storeBuffer());
    }

    /** Does a transition that is possible; {@link #choices()} says what fetches see. */
    void perform(int code) {
        Core core = machine.core(coreOf(code));
        if (preemptionBound >= 0 && kindOf(code) == Transition.Kind.STEP) {
            preemptionsLeft -= isPreemption(core.id()) ? 1 : 0;
            lastStepper = core.id();
        }
        perform(() -> {
            switch (kindOf(code)) {
                case STEP -> step(core);
                case DRAIN -> drain(core);
                case IPI -> {
                    note(code, "interrupt 0x" + Integer.toHexString(vectorOf(code)) + " arrives");
                    land(coreOf(code) << 8 | vectorOf(code));
                    machine.raise(core.id(), vectorOf(code));
                }
                case NMI -> {
                    note(code, "NMI arrives");
                    nmisLeft[core.id()]--;
                    machine.raiseNmi(core.id());
                }
            }
            settle(core);
        });
    }

    private void perform(Runnable action) {
        violation = null;
        try {
            action.run();
        } catch (GuestCrash crash) {
            violation = String.valueOf(crash.getMessage());
        } catch (IllegalStateException | IllegalArgumentException bug) {
            throw bug;
        } catch (RuntimeException thrown) {
            violation = model.failure(thrown);
            if (violation == null) {
                throw thrown;
            }
        }
        String known = model.violation();
        violation = known == null ? violation : known; // who knows what is wrong speaks first
    }

    private void step(Core core) {
        MicroOp next = machine.next(core);
        String text = log == null ? "" : text(core, next);
        if (next.memory() != MicroOp.Memory.NONE) {
            checkAccess(core, next.address(core), next.memory().isWrite());
            checkAccess(
                    core,
                    next.address(core) + next.sizeBytes() - 1,
                    next.memory().isWrite());
        }
        int asked = choices.asked();
        try {
            machine.perform(core, next);
        } finally {
            if (log != null) {
                Decoded fetched = next == Fetch.FETCH ? machine.lastFetched() : null;
                log.add(
                        code(Transition.Kind.STEP, core.id(), 0),
                        choices.list().subList(asked, choices.asked()),
                        fetched == null ? text : text + ": " + fetched.bytes() + " " + fetched.name());
            }
        }
        if (core.isInGuest() && core.isAtInstructionBoundary()) {
            core.clearTemporaries();
        }
    }

    private void checkAccess(Core core, long address, boolean writes) {
        int only = writes && model.owner(address) == Model.SHARED ? model.writer(address) : model.owner(address);
        if (only != Model.SHARED && only != core.id()) {
            throw new IllegalStateException("core " + core.id() + (writes ? " writes " : " touches ")
                    + Address.text(address) + ", which the model says only core " + only + " does");
        }
    }

    // ---- what nobody can notice

    private void settleAll() {
        for (int id = 0; id < machine.coreCount(); id++) {
            settle(machine.core(id));
        }
    }

    /** Moves a core to a step that somebody can notice. */
    private void settle(Core core) {
        for (int merged = 0; merged < MAX_MERGED; merged++) {
            drainOwn(core);
            if (isAtRest(core)) {
                return;
            }
            MicroOp next = machine.next(core);
            if (!merges || !isUnnoticed(core, next)) {
                return;
            }
            step(core);
        }
    }

    private void drainOwn(Core core) {
        StoreBuffer stores = storesOf(core);
        while (merges
                && !stores.isEmpty()
                && visibility.isOwn(core, stores.oldestAddress(), stores.oldestSizeBytes())) {
            drain(core);
        }
    }

    private void drain(Core core) {
        note(code(Transition.Kind.DRAIN, core.id(), 0), "drain " + drained(storesOf(core)));
        machine.drain(core);
    }

    private boolean isUnnoticed(Core core, MicroOp next) {
        boolean mayInterrupt = machine.takesInterrupts(core) && model.takesIpis(core.id()) || mayTakeNmi(core);
        return visibility.isUnnoticed(core, next, mayInterrupt);
    }

    // ---- IPIs

    @Override
    public void send(Core from, int target, int vector) {
        if (!model.takesIpis(target)) {
            throw new IllegalStateException(
                    "core " + from.id() + " sends an IPI to core " + target + ", which the model says takes none");
        }
        isOnItsWay(target, vector);
    }

    private void isOnItsWay(int target, int vector) {
        if (inFlightCount == inFlight.length) {
            inFlight = Arrays.copyOf(inFlight, 2 * inFlightCount);
        }
        inFlight[inFlightCount++] = target << 8 | vector;
        Arrays.sort(inFlight, 0, inFlightCount);
    }

    @Override
    public void answered(Core sender) {}

    private void land(int targetAndVector) {
        int at = Arrays.binarySearch(inFlight, 0, inFlightCount, targetAndVector);
        System.arraycopy(inFlight, at + 1, inFlight, at, inFlightCount - at - 1);
        inFlightCount--;
    }

    // ---- for readers and for who compares transitions

    /** What a transition that is possible now would touch. */
    Effect effectOf(int code) {
        Core core = machine.core(coreOf(code));
        return switch (kindOf(code)) {
            case STEP -> visibility.effectOfStep(core, machine.next(core));
            case DRAIN -> {
                StoreBuffer stores = storesOf(core);
                yield visibility.effectOfAccess(core, stores.oldestAddress(), stores.oldestSizeBytes(), true);
            }
            case IPI, NMI -> Effect.own(core.id());
        };
    }

    private static String drained(StoreBuffer stores) {
        int sizeBytes = stores.oldestSizeBytes();
        long value = sizeBytes == Long.BYTES
                ? stores.oldestValue()
                : stores.oldestValue() & (1L << Byte.SIZE * sizeBytes) - 1; // only these are part of the state
        return Address.text(stores.oldestAddress()) + "=0x" + Long.toHexString(value);
    }

    /** What a transition that is possible now is called. */
    String describe(int code) {
        Core core = machine.core(coreOf(code));
        String text = switch (kindOf(code)) {
            case STEP -> text(core, machine.next(core));
            case DRAIN -> drained(storesOf(core));
            case IPI, NMI -> "";
        };
        return ascii(text);
    }

    private static String text(Core core, MicroOp next) {
        return next == Fetch.FETCH ? "fetch " + Address.text(core.rip()) : next.toString();
    }

    private static String ascii(String text) {
        StringBuilder ascii = new StringBuilder();
        text.chars().forEach(c -> ascii.append(c >= ' ' && c < 0x7f ? (char) c : '?'));
        return ascii.toString().trim().replaceAll(" +", " ");
    }

    /** From now on somebody is told every micro-op; null to end that. */
    void logTo(@Nullable Log newLog) {
        log = newLog;
    }

    private void note(int code, String text) {
        if (log != null) {
            log.add(code, List.of(), text);
        }
    }

    /** Does one micro-op that was written down, from the state in which it was done. */
    void performAgain(int code, List<Integer> answers) {
        choices.enumerate();
        choices.replay(answers);
        perform(code);
    }

    /** Does a transition and gives it a name; {@link #choices()} must be ready. */
    Transition performNamed(int code) {
        String text = describe(code);
        perform(code);
        return transition(code, choices.list(), text);
    }

    /**
     * Does a sequence of transitions from the initial state.
     *
     * @throws IllegalArgumentException with the number of the step, if it is not possible there
     */
    void replay(List<Transition> transitions) {
        restart();
        for (int i = 0; i < transitions.size(); i++) {
            Transition transition = transitions.get(i);
            if (!replay(transition)) {
                throw new IllegalArgumentException("step " + (i + 1) + " is not possible: " + transition);
            }
        }
    }

    /**
     * Does one transition if it is possible.
     *
     * @return whether it was
     */
    boolean replay(Transition transition) {
        int code = code(transition.kind(), transition.core(), transition.vector());
        int count = findEnabled();
        for (int i = 0; i < count; i++) {
            if (enabledCode(i) == code) {
                if (!transition.text().isEmpty() && !transition.text().equals(describe(code))) {
                    return false;
                }
                save();
                byte[] here = writer.toArray();
                choices.enumerate();
                choices.replay(transition.choices());
                try {
                    perform(code);
                } catch (IllegalArgumentException e) {
                    restore(here, 0);
                    return false;
                }
                if (!choices.list().equals(transition.choices()) || !choices.wereAllAsked()) {
                    restore(here, 0);
                    return false;
                }
                return true;
            }
        }
        return false;
    }

    /** Everything that could happen now, each in the way that sees the present bytes. */
    List<Transition> possible() {
        List<Transition> all = new ArrayList<>();
        int count = findEnabled();
        for (int i = 0; i < count; i++) {
            all.add(transition(enabledCode(i), List.of(), describe(enabledCode(i))));
        }
        return all;
    }

    /** Finds the transitions that lead from one state to the next, along a path of states that were saved. */
    List<Transition> between(List<byte[]> path) {
        List<Transition> all = new ArrayList<>();
        for (int i = 0; i + 1 < path.size(); i++) {
            all.add(between(path.get(i), path.get(i + 1)));
        }
        return all;
    }

    private Transition between(byte[] from, byte[] to) {
        restore(from, 0);
        int count = findEnabled();
        for (int i = 0; i < count; i++) {
            int code = enabledCode(i);
            choices.enumerate();
            choices.first();
            do {
                restore(from, 0);
                String text = describe(code);
                perform(code);
                save();
                if (Arrays.equals(writer.bytes(), 0, writer.sizeBytes(), to, 0, to.length)) {
                    return transition(code, choices.list(), text);
                }
            } while (choices.next());
        }
        throw new IllegalStateException("no transition leads from a state to the one that was reached from it");
    }

    /** Fills in the texts of a sequence of transitions from the initial state. */
    List<Transition> named(List<Transition> transitions) {
        restart();
        choices.enumerate();
        List<Transition> all = new ArrayList<>();
        for (Transition transition : transitions) {
            choices.replay(transition.choices());
            all.add(performNamed(code(transition.kind(), transition.core(), transition.vector())));
        }
        return all;
    }

    static Transition transition(int code, List<Integer> seen, String text) {
        return new Transition(coreOf(code), kindOf(code), vectorOf(code), seen, text);
    }

    /** Lets another chooser decide what fetches see. */
    void chooseWith(Chooser chooser) {
        choices.delegateTo(chooser);
    }
}
