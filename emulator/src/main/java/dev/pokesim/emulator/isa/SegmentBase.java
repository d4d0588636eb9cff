package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.emulator.memory.GuestFault.Vector;

/** The checks that RDFSBASE, RDGSBASE, WRFSBASE, WRGSBASE and WRMSR share. */
final class SegmentBase {
    private SegmentBase() {}

    /**
     * @throws GuestFault with #UD if CR4.FSGSBASE is 0
     */
    static void checkEnabled(Core core) {
        if ((core.controlRegister(4) & Core.CR4_FSGSBASE) == 0) {
            throw GuestFault.of(Vector.INVALID_OPCODE, "CR4.FSGSBASE is 0");
        }
    }

    /**
     * The same address.
     *
     * @throws GuestFault with #GP if it is not canonical
     */
    static long canonical(long address) {
        if (!Address.isCanonical(address)) {
            throw GuestFault.of(Vector.GENERAL_PROTECTION, Address.text(address) + " is not canonical");
        }
        return address;
    }
}
