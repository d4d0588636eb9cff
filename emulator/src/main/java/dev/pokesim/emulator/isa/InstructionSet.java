package dev.pokesim.emulator.isa;

import java.util.List;

/** Every instruction of this machine. A class that is not listed here does not exist; a test sees to it. */
final class InstructionSet {
    static final List<Instruction> ALL = List.of(
            new Adc(),
            new Add(),
            new And(),
            new Call(),
            new Cmp(),
            new Int3(),
            new Jcc(),
            new Jmp(),
            new Mov(),
            new Nop(),
            new Or(),
            new Ret(),
            new Sbb(),
            new Sub(),
            new Xor());

    private InstructionSet() {}
}
