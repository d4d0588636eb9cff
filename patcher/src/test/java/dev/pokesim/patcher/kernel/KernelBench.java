package dev.pokesim.patcher.kernel;

import dev.pokesim.emulator.coherence.Contention;
import dev.pokesim.emulator.coherence.TimedMachine;
import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.core.SeededRandom;
import dev.pokesim.emulator.machine.Machine;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.memory.Access;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.emulator.microop.Halt;
import dev.pokesim.patcher.protocol.PatchProtocol;
import dev.pokesim.patcher.protocol.PatchRoutine;
import dev.pokesim.patcher.protocol.TextPokeBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntPredicate;

/** A machine with the kernel's data and some pages of text, for routines that a test puts together. */
public final class KernelBench {
    /** Where text begins. */
    public static final long TEXT = 0xffffffff81000000L;

    private static final int TEXT_SIZE_BYTES = 0x10000;
    /** How long a run may take in simulated time: 100 ms. */
    private static final long LIMIT_PS = 100_000_000_000L;

    private final AddressSpace memory = new AddressSpace();
    private final KernelLayout layout;
    private final Machine machine;
    private final TimedMachine timed;
    private final List<PatchListener> listeners = new ArrayList<>();
    private final List<TextPokeLoc> places = new ArrayList<>();
    private Refs refs = new PerCpuRefs();
    private PatchProtocol protocol = new TextPokeBatch();
    private KernelCosts costs = KernelCosts.of(KernelCosts.profileReader().read("milan"));
    private Routine syncHandler = SyncCores.handler(costs);
    private IntPredicate online;
    private int busy;

    /**
     * @param online cores that exist
     * @param possible cores that the kernel has per-CPU data for
     */
    public KernelBench(int online, int possible) {
        layout = new KernelLayout(TEXT, possible);
        this.online = id -> id < online;
        layout.map(memory);
        TextPokeArray.initialise(memory);
        memory.map(TEXT, TEXT_SIZE_BYTES, Access.READ, Access.EXECUTE);
        for (long page = TEXT; page < TEXT + TEXT_SIZE_BYTES; page += 4096) {
            memory.alias(page + KernelLayout.POKING_OFFSET, page, Access.READ, Access.WRITE);
        }
        machine = new Machine(memory, online, FetchMode.WINDOW, SeededRandom.of(1, "stale bytes"));
        timed = new TimedMachine(
                machine,
                KernelCosts.profileReader().read("milan"),
                new Contention(64, 0),
                SeededRandom.of(1, "service order"));
    }

    public KernelBench(int cores) {
        this(cores, cores);
    }

    public KernelBench with(Refs newRefs) {
        refs = newRefs;
        return this;
    }

    public KernelBench with(PatchProtocol newProtocol) {
        protocol = newProtocol;
        return this;
    }

    /** What a core does when it is made to serialise. */
    public KernelBench syncHandler(Routine handler) {
        syncHandler = handler;
        return this;
    }

    /** Which cores the patcher takes for online. */
    public KernelBench online(IntPredicate believed) {
        online = believed;
        return this;
    }

    public KernelBench with(PatchListener listener) {
        listeners.add(listener);
        return this;
    }

    /** Sites that listeners are told about when they are fetched. */
    public KernelBench watch(List<TextPokeLoc> watched) {
        places.addAll(watched);
        return this;
    }

    public KernelBench text(long address, int... bytes) {
        memory.load(address, InstructionBytes.of(bytes).toArray());
        return this;
    }

    public AddressSpace memory() {
        return memory;
    }

    public KernelLayout layout() {
        return layout;
    }

    public Core core(int id) {
        return machine.core(id);
    }

    public Machine machine() {
        return machine;
    }

    public KernelCosts costs() {
        return costs;
    }

    public Listeners listeners() {
        return new Listeners(listeners, places);
    }

    public BatchContext context() {
        boolean isAll = true;
        for (int id = 0; id < layout.possibleCores(); id++) {
            isAll &= online.test(id);
            memory.write(KernelLayout.perCpu(id) + KernelLayout.ONLINE, 4, online.test(id) ? 1 : 0, 0);
        }
        return new BatchContext(
                layout,
                refs,
                costs,
                listeners(),
                List.of(),
                KernelLayout.ARRAY,
                1,
                layout.possibleCores(),
                isAll ? OnlineCores.ALL : OnlineCores.MASK,
                true);
    }

    public Routine finish() {
        return PatchRoutine.finish(protocol, context());
    }

    /** A routine that a core runs once; the run ends when all of these have. */
    public Routine once(String name, Consumer<Routine.Builder> steps) {
        Routine.Builder b = Routine.named(name);
        steps.accept(b);
        busy++;
        return b.fence()
                .compute("done", (core, local) -> {
                    if (--busy == 0) {
                        timed.stop();
                    }
                })
                .label("halt")
                .then(new Halt())
                .jump("halt")
                .build();
    }

    /** What a patcher does that queues some places and finishes. */
    public Routine patcher(List<TextPokeLoc> all) {
        return once("patcher", b -> {
            TextMutex.lock(b, costs);
            TextPokeArray.queue(b, layout, all, finish());
            b.call(finish());
            TextMutex.unlock(b);
        });
    }

    /**
     * Runs until every {@link #once} routine is done; cores without one halt.
     *
     * @return whether they got there
     */
    public boolean run(Routine... routines) {
        machine.observe(listeners());
        machine.handle(
                GuestFault.Vector.BREAKPOINT.number(), PokeInt3Handler.routine(layout, refs, costs, listeners()));
        machine.handle(SyncCores.VECTOR, syncHandler);
        machine.handle(StopMachine.VECTOR, StopMachine.handler(costs));
        Routine idle = Routine.named("idle")
                .label("halt")
                .then(new Halt())
                .jump("halt")
                .build();
        for (int id = 0; id < machine.coreCount(); id++) {
            Core core = machine.core(id);
            KernelLayout.prepare(core);
            core.flags().setValue(Routine.FLAGS_INTERRUPTS_ON);
            core.enterRoutine(id < routines.length ? routines[id] : idle);
            timed.start(id, 0);
        }
        timed.alarmAt(LIMIT_PS, timed::stop);
        return timed.run() && busy == 0;
    }

    /** Ends {@link #run} after the step in progress. */
    public void stop() {
        timed.stop();
    }

    /** Bytes in memory. */
    public InstructionBytes bytes(long address, int sizeBytes) {
        int[] bytes = new int[sizeBytes];
        for (int i = 0; i < sizeBytes; i++) {
            bytes[i] = (int) memory.read(address + i, 1);
        }
        return InstructionBytes.of(bytes);
    }

    /** A site of 5 bytes from NOP to a jump by 0. */
    public static TextPokeLoc nopToJump(long address) {
        return TextPokeLoc.of(
                address, InstructionBytes.of(0x0f, 0x1f, 0x44, 0, 0), InstructionBytes.of(0xe9, 0, 0, 0, 0));
    }

    /** Writes the old text of places. */
    public KernelBench oldText(List<TextPokeLoc> all) {
        all.forEach(place -> memory.load(place.address(), place.oldText().toArray()));
        return this;
    }
}
