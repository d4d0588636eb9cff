package dev.pokesim.emulator.explore;

import dev.pokesim.emulator.core.Chooser;
import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.machine.Machine;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.memory.Access;
import dev.pokesim.emulator.memory.AddressSpace;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Guest code on a few cores, with something that must hold of x at the end. RSI is x, RDI is y, both 0 at first. */
final class SmallModel implements Model.Source {
    static final long X = 0xffff888000000000L;
    private static final long Y = X + 64;
    private static final long TEXT = 0xffffffff81000000L;

    private final List<byte[]> programs;
    private final Function<Machine, @Nullable String> property;

    /**
     * @param property says what is wrong once all cores are done; null if nothing is
     * @param programs one a core, in hexadecimal
     */
    SmallModel(Function<Machine, @Nullable String> property, String... programs) {
        this.property = property;
        this.programs = List.of(programs).stream()
                .map(program -> HexFormat.of().parseHex(program.replace(" ", "")))
                .toList();
    }

    @Override
    public Model start(Chooser staleBytes) {
        AddressSpace memory = new AddressSpace();
        memory.map(TEXT, 4096, Access.READ, Access.EXECUTE);
        memory.map(X, 4096, Access.READ, Access.WRITE);
        Machine machine = new Machine(memory, programs.size(), FetchMode.WINDOW, staleBytes);
        for (int id = 0; id < programs.size(); id++) {
            memory.load(TEXT + 64L * id, programs.get(id));
            Core core = machine.core(id);
            core.setRegister(Core.RSI, X);
            core.setRegister(Core.RDI, Y);
            core.setRip(TEXT + 64L * id);
        }
        return new Model() {
            @Override
            public Machine machine() {
                return machine;
            }

            @Override
            public List<Routine> routines() {
                return List.of();
            }

            @Override
            public boolean isDone(Core core) {
                return core.isInGuest()
                        && core.isAtInstructionBoundary()
                        && core.rip() == TEXT + 64L * core.id() + programs.get(core.id()).length;
            }

            @Override
            public @Nullable String violation() {
                for (int id = 0; id < machine.coreCount(); id++) {
                    Core core = machine.core(id);
                    if (!isDone(core)
                            || core.storeBuffer() != null && !core.storeBuffer().isEmpty()) {
                        return null;
                    }
                }
                return property.apply(machine);
            }
        };
    }
}
