package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.Rflags;
import dev.pokesim.emulator.machine.Interpreter;
import dev.pokesim.emulator.memory.Access;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.emulator.memory.InstructionBytes;

/** The other side of {@link HostCpu}: one instruction in the interpreter, with the same memory at the same addresses. */
final class EmulatedCpu {
    private final AddressSpace memory = new AddressSpace();
    private final Interpreter interpreter;

    EmulatedCpu() {
        memory.map(CpuState.TEXT, 4096, Access.READ, Access.EXECUTE);
        memory.map(CpuState.DATA, 4096, Access.READ, Access.WRITE);
        memory.map(CpuState.STACK & -4096, 4096, Access.READ, Access.WRITE);
        interpreter = new Interpreter(memory);
    }

    /** Puts an instruction in place. */
    EmulatedCpu load(InstructionBytes instruction) {
        memory.load(CpuState.TEXT, instruction.toArray());
        interpreter.core().setGsBase(CpuState.GS_BASE);
        interpreter.core().setFsBase(CpuState.FS_BASE);
        return this;
    }

    /** Runs the loaded instruction from one state to the next, all rounds if it repeats. */
    CpuState run(CpuState before) {
        Core core = interpreter.core();
        for (int register = 0; register < 16; register++) {
            core.setRegister(register, before.registers[register]);
        }
        core.flags().setValue(before.flags | Rflags.IF);
        core.setRip(CpuState.TEXT);
        core.setTrap(Core.NO_TRAP);
        core.setHalted(false);
        for (int i = 0; i < CpuState.WINDOW_BYTES; i += 8) {
            memory.write(CpuState.DATA + i, 8, before.read(CpuState.DATA + i, 8), 0);
            memory.write(CpuState.STACK + i, 8, before.read(CpuState.STACK + i, 8), 0);
        }
        CpuState after = new CpuState();
        long retired = core.retired();
        try {
            do {
                interpreter.run(1, -1);
            } while (core.retired() == retired);
            after.event = core.trap() != Core.NO_TRAP ? "trap=" + core.trap() : core.isHalted() ? "halted=1" : "";
        } catch (GuestFault fault) {
            after.event = "fault=" + fault.vector().mnemonic();
        } catch (NotModelled refusal) {
            after.event = "refused=1";
            core.abandon();
        }
        for (int register = 0; register < 16; register++) {
            after.registers[register] = core.register(register);
        }
        after.flags = core.flags().value() & CpuState.FLAGS;
        after.rip = core.rip();
        for (int i = 0; i < CpuState.WINDOW_BYTES; i += 8) {
            after.write(CpuState.DATA + i, 8, memory.read(CpuState.DATA + i, 8));
            after.write(CpuState.STACK + i, 8, memory.read(CpuState.STACK + i, 8));
        }
        return after;
    }
}
