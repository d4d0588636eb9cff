package dev.pokesim.emulator.isa;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What the decoder found out about one instruction: its operands and its surroundings.
 *
 * @param list the operands, destination first
 * @param address where it stands
 * @param next where the following instruction stands
 * @param opcode the last opcode byte: its low bits say the condition of Jcc, SETcc and CMOVcc
 * @param sizeBytes the operand size: 2, 4 or 8
 * @param isLocked whether it has a LOCK prefix
 * @param repeatPrefix 0, 0xF2 or 0xF3
 */
record Operands(
        List<Operand> list, long address, long next, int opcode, int sizeBytes, boolean isLocked, int repeatPrefix) {
    int count() {
        return list.size();
    }

    Operand get(int index) {
        return list.get(index);
    }

    /** The target of a relative branch. */
    long target() {
        return ((Operand.Target) list.get(0)).address();
    }

    /** The condition that the opcode's low 4 bits encode, 0 to 15. */
    int condition() {
        return opcode & 15;
    }

    /** Whether an operand is in memory. */
    boolean hasMemory() {
        return list.stream().anyMatch(Operand.Memory.class::isInstance);
    }

    /** Operands in Intel syntax, separated by commas. */
    @Override
    public String toString() {
        return list.stream().map(Object::toString).collect(Collectors.joining(","));
    }
}
