package dev.pokesim.emulator.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.memory.Access;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ReplacedFunctionsTest {
    private static final long CALLER = 0x1000;
    private static final long FUNCTION = 0x1100;
    private static final long AFTER = 0x1005;
    private static final long STACK = 0x3000;
    /** How often the caller calls: more often than a block is long. */
    private static final int CALLS = 50;

    private final AddressSpace memory = new AddressSpace();

    ReplacedFunctionsTest() {
        memory.map(CALLER, 4096, Access.READ, Access.EXECUTE);
        memory.map(STACK - 4096, 4096, Access.READ, Access.WRITE);
        // call FUNCTION; add rbx,rax; dec rcx; jnz CALLER; ret
        memory.load(CALLER, HexFormat.of().parseHex("e8fb0000004801c348ffc975f3c3"));
        memory.load(FUNCTION, HexFormat.of().parseHex("b801000000c3")); // mov eax,1; ret: never executed
    }

    /** Returns twice its first argument. */
    private static ReplacedFunctions twice() {
        return new ReplacedFunctions(Map.of(
                FUNCTION,
                Routine.named("twice")
                        .returnToCaller((core, local) -> 2 * core.register(Core.RDI))
                        .build()));
    }

    private static void call(Core core) {
        core.memory().write(STACK - 8, 8, Core.ROUTINE_RETURN, 0);
        core.setRegister(Core.RSP, STACK - 8);
        core.setRegister(Core.RDI, 21);
        core.setRegister(Core.RCX, CALLS);
        core.setRip(CALLER);
    }

    private static void assertCalled(Core core) {
        assertEquals(42 * CALLS, core.register(Core.RBX));
        assertEquals(STACK, core.register(Core.RSP));
        assertEquals(4 * CALLS + 1, core.retired(), "the replaced function retires nothing");
    }

    @Test
    void interpreterEntersTheRoutineAtEveryCallAndNeverTheFunction() {
        Interpreter interpreter = new Interpreter(new Core(0, memory), twice());
        call(interpreter.core());
        interpreter.run(1_000_000, Core.ROUTINE_RETURN);
        assertCalled(interpreter.core());
    }

    @Test
    void functionThatCodeFallsIntoIsReplacedAsWell() {
        memory.load(FUNCTION - 4, HexFormat.of().parseHex("90909090"));
        Interpreter interpreter = new Interpreter(new Core(0, memory), twice());
        call(interpreter.core());
        interpreter.core().setRip(FUNCTION - 4);
        interpreter.run(1_000_000, Core.ROUTINE_RETURN);
        assertEquals(42, interpreter.core().register(Core.RAX));
        assertEquals(4, interpreter.core().retired());
    }

    @Test
    void machineEntersTheRoutineAsTheInterpreterDoes() {
        Machine machine = new Machine(memory, 1, FetchMode.COHERENT, count -> 0);
        machine.replace(twice());
        Core core = machine.core(0);
        call(core);
        Routine end = Routine.named("caller").label("end").jump("end").build();
        core.enterRoutine(end);
        core.enterGuest(CALLER);
        while (core.isInGuest() || core.depth() > 1) {
            while (!Objects.requireNonNull(core.storeBuffer()).isEmpty()) {
                machine.drain(core);
            }
            MicroOp next = machine.next(core);
            if (core.code() == end) {
                break;
            }
            machine.perform(core, next);
        }
        assertCalled(core);
    }

    @Test
    void interruptOfAReplacementGoesBackToIt() {
        Machine machine = new Machine(memory, 1, FetchMode.COHERENT, count -> 0);
        machine.replace(twice());
        machine.handle(
                0x40,
                Routine.named("tick").interruptEntry(0, 0).interruptReturn(0).build());
        Core core = machine.core(0);
        call(core);
        core.flags().setValue(Routine.FLAGS_INTERRUPTS_ON);
        core.setRip(FUNCTION);
        machine.perform(core, machine.next(core)); // takes the return address
        machine.raise(0, 0x40);
        while (core.rip() != Core.ROUTINE_RETURN) {
            while (!Objects.requireNonNull(core.storeBuffer()).isEmpty()) {
                machine.drain(core);
            }
            machine.perform(core, machine.next(core));
        }
        assertEquals(42, core.register(Core.RAX));
        assertEquals(STACK, core.register(Core.RSP));
    }

    @Test
    void replacementThatWaitsForOthersFailsOnACoreThatIsAlone() {
        Interpreter interpreter = new Interpreter(
                new Core(0, memory),
                new ReplacedFunctions(Map.of(
                        FUNCTION,
                        Routine.named("waits")
                                .awaitMemory("until nonzero", core -> STACK - 64, 8, value -> value != 0, 0)
                                .returnToCaller((core, local) -> 0)
                                .build())));
        call(interpreter.core());
        assertThrows(IllegalStateException.class, () -> interpreter.run(1_000_000, AFTER));
    }
}
