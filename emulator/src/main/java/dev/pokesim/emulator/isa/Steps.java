package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.Compute;
import dev.pokesim.emulator.microop.Load;
import dev.pokesim.emulator.microop.MicroOp;
import dev.pokesim.emulator.microop.Store;
import java.util.ArrayList;
import java.util.List;

/**
 * Builds the micro-ops of an instruction around its computation: loads what is in memory into temporaries before, stores the
 * result after.
 */
final class Steps {
    private final List<MicroOp> steps = new ArrayList<>();
    private int temporaries;

    /** The next free temporary slot. */
    int temporary() {
        return Core.TEMPORARY + temporaries++;
    }

    /** Makes an operand readable: a register or constant as it stands, memory through a load into a temporary. */
    Source source(Operand operand) {
        if (operand instanceof Operand.Memory memory) {
            int slot = temporary();
            steps.add(Load.of(slot, memory.address(), memory.sizeBytes()));
            return Source.slot(slot, 0);
        }
        return Source.of(operand);
    }

    /** As {@link #source} for an operand that is written, too: a store that would fault faults here. */
    Source sourceBeforeStore(Operand operand) {
        if (operand instanceof Operand.Memory memory) {
            int slot = temporary();
            steps.add(Load.beforeStore(slot, memory.address(), memory.sizeBytes()));
            return Source.slot(slot, 0);
        }
        return Source.of(operand);
    }

    /** Where a computation leaves the value of an operand: the register itself, or a temporary that {@link #store} stores. */
    Destination destination(Operand operand) {
        return operand instanceof Operand.Memory memory
                ? Destination.slot(temporary(), memory.sizeBytes())
                : Destination.of((Operand.Register) operand);
    }

    Steps then(MicroOp step) {
        steps.add(step);
        return this;
    }

    /** Stores what a computation left in the destination of a memory operand; nothing for a register. */
    Steps store(Operand operand, Destination from) {
        if (operand instanceof Operand.Memory memory) {
            steps.add(Store.of(memory.address(), memory.sizeBytes(), from.slot(), 0));
        }
        return this;
    }

    List<MicroOp> list() {
        return List.copyOf(steps);
    }

    /** Where a value comes from: a slot of the register file, or a constant. */
    record Source(int slot, int shift, long constant) {
        private static final int CONSTANT = -1;

        static Source slot(int slot, int shift) {
            return new Source(slot, shift, 0);
        }

        static Source constant(long value) {
            return new Source(CONSTANT, 0, value);
        }

        /**
         * @param operand a register, an immediate or a target
         */
        static Source of(Operand operand) {
            if (operand instanceof Operand.Register register) {
                return slot(register.number(), register.shift());
            }
            if (operand instanceof Operand.Immediate immediate) {
                return constant(immediate.value());
            }
            if (operand instanceof Operand.Target target) {
                return constant(target.address());
            }
            throw new IllegalArgumentException("memory must be loaded first: " + operand);
        }

        boolean isConstant() {
            return slot == CONSTANT;
        }
    }

    /** Where a value goes: a slot of the register file, as much of it as the width covers; 32 bits clear the upper half. */
    record Destination(int slot, int shift, int sizeBytes) {
        static Destination slot(int slot, int sizeBytes) {
            return new Destination(slot, 0, sizeBytes);
        }

        static Destination of(Operand.Register register) {
            return new Destination(register.number(), register.shift(), register.sizeBytes());
        }
    }

    /** A computation with up to two inputs and one output of one width: {@code write(core, f(first(core), second(core)))}. */
    abstract static class Computation extends Compute {
        /** 64 - bits of the operation, as {@link dev.pokesim.emulator.core.Rflags} wants it. */
        final int shift;

        private final int firstSlot;
        private final int firstShift;
        private final int secondSlot;
        private final int secondShift;
        private final long constant;
        private final int outSlot;
        private final int outShift;
        private final long keep;

        /**
         * @param sizeBytes width of the operation; the inputs come with any garbage above it
         */
        Computation(Destination out, Source first, Source second, int sizeBytes) {
            if (first.isConstant()) {
                throw new IllegalArgumentException("the first input is a constant");
            }
            shift = 64 - 8 * sizeBytes;
            firstSlot = first.slot();
            firstShift = first.shift();
            secondSlot = second.isConstant() ? Core.ZERO : second.slot();
            secondShift = second.shift();
            constant = second.constant();
            outSlot = out.slot();
            outShift = out.shift();
            keep = switch (out.sizeBytes()) {
                case 1 -> ~(0xffL << outShift);
                case 2 -> ~0xffffL;
                default -> 0;
            };
        }

        /** The first input, garbage above the width included. */
        final long first(Core core) {
            return core.file()[firstSlot] >>> firstShift;
        }

        /** The second input, garbage above the width included. */
        final long second(Core core) {
            return (core.file()[secondSlot] >>> secondShift) + constant;
        }

        /**
         * Sets the output.
         *
         * @param value zero-extended from its width
         */
        final void write(Core core, long value) {
            long[] file = core.file();
            file[outSlot] = file[outSlot] & keep | value << outShift;
        }

        /** A value cut to the width of the operation. */
        final long cut(long value) {
            return value << shift >>> shift;
        }

        /** A value sign-extended from the width of the operation. */
        final long extend(long value) {
            return value << shift >> shift;
        }

        @Override
        public Flow flow() {
            return Flow.STRAIGHT;
        }

        @Override
        public String toString() {
            return "compute";
        }
    }

    /** As {@link Computation} on 64 bits, by far the most frequent width: nothing to shift, to cut or to keep. */
    abstract static class WholeComputation extends Compute {
        private final int firstSlot;
        private final int secondSlot;
        private final long constant;
        private final int outSlot;

        /** All of them 8 bytes wide. */
        WholeComputation(Destination out, Source first, Source second) {
            if (first.isConstant()) {
                throw new IllegalArgumentException("the first input is a constant");
            }
            firstSlot = first.slot();
            secondSlot = second.isConstant() ? Core.ZERO : second.slot();
            constant = second.constant();
            outSlot = out.slot();
        }

        final long first(Core core) {
            return core.file()[firstSlot];
        }

        final long second(Core core) {
            return core.file()[secondSlot] + constant;
        }

        /** Sets the output. */
        final void write(Core core, long value) {
            core.file()[outSlot] = value;
        }

        @Override
        public Flow flow() {
            return Flow.STRAIGHT;
        }

        @Override
        public String toString() {
            return "compute";
        }
    }
}
