package dev.pokesim.emulator.machine;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.Rflags;
import dev.pokesim.emulator.microop.AddressOf;
import dev.pokesim.emulator.microop.Await;
import dev.pokesim.emulator.microop.Compute;
import dev.pokesim.emulator.microop.Delay;
import dev.pokesim.emulator.microop.EnterGuest;
import dev.pokesim.emulator.microop.Fence;
import dev.pokesim.emulator.microop.InterruptReturn;
import dev.pokesim.emulator.microop.Load;
import dev.pokesim.emulator.microop.LockedUpdate;
import dev.pokesim.emulator.microop.MicroCode;
import dev.pokesim.emulator.microop.MicroOp;
import dev.pokesim.emulator.microop.SendIpi;
import dev.pokesim.emulator.microop.Serialise;
import dev.pokesim.emulator.microop.Store;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongPredicate;

/**
 * Kernel code as a list of named steps over local variables. Each step is one micro-op; all state is the index of the next
 * step and the variables, both in the {@link Core}, so a routine can be stopped, copied and resumed anywhere.
 */
public final class Routine extends MicroCode {
    private final String name;
    private final boolean isHandler;
    private final boolean returns;
    private final List<Routine> callees;

    private Routine(Builder builder) {
        super(builder.steps.toArray(MicroOp[]::new));
        name = builder.name;
        isHandler = builder.isHandler;
        returns = builder.returns;
        callees = List.copyOf(builder.callees);
    }

    /**
     * Begins one.
     *
     * @param name the kernel's name for it
     */
    public static Builder named(String name) {
        return new Builder(name);
    }

    @Override
    public String name() {
        return name;
    }

    /** Whether it begins with {@link Builder#interruptEntry}: the processor does that step together with the delivery. */
    boolean isHandler() {
        return isHandler;
    }

    /** The routines that it calls, each once, in the order of the calls. */
    public List<Routine> callees() {
        return callees;
    }

    /** Whether it can end without serialising, as with {@link Builder#ret}, and not only by an IRET or never. */
    boolean returns() {
        return returns;
    }

    /** Whether it or a routine that it calls enters guest code. */
    boolean entersGuest() {
        for (MicroOp step : microOps) {
            if (step instanceof EnterGuest) {
                return true;
            }
        }
        return callees.stream().anyMatch(Routine::entersGuest);
    }

    /** One line a step: index and text. */
    public String listing() {
        StringBuilder text = new StringBuilder(name).append(":\n");
        for (int i = 0; i < size(); i++) {
            text.append("%4d  %s%n".formatted(i, at(i)));
        }
        return text.toString();
    }

    /** Work of a routine on its own variables. */
    @FunctionalInterface
    public interface Work {
        void run(Core core, long[] local);
    }

    /** A value of a routine. */
    @FunctionalInterface
    public interface Value {
        long of(Core core, long[] local);
    }

    /** A condition of a routine. */
    @FunctionalInterface
    public interface Condition {
        boolean holds(Core core, long[] local);
    }

    /** Collects the steps. Variables are numbered slots; names are only for the reader. */
    public static final class Builder {
        private final String name;
        private final List<MicroOp> steps = new ArrayList<>();
        private final Map<String, int[]> labels = new HashMap<>();
        private final Map<String, Integer> scratch = new HashMap<>(); // only looked up
        private int newLabels;
        private int locals;
        private final List<Routine> callees = new ArrayList<>();
        private boolean isHandler;
        private boolean returns;
        private int ripSlot;
        private int flagsSlot;
        private int rspSlot;
        private int frameSlot;

        private Builder(String name) {
            this.name = name;
        }

        /** A new variable, 0 at the start. */
        public int local() {
            if (locals == Core.FILE_SIZE) {
                throw new IllegalStateException(name + ": more than " + Core.FILE_SIZE + " variables");
            }
            return locals++;
        }

        /** The variable of this name, for values that are not needed any more when others use it: 0 at the start, then whatever. */
        public int scratch(String variable) {
            return scratch.computeIfAbsent(variable, first -> local());
        }

