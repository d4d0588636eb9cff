package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.emulator.microop.Compute;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** An instruction that is known, so that code around it can be read, but whose effect this machine has not: it ends the run by name. */
abstract class RefusedInstruction implements Instruction {
    /** CR4.OSXSAVE: XSAVE and its kin are enabled. */
    static final long CR4_OSXSAVE = 1L << 18;

    /** CR4.PKE: protection keys are enabled. */
    static final long CR4_PKE = 1L << 22;

    /** No bit of CR4 has to be set. */
    static final long ALWAYS = 0;

    private final long enabledBy;
    private final String what;

    /**
     * @param enabledBy the bit of CR4 without which it is #UD, or {@link #ALWAYS}
     * @param what it would need
     */
    RefusedInstruction(long enabledBy, String what) {
        this.enabledBy = enabledBy;
        this.what = what;
    }

    @Override
    public final List<MicroOp> microOps(Operands operands) {
        String text = assembly(operands);
        return List.of(new Compute() {
            @Override
            public void execute(Core core) {
                if (enabledBy != ALWAYS && (core.controlRegister(4) & enabledBy) == 0) {
                    throw GuestFault.of(GuestFault.Vector.INVALID_OPCODE, text + ", which CR4 does not enable");
                }
                throw new NotModelled(core.rip(), text + ": " + what);
            }

            @Override
            public String toString() {
                return "refuse";
            }
        });
    }
}
