package dev.pokesim.emulator.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.core.Rflags;
import dev.pokesim.emulator.core.SeededRandom;
import dev.pokesim.emulator.memory.Access;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Exceptions, interrupts and NMIs in an untimed machine: what they push, when they come, where they return. */
class InterruptsTest {
    private static final long TEXT = 0xffffffff81000000L;
    private static final long DATA = 0xffff888000000000L;
    private static final long RSP = DATA + 4096 + 2048;
    private static final int INT3 = 3;
    private static final int LOW = 0x40;
    private static final int HIGH = 0xf0;

    private final AddressSpace memory = new AddressSpace();
    private final Machine machine = new Machine(memory, 2, FetchMode.COHERENT, new SeededRandom(1));
    private final Core core = machine.core(0);
    /** What handlers did, in order. */
    private final List<String> log = new ArrayList<>();

    InterruptsTest() {
        memory.map(TEXT, 4096, Access.READ, Access.WRITE, Access.EXECUTE);
        memory.map(DATA, 8192, Access.READ, Access.WRITE);
        for (int id = 0; id < 2; id++) {
            machine.core(id).setRip(TEXT + 2048L * id);
            machine.core(id).setRegister(Core.RSP, RSP - 1024L * id);
            machine.core(id).flags().setValue(Routine.FLAGS_INTERRUPTS_ON);
        }
    }