        /** A label that no other part of the routine has. */
        public String newLabel(String prefix) {
            return prefix + "-" + newLabels++;
        }

        /** The next step can be jumped to. */
        public Builder label(String label) {
            int[] at = labels.computeIfAbsent(label, l -> new int[] {-1});
            if (at[0] != -1) {
                throw new IllegalStateException(name + ": label " + label + " stands twice");
            }
            at[0] = steps.size();
            return this;
        }

        /** Any micro-op. */
        public Builder then(MicroOp step) {
            steps.add(step);
            return this;
        }

        /** Work on variables: costs nothing and nobody sees it. For all that is more there is {@link #act}. */
        public Builder compute(String text, Work work) {
            return compute(text, 0, work);
        }

        /** Work on variables that takes {@code costPs} picoseconds. */
        public Builder compute(String text, long costPs, Work work) {
            return work(text, costPs, Compute.Scope.VARIABLES, work);
        }

        /**
         * Work that is more than variables: it answers other cores, looks at memory or tells somebody. Whether it comes before
         * or after what other cores do makes a difference.
         */
        public Builder act(String text, Work work) {
            return act(text, 0, work);
        }

        /** As {@link #act(String, Work)}, and it takes {@code costPs} picoseconds. */
        public Builder act(String text, long costPs, Work work) {
            return work(text, costPs, Compute.Scope.MACHINE, work);
        }

        /** Work on the core's registers and flags. */
        private Builder onCore(String text, long costPs, Work work) {
            return work(text, costPs, Compute.Scope.CORE, work);
        }

        private Builder work(String text, long costPs, Compute.Scope scope, Work work) {
            return then(new Compute(costPs) {
                @Override
                public void execute(Core core) {
                    work.run(core, core.file());
                }

                @Override
                public Scope scope() {
                    return scope;
                }

                @Override
                public String toString() {
                    return text;
                }
            });
        }

        public Builder load(String text, int slot, AddressOf address, int sizeBytes, long costPs) {
            return then(Load.named(text, slot, address, sizeBytes, costPs));
        }

        public Builder store(String text, AddressOf address, int sizeBytes, int slot) {
            return then(Store.named(text, address, sizeBytes, slot, 0));
        }

        public Builder storeConstant(String text, AddressOf address, int sizeBytes, long value) {
            return then(Store.namedConstant(text, address, sizeBytes, value, 0));
        }

        /**
         * Compare-and-exchange, once.
         *
         * @param expected slot of the value that must be there; gets what was there
         * @param replacement what to store then
         * @param success slot that becomes 1 or 0
         */
        public Builder compareAndExchange(
                String text, AddressOf address, int sizeBytes, int expected, Value replacement, int success) {
            return then(new LockedUpdate(address, sizeBytes) {
                @Override
                protected long update(Core core, long old) {
                    long[] local = core.file();
                    boolean equal = local[expected] == old;
                    long stored = equal ? replacement.of(core, local) : old;
                    local[expected] = old;
                    local[success] = equal ? 1 : 0;
                    core.setUpdateFailed(!equal);
                    return stored;
                }

                @Override
                public String toString() {
                    return text;
                }
            });
        }

        /**
         * Fetch-and-add.
         *
         * @param old slot that gets the value from before
         */
        public Builder fetchAndAdd(String text, AddressOf address, int sizeBytes, long change, int old) {
            return then(new LockedUpdate(address, sizeBytes) {
                @Override
                protected long update(Core core, long before) {
                    core.file()[old] = before;
                    return before + change;
                }

                @Override
                public String toString() {
                    return text;
                }
            });
        }

        public Builder jump(String label) {
            return jumpIf("goto " + label, (core, local) -> true, label);
        }

        public Builder jumpIf(String text, Condition condition, String label) {
            int[] target = labels.computeIfAbsent(label, l -> new int[] {-1});
            return then(new Compute() {
                @Override
                public void execute(Core core) {
                    if (condition.holds(core, core.file())) {
                        core.setIndex(target[0]);
                    }
                }

                @Override
                public Scope scope() {
                    return Scope.VARIABLES;
                }

                @Override
                public String toString() {
                    return text;
                }
            });
        }

