package dev.pokesim.patcher.explore;

import dev.pokesim.emulator.core.Chooser;
import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.explore.Model;
import dev.pokesim.emulator.isa.Decoded;
import dev.pokesim.emulator.machine.Machine;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.memory.Access;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.emulator.microop.Halt;
import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;
import dev.pokesim.patcher.check.EveryInt3IsClaimed;
import dev.pokesim.patcher.check.NoEntryInsideSite;
import dev.pokesim.patcher.check.NoTornInstruction;
import dev.pokesim.patcher.check.Oracle;
import dev.pokesim.patcher.check.Violation;
import dev.pokesim.patcher.kernel.BatchContext;
import dev.pokesim.patcher.kernel.KernelBug;
import dev.pokesim.patcher.kernel.KernelCosts;
import dev.pokesim.patcher.kernel.KernelLayout;
import dev.pokesim.patcher.kernel.Listeners;
import dev.pokesim.patcher.kernel.PatchListener;
import dev.pokesim.patcher.kernel.PatchPlace;
import dev.pokesim.patcher.kernel.PerCpuRefs;
import dev.pokesim.patcher.kernel.PokeInt3Handler;
import dev.pokesim.patcher.kernel.Refs;
import dev.pokesim.patcher.kernel.SyncCores;
import dev.pokesim.patcher.kernel.TextMutex;
import dev.pokesim.patcher.kernel.TextPokeArray;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import dev.pokesim.patcher.protocol.PatchProtocol;
import dev.pokesim.patcher.protocol.PatchRoutine;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Core 0 turns one no-op of five bytes into a jump; the others run over it a few times. */
final class FewCores implements Model.Source {
    private static final int PATCHER = 0;
    private static final long TEXT = 0xffffffff81000000L;
    private static final long SITE = TEXT + 0x100;
    private static final long END = SITE + 11;
    private static final long STACK_SIZE_BYTES = 0x2000;

    /** Jumps over the increment behind it. */
    private static final TextPokeLoc PLACE =
            TextPokeLoc.of(SITE, InstructionBytes.of(0x0f, 0x1f, 0x44, 0, 0), InstructionBytes.of(0xe9, 2, 0, 0, 0));

    private final PatchProtocol protocol;
    private final int cores;
    private final FetchMode mode;
    private final int passes;

    /**
     * @param cores with the one that patches
     * @param passes how often each of the others executes the site
     */
    FewCores(PatchProtocol protocol, int cores, FetchMode mode, int passes) {
        this.protocol = protocol;
        this.cores = cores;
        this.mode = mode;
        this.passes = passes;
    }

    @Override
    public Model start(Chooser staleBytes) {
        AddressSpace memory = new AddressSpace();
        KernelLayout layout = new KernelLayout(TEXT, cores);
        layout.map(memory);
        TextPokeArray.initialise(memory);
        memory.map(TEXT, 4096, Access.READ, Access.EXECUTE);
        memory.alias(TEXT + KernelLayout.POKING_OFFSET, TEXT, Access.READ, Access.WRITE);
        memory.load(SITE, PLACE.oldText().toArray());
        // inc eax; dec ecx; jnz site
        memory.load(
                SITE + 5,
                InstructionBytes.of(0xff, 0xc0, 0xff, 0xc9, 0x75, 0xf5).toArray());
        Machine machine = new Machine(memory, cores, mode, staleBytes);
        State state = new State();
        List<PatchListener> all = new ArrayList<>();
        for (Oracle oracle : List.of(new NoTornInstruction(), new NoEntryInsideSite(), new EveryInt3IsClaimed())) {
            oracle.reportTo(violation -> state.violation = violation);
            all.add(oracle);
        }
        all.add(state);
        Listeners listeners = new Listeners(all, List.of(PLACE));
        machine.observe(listeners);
        Refs refs = new PerCpuRefs();
        KernelCosts costs = KernelCosts.NONE;
        machine.handle(GuestFault.Vector.BREAKPOINT.number(), PokeInt3Handler.routine(layout, refs, costs, listeners));
        machine.handle(SyncCores.VECTOR, SyncCores.handler(costs));
        Routine finish = PatchRoutine.finish(
                protocol,
                new BatchContext(layout, refs, costs, listeners, List.of(PatchPlace.of(PLACE)), cores, core -> true));
        Routine.Builder b = Routine.named("patcher");
        TextMutex.lock(b, costs);
        TextPokeArray.queue(b, layout, List.of(PLACE), finish);
        b.call(finish);
        TextMutex.unlock(b);
        Routine patcher = b.fence().label("halt").then(new Halt()).jump("halt").build();
        for (int id = 0; id < cores; id++) {
            Core core = machine.core(id);
            KernelLayout.prepare(core);
            core.flags().setValue(Routine.FLAGS_INTERRUPTS_ON);
            core.setRip(SITE);
            core.setRegister(Core.RCX, passes);
        }
        machine.core(PATCHER).enterRoutine(patcher);
        return new FewCoresModel(machine, patcher, state);
    }

    /** What observers remember. */
    private static final class State implements PatchListener {
        private boolean finished;
        private @Nullable Violation violation;

        @Override
        public void batchFinished(Core patcher) {
            finished = true;
        }

        @Override
        public void fetchedSite(Core core, Decoded instruction, TextPokeLoc site) {
            if (finished && !instruction.bytes().equals(site.newText())) {
                violation =
                        new Violation("NothingOldAfterFinish", "nothing old", core.id(), 0, "old text after the batch");
            }
        }
    }

    private record FewCoresModel(Machine machine, Routine patcher, State state) implements Model {
        @Override
        public List<Routine> routines() {
            return List.of(patcher);
        }

        @Override
        public boolean isDone(Core core) {
            return core.id() == PATCHER
                    ? core.isHalted()
                    : core.isInGuest() && core.isAtInstructionBoundary() && core.rip() == END;
        }

        @Override
        public int owner(long address) {
            for (int id = 0; id < machine.coreCount(); id++) {
                long distance = KernelLayout.stackTop(id) - address;
                if (distance > 0 && distance <= STACK_SIZE_BYTES) {
                    return id;
                }
            }
            return SHARED;
        }

        @Override
        public int writer(long address) {
            return isPatcherData(address) ? PATCHER : owner(address);
        }

        /** The array, its count, the mutex, where per-CPU data is, and the text. */
        private static boolean isPatcherData(long address) {
            return Address.isWithin(address, KernelLayout.ARRAY, 0x3000)
                    || Address.isWithin(address, KernelLayout.perCpuOffset(0), 4096)
                    || Address.isWithin(address, TEXT, 4096)
                    || Address.isWithin(address, TEXT + KernelLayout.POKING_OFFSET, 4096);
        }

        @Override
        public boolean takesIpis(int core) {
            return core != PATCHER;
        }

        @Override
        public @Nullable String violation() {
            Violation found = state.violation;
            return found == null ? null : found.oracle() + ": " + found.what();
        }

        @Override
        public @Nullable String failure(RuntimeException thrown) {
            return thrown instanceof KernelBug ? thrown.getMessage() : null;
        }

        @Override
        public void save(StateWriter out) {
            out.number(state.finished ? 1 : 0);
        }

        @Override
        public void restore(StateReader in) {
            state.finished = in.number() == 1;
            state.violation = null;
        }
    }
}