    private void text(long address, String hex) {
        memory.load(address, HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    /** A handler that logs its name when its body begins and ends, with some steps between. */
    private Routine logging(String name, int gapBytes) {
        return Routine.named(name)
                .interruptEntry(0, gapBytes)
                .compute("begin", (c, local) -> log.add(name + "("))
                .compute("work", (c, local) -> {})
                .compute("end", (c, local) -> log.add(")"))
                .interruptReturn(0)
                .build();
    }

    private void handleAll() {
        machine.handle(INT3, logging("int3", 0));
        machine.handle(Machine.NMI, logging("nmi", 0));
        machine.handle(LOW, logging("low", 0));
        machine.handle(HIGH, logging("high", 0));
    }

    private void perform(Core who) {
        MicroOp next = machine.next(who);
        while (next.drainsStores() && !storesOf(who)) {
            machine.drain(who);
        }
        machine.perform(who, next);
    }

    /** Whether the store buffer is empty. */
    private static boolean storesOf(Core who) {
        return who.storeBuffer() == null || who.storeBuffer().isEmpty();
    }

    private void drainAll(Core who) {
        while (!storesOf(who)) {
            machine.drain(who);
        }
    }

    /** Until it stands in the guest at an address, everything below it returned. */
    private void runTo(Core who, long address) {
        for (int steps = 0;
                !(who.isInGuest()
                        && who.isAtInstructionBoundary()
                        && who.rip() == address
                        && who.depth() == 0
                        && who.trap() == Core.NO_TRAP
                        && !machine.isInterruptDeliverable(who));
                steps++) {
            assertTrue(steps < 1000, () -> "lost at 0x" + Long.toHexString(who.rip()) + " " + log);
            perform(who);
        }
        drainAll(who);
    }

    private String log() {
        return String.join("", log);
    }

    @Test
    void handlerCanChangeARegisterOfWhatItInterrupted() {
        machine.handle(
                INT3,
                Routine.named("changes")
                        .interruptEntry(0, 0)
                        .act("rbx = 7", (c, local) -> c.setInterruptedRegister(Core.RBX, 7))
                        .interruptReturn(0)
                        .build());
        text(TEXT, "cc 90");
        Core who = machine.core(0);
        who.setRegister(Core.RAX, 5);
        runTo(who, TEXT + 1);
        assertEquals(7, who.register(Core.RBX));
        assertEquals(5, who.register(Core.RAX));
        assertThrows(IllegalStateException.class, () -> {
            who.enterRoutine(logging("no handler", 0));
            who.setInterruptedRegister(Core.RBX, 8);
        });
    }

    // ---- frames

    @ParameterizedTest
    @CsvSource({"0, 0", "0, 16", "8, 0", "1, 0", "15, 16"})
    void int3PushesFiveWordsBelowAnAlignedRsp(int misalignment, int gapBytes) {
        long rsp = RSP + misalignment;
        text(TEXT, "cc 90");
        memory.write(rsp & -16, 8, 0x1111, 0); // nothing above or in the gap below changes
        for (int i = 0; i < 20; i++) {
            memory.write((rsp & -16) - 8L * (i + 1), 8, 0x2222, 0);
        }
        core.setRegister(Core.RSP, rsp);
        core.setRegister(Core.RAX, 5);
        core.flags().setValue(Rflags.IF | Rflags.CF | Rflags.DF);
        long flags = core.flags().value();
        machine.handle(
                INT3,
                Routine.named("int3")
                        .interruptEntry(0, gapBytes)
                        .compute("look", (c, local) -> {
                            long frame = (rsp & -16) - 40 - gapBytes;
                            assertEquals(frame, c.register(Core.RSP));
                            assertEquals(TEXT + 1, c.load(frame, 8));
                            assertEquals(0x10, c.load(frame + 8, 8));
                            assertEquals(flags, c.load(frame + 16, 8));
                            assertEquals(rsp, c.load(frame + 24, 8));
                            assertEquals(0x18, c.load(frame + 32, 8));
                            assertEquals(0x2222, c.load(frame - 8, 8));
                            assertEquals(0x1111, c.load(rsp & -16, 8));
                            assertFalse(c.flags().interruptsEnabled());
                            log.add("looked");
                        })
                        .interruptReturn(0)
                        .build());
        runTo(core, TEXT + 1);
        assertEquals("looked", log());
        assertEquals(rsp, core.register(Core.RSP));
        assertEquals(flags, core.flags().value());
        assertEquals(5, core.register(Core.RAX));
    }

    @Test
    void aHandlerChangesWhereItReturnsThroughTheFrame() {
        text(TEXT, "cc");
        Routine.Builder b = Routine.named("int3").interruptEntry(0, 16);
        int rip = b.local();
        int rsp = b.local();
        // as CALL emulation: push the return address into the gap, move RSP
        b.load("rsp", rsp, b.frame(24), 8, 0)
                .compute("push", (c, local) -> {
                    local[rsp] -= 8;
                    local[rip] = TEXT + 5;
                })
                .store("*sp", c -> c.file()[rsp], 8, rip)
                .store("regs->sp", b.frame(24), 8, rsp)
                .compute("target", (c, local) -> local[rip] = TEXT + 0x100)
                .store("regs->ip", b.frame(0), 8, rip);
        machine.handle(INT3, b.interruptReturn(0).build());
        runTo(core, TEXT + 0x100);
        assertEquals(RSP - 8, core.register(Core.RSP));
        assertEquals(TEXT + 5, memory.read(RSP - 8, 8));
    }

    @Test
    void iretSerialisesAndInterruptDeliveryDoesNot() {
        text(TEXT, "cc 90");
        handleAll();
        memory.write(TEXT + 100, 1, 1, 1);
        int epoch = core.epoch();
        while (log.isEmpty()) {
            perform(core);
        }
        assertEquals(epoch, core.epoch());
        runTo(core, TEXT + 1);
        assertEquals(memory.history().moment(), core.epoch());
    }

    @Test
    void iretWaitsForTheStoreBuffer() {
        text(TEXT, "cc 90");
        handleAll();
        boolean waited = false;
        while (log.size() < 2 || core.depth() > 0) {
            MicroOp next = machine.next(core);
            if (next.drainsStores()) {
                assertFalse(storesOf(core));
                waited = true;
                drainAll(core);
            }
            machine.perform(core, next);
        }
        assertTrue(waited);
    }

    @Test
    void observersSeeWhereAnIretOfGuestCodeGoes() {
        text(TEXT, "48 cf");
        long frame = DATA + 256;
        memory.write(frame, 8, TEXT + 0x200, 0);
        memory.write(frame + 16, 8, Rflags.IF | Rflags.CF, 0);
        memory.write(frame + 24, 8, DATA + 512, 0);
        core.setRegister(Core.RSP, frame);
        machine.observe(new MachineObserver() {
            @Override
            public void returned(Core who) {
                log.add(Long.toHexString(who.rip()));
            }
        });
        runTo(core, TEXT + 0x200);
        assertEquals(Long.toHexString(TEXT + 0x200), log());
        assertEquals(DATA + 512, core.register(Core.RSP));
        assertTrue(core.flags().cf());
    }

    // ---- when they come

    @Test
    void anIpiWaitsForTheIretOfAnInt3() {
        text(TEXT, "cc 90 90");
        handleAll();
        while (log.isEmpty()) {
            perform(core);
        }
        machine.raise(0, LOW);
        assertFalse(machine.isInterruptDeliverable(core));
        runTo(core, TEXT + 1);
        assertEquals("int3()low()", log());
    }

    /** INT3 clears IF as a part of its delivery: an IPI that comes while it executes must wait, too. */
    @Test
    void anIpiThatComesDuringTheInt3WaitsForItsIret() {
        text(TEXT, "cc 90 90");
        handleAll();
        perform(core); // fetch
        perform(core); // trap
        machine.raise(0, LOW);
        runTo(core, TEXT + 1);
        assertEquals("int3()low()", log());
    }

    @Test
    void ofTwoPendingInterruptsTheHigherVectorIsFirstAndTheOtherWaits() {
        text(TEXT, "90 90");
        handleAll();
        machine.raise(0, LOW);
        machine.raise(0, HIGH);
        machine.raise(0, HIGH); // pending is pending
        runTo(core, TEXT);
        assertEquals("high()low()", log());
    }

    @Test
    void anNmiHitsWithInterruptsOffButNotInsideAnother() {
        text(TEXT, "fa 90 90"); // cli
        handleAll();
        runTo(core, TEXT + 1);
        machine.raise(0, LOW);
        assertFalse(machine.isInterruptDeliverable(core));
        machine.raiseNmi(0);
        assertTrue(machine.isInterruptDeliverable(core));
        while (log.isEmpty()) {
            perform(core);
        }
        machine.raiseNmi(0);
        machine.raiseNmi(0);
        assertFalse(machine.isInterruptDeliverable(core));
        runTo(core, TEXT + 1);
        assertEquals("nmi()nmi()", log());
    }

    @Test
    void raisingVectorTwoIsAnNmi() {
        text(TEXT, "fa 90 90");
        handleAll();
        runTo(core, TEXT + 1);
        machine.raise(0, Machine.NMI);
        runTo(core, TEXT + 1);
        assertEquals("nmi()", log());
        core.flags().setInterruptsEnabled(true);
        machine.raise(0, Machine.NMI);
        runTo(core, TEXT + 2);
        assertEquals("nmi()nmi()", log());
    }

    /** Hardware unblocks NMIs with any IRET, also that of an exception inside the NMI handler. */
    @Test
    void theIretOfAnInt3InsideAnNmiUnblocksNmis() {
        text(TEXT, "90 90");
        text(TEXT + 0x100, "cc c3");
        handleAll();
        machine.handle(
                Machine.NMI,
                Routine.named("nmi")
                        .interruptEntry(0, 0)
                        .compute("begin", (c, local) -> {
                            log.add("nmi(");
                            if (log.size() == 1) {
                                machine.raiseNmi(0);
                            }
                        })
                        .callGuest((c, local) -> TEXT + 0x100)
                        .compute("end", (c, local) -> log.add(")"))
                        .interruptReturn(0)
                        .build());
        machine.raiseNmi(0);
        runTo(core, TEXT);
        assertEquals("nmi(int3()nmi(int3()))", log());
    }

    @Test
    void anNmiMayHitBetweenAnyTwoMicroOpsOfAHandlerAndEverythingReturns() {
        text(TEXT, "cc 90");
        handleAll();
        int hits = 0;
        for (int at = 0; at < 40; at++) {
            log.clear();
            core.setRip(TEXT);
            for (int step = 0; step < at && !(log.size() == 2 && core.depth() == 0); step++) {
                perform(core);
            }
            machine.raiseNmi(0);
            runTo(core, TEXT + 1);
            drainAll(core);
            assertEquals(RSP, core.register(Core.RSP));
            assertTrue(core.flags().interruptsEnabled());
            assertFalse(core.isNmiBlocked());
            hits += log().equals("int3(nmi())") ? 1 : 0;
            assertTrue(
                    List.of("nmi()int3()", "int3(nmi())", "int3()nmi()").contains(log()) || log().equals("nmi()"),
                    log());
        }
        assertTrue(hits >= 2, "inside the body");
    }

    @Test
    void interruptsWaitOneInstructionAfterSti() {
        text(TEXT, "fa fb 90 90"); // cli; sti; nop
        handleAll();
        runTo(core, TEXT + 1);
        machine.raise(0, LOW);
        long[] at = {0};
        machine.observe(new MachineObserver() {
            @Override
            public void entered(Core who, int vector) {
                at[0] = who.rip();
            }
        });
        while (log.isEmpty()) {
            perform(core);
        }
        assertEquals(TEXT + 3, at[0]);
    }

    @Test
    void haltIsWokenByAnInterruptEvenOneThatWaitedInTheShadowOfSti() {
        text(TEXT, "fa fb f4 90"); // cli; sti; hlt
        handleAll();
        runTo(core, TEXT + 1);
        machine.raise(0, LOW);
        while (!core.isHalted()) {
            perform(core);
        }
        assertEquals("", log());
        assertTrue(machine.isInterruptDeliverable(core));
        perform(core);
        assertFalse(core.isHalted());
        runTo(core, TEXT + 3);
        assertEquals("low()", log());
    }

    @Test
    void haltWithInterruptsOffIsWokenByAnNmiOnly() {
        text(TEXT, "fa f4 90");
        handleAll();
        while (!core.isHalted()) {
            perform(core);
        }
        machine.raise(0, LOW);
        assertFalse(machine.isInterruptDeliverable(core));
        machine.raiseNmi(0);
        assertTrue(machine.isInterruptDeliverable(core));
        runTo(core, TEXT + 2);
        assertEquals("nmi()", log());
    }

    @Test
    void anInterruptComesBetweenTwoRoundsOfARepeatedStringAndItGoesOn() {
        text(TEXT, "f3 aa 90"); // rep stosb
        handleAll();
        core.setRegister(Core.RCX, 3);
        core.setRegister(Core.RDI, DATA);
        core.setRegister(Core.RAX, 0x77);
        while (core.register(Core.RCX) != 2 || !core.isAtInstructionBoundary()) {
            perform(core);
        }
        machine.raise(0, LOW);
        perform(core);
        assertEquals(2, core.register(Core.RCX));
        runTo(core, TEXT + 2);
        assertEquals("low()", log());
        assertEquals(0x777777, memory.read(DATA, 4));
        assertEquals(1, core.retired());
    }

    @Test
    void anInstructionWithTwoAccessesIsNotInterruptedInItsMiddle() {
        text(TEXT, "ff 06 90"); // inc dword ptr [rsi]
        handleAll();
        core.setRegister(Core.RSI, DATA);
        perform(core);
        perform(core);
        machine.raise(0, LOW);
        machine.raiseNmi(0);
        assertFalse(core.isAtInstructionBoundary());
        assertFalse(machine.isInterruptDeliverable(core));
        while (log.isEmpty()) {
            perform(core);
        }
        drainAll(core);
        assertEquals(1, memory.read(DATA, 4));
        runTo(core, TEXT + 2);
        assertEquals("nmi()low()", log());
    }

    @Test
    void aLoadOfARoutineThatCrossesALineIsNotConfusedByAnNmi() {
        memory.write(DATA + 60, 8, 0x1122334455667788L, 0);
        memory.write(DATA + 124, 8, 0x0102030405060708L, 0);
        long[] seen = new long[2];
        Routine.Builder nmi = Routine.named("nmi").interruptEntry(0, 0);
        int value = nmi.local();
        machine.handle(
                Machine.NMI,
                nmi.load("split", value, c -> DATA + 124, 8, 0)
                        .compute("see", (c, local) -> seen[1] = local[value])
                        .interruptReturn(0)
                        .build());
        Routine.Builder main = Routine.named("main");
        int own = main.local();
        Routine routine = main.load("split", own, c -> DATA + 60, 8, 0)
                .compute("see", (c, local) -> seen[0] = local[own])
                .ret()
                .build();
        for (int at = 0; at < 3; at++) {
            java.util.Arrays.fill(seen, 0);
            core.enterRoutine(routine);
            for (int step = 0; step < at; step++) {
                perform(core);
            }
            machine.raiseNmi(0);
            runTo(core, TEXT);
            assertEquals(0x1122334455667788L, seen[0]);
            assertEquals(0x0102030405060708L, seen[1]);
        }
    }

    // ---- nesting

    @Test
    void routineCallsGuestThatTrapsAndIsInterruptedAndAllReturn() {
        text(TEXT, "bf 07 00 00 00 b8 01 00 00 00 f9 eb fe"); // mov edi,7; mov eax,1; stc; jmp $
        text(TEXT + 0x100, "b8 02 00 00 00 f8 cc bf 63 00 00 00 c3"); // mov eax,2; clc; int3; mov edi,99; ret
        handleAll();
        machine.handle(
                HIGH,
                Routine.named("softirq")
                        .interruptEntry(0, 0)
                        .compute("begin", (c, local) -> log.add("softirq("))
                        .setInterruptsEnabled(true)
                        .callGuest((c, local) -> TEXT + 0x100)
                        .compute("end", (c, local) -> log.add("rax" + c.register(Core.RAX) + ")"))
                        .interruptReturn(0)
                        .build());
        for (int at = 0; at < 60; at++) {
            log.clear();
            core.setRip(TEXT);
            runTo(core, TEXT + 11);
            machine.raise(0, HIGH);
            for (int step = 0; step < at; step++) {
                perform(core);
            }
            machine.raise(0, LOW);
            runTo(core, TEXT + 11);
            assertEquals(RSP, core.register(Core.RSP));
            assertEquals(
                    7,
                    core.register(Core.RDI),
                    "the handler's guest code does not change the interrupted one's registers");
            assertEquals(1, core.register(Core.RAX));
            assertTrue(core.flags().cf());
            assertTrue(core.flags().interruptsEnabled());
            assertEquals(0, core.depth());
            String without = log().replaceFirst("low\\(\\)", "");
            assertEquals("softirq(int3()rax2)", without, log());
        }
    }

    // ---- faults

    @ParameterizedTest
    @CsvSource({
        "6, 0f 0b, '#UD', ud2",
        "0, f7 f1, '#DE', div ecx",
        "14, 8b 01, '#PF', 'mov eax,dword ptr [rcx]'",
        "14, 89 01, '#PF', 'mov dword ptr [rcx],eax'",
        "6, f0 89 06, '#UD', ''",
    })
    void aFaultWithoutHandlerIsOneLineWithCoreRipAndBytes(int vector, String hex, String name, String instruction) {
        text(TEXT, hex);
        GuestCrash crash = assertThrows(GuestCrash.class, () -> runTo(core, 0));
        String message = crash.toString();
        assertTrue(message.contains("core 0"), message);
        assertTrue(message.contains("0xffffffff81000000"), message);
        assertTrue(message.contains(name), message);
        assertTrue(message.contains(instruction), message);
        assertTrue(message.contains(hex), message);
        assertFalse(message.contains("\n"), message);

        text(TEXT + 0x40, hex);
        machine.core(1).setRip(TEXT + 0x40);
        Routine.Builder b = Routine.named("fault").interruptEntry(0, 0);
        int rip = b.local();
        machine.handle(
                vector,
                b.load("regs->ip", rip, b.frame(0), 8, 0)
                        .compute("skip", (c, local) -> {
                            log.add("rip " + Long.toHexString(local[rip]));
                            local[rip] = TEXT + 0x80;
                        })
                        .store("regs->ip", b.frame(0), 8, rip)
                        .interruptReturn(0)
                        .build());
        runTo(machine.core(1), TEXT + 0x80);
        assertEquals("rip " + Long.toHexString(TEXT + 0x40), log());
    }

    @Test
    void aFetchFromAnUnmappedPageIsToldWithWhatBytesThereAre() {
        text(TEXT + 4094, "b8 11"); // mov eax, and no more
        core.setRip(TEXT + 4094);
        GuestCrash crash = assertThrows(GuestCrash.class, () -> perform(core));
        assertTrue(crash.toString().contains("#PF"), crash.toString());
        assertTrue(crash.toString().contains("b8 11"), crash.toString());
        core.setRip(0x1000);
        crash = assertThrows(GuestCrash.class, () -> perform(core));
        assertTrue(crash.toString().contains("0x1000"), crash.toString());
    }

    @Test
    void anExceptionNobodyHandlesIsOneLine() {
        text(TEXT, "cc");
        GuestCrash crash = assertThrows(GuestCrash.class, () -> runTo(core, 0));
        assertTrue(crash.toString().contains("core 0"), crash.toString());
        assertTrue(crash.toString().contains("vector 3"), crash.toString());
    }

    @Test
    void aFaultInARoutineNamesIt() {
        core.enterRoutine(
                Routine.named("bad").load("wild", 0, c -> 0x10, 8, 0).ret().build());
        machine.handle(14, logging("pf", 0));
        GuestCrash crash = assertThrows(GuestCrash.class, () -> perform(core));
        assertTrue(crash.toString().contains("in bad: #PF"), crash.toString());
    }

    // ---- calls between cores

    private static Routine sender() {
        return Routine.named("sender")
                .sendIpi(HIGH, (c, local) -> 2)
                .awaitAnswers()
                .ret()
                .build();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
    void aHandlerAnswersTheCallsItTookAndNoLaterOne(int lateAfter) {
        Machine three = new Machine(memory, 3, FetchMode.COHERENT, new SeededRandom(1));
        text(TEXT, "90 90 90 90");
        for (int id = 0; id < 3; id++) {
            three.core(id).setRip(TEXT);
            three.core(id).setRegister(Core.RSP, RSP - 1024L * id);
            three.core(id).flags().setValue(Routine.FLAGS_INTERRUPTS_ON);
        }
        Core target = three.core(2);
        List<Integer> waiting = new ArrayList<>(); // how many calls waited when each handler took them
        three.handle(
                HIGH,
                Routine.named("calls")
                        .interruptEntry(0, 0)
                        .compute("take", (c, local) -> {
                            waiting.add(three.core(0).outstandingAcknowledgements()
                                    + three.core(1).outstandingAcknowledgements());
                            c.bus().takeCalls(c);
                        })
                        .compute("work", (c, local) -> {})
                        .compute("answer", (c, local) -> c.bus().answerCalls(c))
                        .interruptReturn(0)
                        .build());
        three.core(0).enterRoutine(sender());
        three.core(1).enterRoutine(sender());
        three.perform(three.core(0), three.next(three.core(0)));
        boolean tookBefore = false;
        for (int step = 0; step < lateAfter; step++) {
            tookBefore |= !waiting.isEmpty();
            step(three, target);
        }
        tookBefore |= !waiting.isEmpty();
        three.perform(three.core(1), three.next(three.core(1)));
        assertEquals(1, three.core(1).outstandingAcknowledgements());
        int handlers = waiting.size();
        while (target.depth() > 0 || three.isInterruptDeliverable(target)) {
            step(three, target);
            if (handlers == 1 && waiting.size() == 1) {
                assertEquals(1, three.core(1).outstandingAcknowledgements(), "its call came too late for this handler");
            }
        }
        assertEquals(0, three.core(0).outstandingAcknowledgements());
        assertEquals(0, three.core(1).outstandingAcknowledgements());
        assertEquals(tookBefore ? 2 : waiting.size(), waiting.size());
        for (int id = 0; id < 2; id++) {
            three.perform(three.core(id), three.next(three.core(id)));
            three.perform(three.core(id), three.next(three.core(id)));
            assertEquals(0, three.core(id).depth());
        }
    }

    private static void step(Machine of, Core who) {
        MicroOp next = of.next(who);
        while (next.drainsStores() && !storesOf(who)) {
            of.drain(who);
        }
        of.perform(who, next);
    }

    @Test
    void anIpiWithoutCallIsTakenAndNobodyAnswersIt() {
        machine.handle(LOW, logging("low", 0));
        text(TEXT, "90 90 90");
        machine.sendWithoutCall(machine.core(1), 0, LOW);
        assertTrue(machine.isPending(core, LOW));
        assertFalse(machine.isCalled(core));
        assertEquals(0, machine.core(1).outstandingAcknowledgements());
        machine.send(machine.core(1), 0, HIGH);
        assertTrue(machine.isCalled(core));
        assertEquals(1, machine.core(1).outstandingAcknowledgements());
    }
}