        public Builder fence() {
            return then(new Fence());
        }

        /** A serialising instruction. */
        public Builder serialise() {
            return then(new Serialise());
        }

        /** Serialises as a part of something whose cost is counted elsewhere. */
        public Builder serialiseAtNoCost() {
            return then(new Serialise(0));
        }

        /**
         * Calls another routine, which ends with {@link #ret}.
         *
         * @param arguments its first variables, copied from these slots
         */
        public Builder call(Routine routine, int... arguments) {
            if (!callees.contains(routine)) {
                callees.add(routine);
            }
            return then(new Compute() {
                @Override
                public void execute(Core core) {
                    long[] mine = core.file();
                    core.enterRoutine(routine);
                    for (int i = 0; i < arguments.length; i++) {
                        core.file()[i] = mine[arguments[i]];
                    }
                }

                @Override
                public Scope scope() {
                    return Scope.VARIABLES;
                }

                @Override
                public String toString() {
                    return "call " + routine.name();
                }
            });
        }

        /**
         * Back to the guest code that called the function which this routine stands in for: takes the return address from the stack.
         *
         * @param result goes to RAX
         * @see ReplacedFunctions
         */
        public Builder returnToCaller(Value result) {
            returns = true;
            int target = local();
            load("pop return address", target, core -> core.register(Core.RSP), 8, 0);
            return onCore("return to caller", 0, (core, local) -> {
                long address = local[target];
                core.setRegister(Core.RAX, result.of(core, local));
                core.setRegister(Core.RSP, core.register(Core.RSP) + 8);
                core.resume();
                core.setRip(address);
            });
        }

        /**
         * Leaves a routine that stands in for one instruction, to guest code.
         *
         * @param target goes to RIP; everything else is as the routine left it
         * @see ReplacedFunctions
         */
        public Builder goOnAt(Value target) {
            returns = true;
            return onCore("go on behind it", 0, (core, local) -> {
                long address = target.of(core, local);
                core.resume();
                core.setRip(address);
            });
        }

        /** Back to the routine that called this one. */
        public Builder ret() {
            returns = true;
            return compute("return", (core, local) -> core.resume());
        }

        public Builder delay(String text, Delay.Duration duration) {
            return then(new Delay(text, duration));
        }

        public Builder sendIpi(int vector, Value target) {
            return then(SendIpi.call(vector, core -> target.of(core, core.file())));
        }

        /** As {@link #sendIpi}, where the handler has nothing to answer. */
        public Builder sendIpiWithoutCall(int vector, Value target) {
            return then(SendIpi.withoutCall(vector, core -> target.of(core, core.file())));
        }

        public Builder awaitAnswers() {
            return then(new Await.Acknowledgements());
        }

        public Builder awaitMemory(
                String text, AddressOf address, int sizeBytes, LongPredicate condition, long roundPs) {
            return then(new Await.MemoryValue(text, address, sizeBytes, condition, roundPs));
        }

        /** Calls a guest function: pushes the return address, suspends the routine until the function returns. */
        public Builder callGuest(Value target) {
            // RSP first: an interrupt between the two steps pushes its frame below RSP
            onCore("rsp -= 8", 0, (core, local) -> core.setRegister(Core.RSP, core.register(Core.RSP) - 8));
            storeConstant("push return address", core -> core.register(Core.RSP), 8, Core.ROUTINE_RETURN);
            return then(new EnterGuest(core -> target.of(core, core.file())));
        }

        /** CLI or STI. */
        public Builder setInterruptsEnabled(boolean enabled) {
            return onCore(
                    enabled ? "sti" : "cli", 0, (core, local) -> core.flags().setInterruptsEnabled(enabled));
        }

