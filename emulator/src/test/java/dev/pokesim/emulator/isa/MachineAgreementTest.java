package dev.pokesim.emulator.isa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.core.StoreBuffer;
import dev.pokesim.emulator.machine.GuestCrash;
import dev.pokesim.emulator.machine.Interpreter;
import dev.pokesim.emulator.machine.Machine;
import dev.pokesim.emulator.memory.Access;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * The two ways to run, an instruction at a time and a micro-op at a time with a store buffer, come to the same state after every
 * instruction, whatever of it goes through memory.
 */
class MachineAgreementTest {
    private static final long PAGE = 0x20000;
    private static final int ROUNDS = 25;

    /** One of the two: a core, its memory, and one instruction at a time. */
    private abstract static class Path {
        final AddressSpace memory = new AddressSpace();

        Path() {
            memory.map(CpuState.TEXT, 4096, Access.READ, Access.WRITE, Access.EXECUTE);
            memory.map(PAGE, 8192, Access.READ, Access.WRITE);
        }

        abstract Core core();

        /** @return how it ended if not with the next instruction */
        abstract String run();

        /** Everything that can be seen. */
        String state() {
            StringBuilder state = new StringBuilder();
            Core core = core();
            for (int register = 0; register < 16; register++) {
                state.append(Long.toHexString(core.register(register))).append(' ');
            }
            state.append(Long.toHexString(core.rip()))
                    .append(' ')
                    .append(Long.toHexString(core.flags().value()))
                    .append(" retired ")
                    .append(core.retired())
                    .append(core.isHalted() ? " halted" : "")
                    .append(core.isInInterruptShadow() ? " shadow" : "")
                    .append(" trap ")
                    .append(core.trap())
                    .append(" bases ")
                    .append(Long.toHexString(core.fsBase() + 3 * core.gsBase() + 5 * core.kernelGsBase()))
                    .append(' ');
            long hash = 0;
            for (int i = 0; i < 1024; i++) {
                hash = hash * 31 + memory.read(PAGE + 8L * i, 8);
            }
            return state.append(Long.toHexString(hash)).toString();
        }
    }

    private static final class Alone extends Path {
        private final Interpreter interpreter = new Interpreter(memory);

        @Override
        Core core() {
            return interpreter.core();
        }

        @Override
        String run() {
            try {
                interpreter.run(1, 0);
                return "";
            } catch (GuestFault fault) {
                return String.valueOf(fault.getMessage());
            } catch (NotModelled refusal) {
                return String.valueOf(refusal.getMessage());
            }
        }
    }

    private static final class InMachine extends Path {
        private final Machine machine = new Machine(memory, 1, FetchMode.COHERENT, count -> 0);
        private final Random random = new Random(3);

        @Override
        Core core() {
            return machine.core(0);
        }

        @Override
        String run() {
            Core core = core();
            StoreBuffer buffer = Objects.requireNonNull(core.storeBuffer());
            try {
                machine.perform(core, machine.next(core));
                while (core.code() != null) {
                    MicroOp step = machine.next(core);
                    while (!buffer.isEmpty() && (step.drainsStores() || random.nextInt(4) == 0)) {
                        machine.drain(core);
                    }
                    machine.perform(core, step);
                }
                return "";
            } catch (GuestCrash crash) {
                core.abandon();
                return String.valueOf(crash.getMessage());
            } finally {
                while (!buffer.isEmpty()) {
                    machine.drain(core);
                }
            }
        }
    }

    @Test
    void everyInstructionEndsTheSameInBothWays() {
        int completed = 0;
        for (CaseFile file : CaseFile.all()) {
            for (CaseFile.Form form : file.forms()) {
                Path alone = new Alone();
                Path inMachine = new InMachine();
                for (int round = 0; round < ROUNDS; round++) {
                    long seed = form.bytes().low() * 31 + round;
                    String one = start(alone, form, seed).run();
                    String other = start(inMachine, form, seed).run();
                    assertTrue(
                            one.isEmpty() == other.isEmpty() && other.contains(one), form + ": " + one + ", " + other);
                    assertEquals(alone.state(), inMachine.state(), () -> form + ", seed " + seed);
                    completed += one.isEmpty() ? 1 : 0;
                }
            }
        }
        assertTrue(completed > 10_000, "only " + completed + " completed");
    }

    private static Path start(Path path, CaseFile.Form form, long seed) {
        Random random = new Random(seed);
        path.memory.load(CpuState.TEXT, form.bytes().toArray());
        Core core = path.core();
        for (int register = 0; register < 16; register++) {
            // addresses near a line's and the page's end, small counts, and anything
            long value = switch (random.nextInt(8)) {
                case 0 -> random.nextInt(4);
                case 1 -> random.nextLong();
                default -> PAGE + 4096 - random.nextInt(200);
            };
            core.setRegister(register, value);
        }
        for (int i = 0; i < 64; i++) {
            path.memory.write(PAGE + 4096 - 256 + 8 * i, 8, random.nextLong(), 0);
        }
        core.flags().setValue(random.nextLong() & CpuState.FLAGS);
        core.setGsBase(random.nextInt(16));
        core.setRip(CpuState.TEXT);
        core.setTrap(Core.NO_TRAP);
        core.setHalted(false);
        return path;
    }
}
