package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.Compute;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.ArrayList;
import java.util.List;

/**
 * What MOVS, STOS, LODS, CMPS and SCAS share: the pointers that move up or down, and the repetition. A repeated one is one
 * round per pass through its micro-ops, so that interrupts and other cores come between two rounds.
 *
 * @see "Intel SDM vol. 2, REP/REPE/REPZ/REPNE/REPNZ"
 */
abstract class StringInstruction implements Instruction {
    private static final int REPNZ = 0xf2;

    private final boolean movesSource;
    private final boolean movesDestination;
    private final boolean compares;

    StringInstruction(boolean movesSource, boolean movesDestination, boolean compares) {
        this.movesSource = movesSource;
        this.movesDestination = movesDestination;
        this.compares = compares;
    }

    /** The loads, stores and computations of one round; the pointers move behind them. */
    abstract void round(Steps steps, Operands operands);

    @Override
    public final boolean isRepeatable() {
        return true;
    }

    @Override
    public final String assembly(Operands operands) {
        String prefix = switch (operands.repeatPrefix()) {
            case 0 -> "";
            case REPNZ -> "repnz ";
            default -> compares ? "repz " : "rep ";
        };
        return prefix + mnemonic() + " " + operands;
    }

    @Override
    public final List<MicroOp> microOps(Operands operands) {
        Steps steps = new Steps();
        round(steps, operands);
        steps.then(new Advance(this, operands));
        if (operands.repeatPrefix() == 0) {
            return steps.list();
        }
        List<MicroOp> round = steps.list();
        List<MicroOp> all = new ArrayList<>();
        all.add(new EndAtZero(addressMask(operands), round.size() + 1));
        all.addAll(round);
        return List.copyOf(all);
    }

    private static long addressMask(Operands operands) {
        boolean truncated = operands.list().stream()
                .anyMatch(o -> o instanceof Operand.Memory m && m.address().isTruncated());
        return truncated ? 0xffff_ffffL : -1;
    }

    /** Before each round: the instruction ends when the count is 0. */
    private static final class EndAtZero extends Compute {
        private final long mask;
        private final int end;

        EndAtZero(long mask, int end) {
            this.mask = mask;
            this.end = end;
        }

        @Override
        public void execute(Core core) {
            if ((core.file()[Core.RCX] & mask) == 0) {
                core.setIndex(end);
            }
        }

        @Override
        public String toString() {
            return "end if count is 0";
        }
    }

    /** After each round: moves the pointers, counts, and asks for another round. */
    private static final class Advance extends Compute {
        private final boolean movesSource;
        private final boolean movesDestination;
        private final boolean repeats;
        private final boolean compares;
        private final boolean whileEqual;
        private final long mask;
        private final int sizeBytes;

        Advance(StringInstruction instruction, Operands operands) {
            movesSource = instruction.movesSource;
            movesDestination = instruction.movesDestination;
            repeats = operands.repeatPrefix() != 0;
            compares = instruction.compares;
            whileEqual = operands.repeatPrefix() != REPNZ;
            mask = addressMask(operands);
            sizeBytes = operands.get(0).sizeBytes();
        }

        @Override
        public void execute(Core core) {
            long[] file = core.file();
            int step = core.flags().isBackward() ? -sizeBytes : sizeBytes;
            if (movesSource) {
                file[Core.RSI] = file[Core.RSI] + step & mask;
            }
            if (movesDestination) {
                file[Core.RDI] = file[Core.RDI] + step & mask;
            }
            if (repeats) {
                long count = file[Core.RCX] - 1 & mask;
                file[Core.RCX] = count;
                if (count != 0 && (!compares || core.flags().zf() == whileEqual)) {
                    core.repeatInstruction();
                }
            }
        }

        @Override
        public String toString() {
            return "advance";
        }
    }
}
