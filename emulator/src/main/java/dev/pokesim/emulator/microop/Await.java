package dev.pokesim.emulator.microop;

import dev.pokesim.emulator.core.Core;
import java.util.function.LongPredicate;

/** Waits. It is one micro-op that is not possible until its condition holds, never a loop of states. */
public abstract sealed class Await extends MicroOp {
    private Await(Memory memory, long costPs) {
        super(memory, false, costPs);
    }

    /** Whether it could complete now. */
    public abstract boolean holds(Core core);

    /** Until every IPI that this core sent has been answered. */
    public static final class Acknowledgements extends Await {
        public Acknowledgements() {
            super(Memory.NONE, 0);
        }

        @Override
        public boolean holds(Core core) {
            return core.outstandingAcknowledgements() == 0;
        }

        @Override
        public void execute(Core core) {
            if (!holds(core)) {
                core.repeat();
            }
        }

        @Override
        public String toString() {
            return "await acknowledgements";
        }
    }

    /** Until a value in memory satisfies a condition: a spin loop on one load. */
    public static final class MemoryValue extends Await {
        private final String text;
        private final AddressOf address;
        private final int sizeBytes;
        private final LongPredicate condition;

        /**
         * @param roundPs how long one round of the spin loop takes, in picoseconds
         */
        public MemoryValue(String text, AddressOf address, int sizeBytes, LongPredicate condition, long roundPs) {
            super(Memory.LOAD, roundPs);
            this.text = text;
            this.address = address;
            this.sizeBytes = sizeBytes;
            this.condition = condition;
        }

        @Override
        public boolean holds(Core core) {
            return condition.test(core.load(address.in(core), sizeBytes));
        }

        @Override
        public void execute(Core core) {
            if (!holds(core)) {
                core.repeat();
            }
        }

        @Override
        public long address(Core core) {
            return address.in(core);
        }

        @Override
        public int sizeBytes() {
            return sizeBytes;
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