        /**
         * CLI, and what IF was before.
         *
         * @param saved slot for {@link #restoreInterrupts}
         * @see "Linux include/linux/irqflags.h, local_irq_save(), local_irq_restore()"
         */
        public Builder saveAndDisableInterrupts(int saved) {
            return onCore("irq save, cli", 0, (core, local) -> {
                local[saved] = core.flags().interruptsEnabled() ? 1 : 0;
                core.flags().setInterruptsEnabled(false);
            });
        }

        /** IF as {@link #saveAndDisableInterrupts} found it. */
        public Builder restoreInterrupts(int saved) {
            return onCore("irq restore", 0, (core, local) -> core.flags().setInterruptsEnabled(local[saved] != 0));
        }

        /**
         * What the processor does before a handler: aligns RSP, pushes SS, RSP, RFLAGS, CS and RIP, clears IF.
         *
         * @param costPs what entering costs as a whole, with the kernel's entry code
         * @param gapBytes room that the entry code leaves between the interrupted stack and the frame the handler works on, by
         *     moving the frame down; CALL emulation pushes into it
         * @see "Intel SDM vol. 3A, 64-Bit Mode Stack Frame"
         */
        public Builder interruptEntry(long costPs, int gapBytes) {
            if (!steps.isEmpty()) {
                throw new IllegalStateException(name + ": an interrupt enters at the first step");
            }
            isHandler = true;
            ripSlot = local();
            flagsSlot = local();
            rspSlot = local();
            frameSlot = local();
            onCore("interrupt: align rsp, clear IF", costPs, (core, local) -> {
                local[ripSlot] = core.rip();
                local[flagsSlot] = core.flags().value();
                local[rspSlot] = core.register(Core.RSP);
                local[frameSlot] = (local[rspSlot] & -16) - 40;
                core.setRegister(Core.RSP, local[frameSlot]);
                core.flags().setInterruptsEnabled(false);
            });
            pushFrame();
            if (gapBytes > 0) {
                onCore("entry code: leave a gap", 0, (core, local) -> {
                    local[frameSlot] -= gapBytes;
                    core.setRegister(Core.RSP, local[frameSlot]);
                });
                pushFrame();
            }
            return this;
        }

        private void pushFrame() {
            storeConstant("push ss", frame(32), 8, Core.KERNEL_SS);
            store("push rsp", frame(24), 8, rspSlot);
            store("push rflags", frame(16), 8, flagsSlot);
            storeConstant("push cs", frame(8), 8, Core.KERNEL_CS);
            store("push rip", frame(0), 8, ripSlot);
        }

        /** Address of a word of the interrupt frame: 0 RIP, 8 CS, 16 RFLAGS, 24 RSP, 32 SS. */
        public AddressOf frame(int offset) {
            int slot = frameSlot;
            return core -> core.file()[slot] + offset;
        }

        /**
         * IRET: loads the frame, goes back.
         *
         * @param costPs what leaving costs as a whole
         */
        public Builder interruptReturn(long costPs) {
            popFrame();
            return then(InterruptReturn.ofRoutine(ripSlot, flagsSlot, rspSlot, costPs));
        }

        /** As {@link #interruptReturn}, but the core does not fetch anew; see {@link InterruptReturn#keepingText}. */
        public Builder interruptReturnKeepingText(long costPs) {
            returns = true;
            popFrame();
            return then(InterruptReturn.keepingText(ripSlot, flagsSlot, rspSlot, costPs));
        }

        private void popFrame() {
            load("pop rip", ripSlot, frame(0), 8, 0);
            load("pop rflags", flagsSlot, frame(16), 8, 0);
            load("pop rsp", rspSlot, frame(24), 8, 0);
        }

        /**
         * @throws IllegalStateException if a label is used and stands nowhere
         */
        public Routine build() {
            labels.forEach((label, at) -> {
                if (at[0] == -1) {
                    throw new IllegalStateException(name + ": no label " + label);
                }
            });
            return new Routine(this);
        }
    }

    /** Flags of a core that runs kernel code with interrupts on. */
    public static final long FLAGS_INTERRUPTS_ON = Rflags.IF | Rflags.RESERVED;
}
