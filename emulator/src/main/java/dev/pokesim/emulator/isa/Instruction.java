package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;
import java.util.Locale;

/** A mnemonic: how it is encoded and which micro-ops it consists of. Stateless. */
interface Instruction {
    /** The manual's name in lower case. */
    default String mnemonic() {
        return getClass().getSimpleName().toLowerCase(Locale.ROOT);
    }

    /** The manual's opcode column. */
    List<Encoding> encodings();

    /** The micro-ops of one instance; the last one of an instruction with a memory destination is its store. */
    List<MicroOp> microOps(Operands operands);

    /** Whether a LOCK prefix is allowed; with any other operands it is #UD. */
    default boolean isLockable(Operands operands) {
        return false;
    }

    /** Whether REP or REPNE mean something; elsewhere they are padding, which the manual allows compilers to use. */
    default boolean isRepeatable() {
        return false;
    }

    /** Intel syntax. */
    default String assembly(Operands operands) {
        return operands.count() == 0 ? mnemonic() : mnemonic() + " " + operands;
    }
}
