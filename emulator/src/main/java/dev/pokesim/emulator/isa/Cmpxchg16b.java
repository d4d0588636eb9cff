package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.emulator.microop.LockedUpdate;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/**
 * CMPXCHG16B: as CMPXCHG with RDX:RAX and RCX:RBX; of the flags only ZF. An address that is no multiple of 16 is #GP. It is
 * one step also without LOCK: no other instruction of this machine has 16 bytes to put between.
 * Source: Intel SDM vol. 2, "CMPXCHG8B/CMPXCHG16B".
 */
final class Cmpxchg16b implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("0F C7 /1 mem W", "Mx"));
    }

    @Override
    public boolean isLockable(Operands operands) {
        return true;
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        return List.of(new Exchange(((Operand.Memory) operands.get(0)).address()));
    }

    private static final class Exchange extends LockedUpdate {
        Exchange(EffectiveAddress address) {
            super(address, 16);
        }

        @Override
        public void execute(Core core) {
            long at = address(core);
            if ((at & 15) != 0) {
                throw GuestFault.of(
                        GuestFault.Vector.GENERAL_PROTECTION,
                        "CMPXCHG16B at " + Address.text(at) + ", no multiple of 16");
            }
            core.beginUpdate(at);
            AddressSpace memory = core.memory();
            memory.frameForStore(at);
            long low = memory.read(at, 8);
            long high = memory.read(at + 8, 8);
            long[] file = core.file();
            boolean isEqual = low == file[Core.RAX] && high == file[Core.RDX];
            core.flags().setZero(isEqual);
            core.setUpdateFailed(!isEqual);
            memory.write(at, 8, isEqual ? file[Core.RBX] : low, core.id());
            memory.write(at + 8, 8, isEqual ? file[Core.RCX] : high, core.id());
            if (!isEqual) {
                file[Core.RAX] = low;
                file[Core.RDX] = high;
            }
        }

        @Override
        protected long update(Core core, long old) {
            throw new IllegalStateException("16 bytes do not fit; execute does it");
        }
    }
}
