package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.Compute;
import dev.pokesim.emulator.microop.Load;
import dev.pokesim.emulator.microop.LockedUpdate;
import dev.pokesim.emulator.microop.MicroOp;
import dev.pokesim.emulator.microop.Store;
import java.util.List;

/** CMPXCHG8B: as CMPXCHG with EDX:EAX and ECX:EBX; of the flags only ZF. Source: Intel SDM vol. 2, "CMPXCHG8B/CMPXCHG16B". */
final class Cmpxchg8b implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("0F C7 /1 mem NW", "Mq"));
    }

    @Override
    public boolean isLockable(Operands operands) {
        return true;
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        Operand.Memory memory = (Operand.Memory) operands.get(0);
        if (operands.isLocked()) {
            return List.of(new LockedUpdate(memory.address(), 8) {
                @Override
                protected long update(Core core, long old) {
                    long stored = exchange(core, old);
                    core.setUpdateFailed(!core.flags().zf());
                    return stored;
                }
            });
        }
        Compute exchange = new Compute() {
            @Override
            public void execute(Core core) {
                core.file()[Core.TEMPORARY] = exchange(core, core.file()[Core.TEMPORARY]);
            }

            @Override
            public String toString() {
                return "compute";
            }
        };
        return List.of(
                Load.beforeStore(Core.TEMPORARY, memory.address(), 8),
                exchange,
                Store.of(memory.address(), 8, Core.TEMPORARY, 0));
    }

    /**
     * Sets ZF and, if not equal, EDX:EAX.
     *
     * @return what to store
     */
    private static long exchange(Core core, long old) {
        long[] file = core.file();
        boolean isEqual = old == (file[Core.RDX] << 32 | file[Core.RAX] & 0xffff_ffffL);
        core.flags().setZero(isEqual);
        if (isEqual) {
            return file[Core.RCX] << 32 | file[Core.RBX] & 0xffff_ffffL;
        }
        file[Core.RAX] = old & 0xffff_ffffL;
        file[Core.RDX] = old >>> 32;
        return old;
    }
}
