package dev.pokesim.emulator.coherence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.core.SeededRandom;
import dev.pokesim.emulator.machine.GuestCrash;
import dev.pokesim.emulator.machine.Machine;
import dev.pokesim.emulator.machine.MachineObserver;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.memory.Access;
import dev.pokesim.emulator.memory.AddressSpace;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each step costs, in the default profile at its full size: core 0 has a sibling 240, 1 in its cluster, 8, and 120 far away. */
class TimedMachineTest {
    private static final long DATA = 0xffff888000000000L;
    private static final long OTHER = DATA + 4096;
    private static final long TEXT = 0xffffffff81000000L;
    private static final int IPI = 0xf0;
    private static final int CORES = 480;

    private final MachineProfile milan = new MachineProfileReader().read("milan");
    private final AddressSpace memory = new AddressSpace();
    private final Machine machine = new Machine(memory, CORES, FetchMode.COHERENT, new SeededRandom(1));
    private final TimedMachine timed = new TimedMachine(machine, milan, new Contention(1, 0), new SeededRandom(1));
    private final Map<String, Long> notes = new LinkedHashMap<>();

    TimedMachineTest() {
        memory.map(DATA, 8192, Access.READ, Access.WRITE);
        memory.map(DATA + 8192, 4096L * CORES, Access.READ, Access.WRITE); // stacks
        memory.map(TEXT, 4096, Access.READ, Access.EXECUTE);
        for (int id = 0; id < CORES; id++) {
            machine.core(id).setRegister(Core.RSP, DATA + 8192 + 4096L * id + 2048);
            machine.core(id).flags().setValue(Routine.FLAGS_INTERRUPTS_ON);
            timed.warm(id, DATA + 8192 + 4096L * id, 4096);
        }
    }

    /** Notes the core's time in nanoseconds. */
    private Routine.Builder note(Routine.Builder b, String name) {
        return b.compute("note " + name, (core, local) -> notes.put(name, core.timePs() / 1000));
    }

    /** Ends by waiting for nothing for ever. */
    private void start(int core, long atNs, Routine.Builder b) {
        machine.core(core)
                .enterRoutine(b.label("end")
                        .delay("end", c -> 1_000_000_000_000L)
                        .jump("end")
                        .build());
        timed.start(core, atNs * 1000);
    }

    private void runNs(long ns) {
        timed.alarmAt(ns * 1000, timed::stop);
        assertTrue(timed.run());
    }

    private long at(String note) {
        return Objects.requireNonNull(notes.get(note), () -> note + " did not happen; " + notes);
    }

    private static Routine.Builder load(Routine.Builder b, long address) {
        return b.load("load", 5, core -> address, 8, 5_000);
    }

    private static Routine.Builder lock(Routine.Builder b, long address) {
        return b.fetchAndAdd("add", core -> address, 8, 1, 5);
    }

    private static Routine.Builder store(Routine.Builder b, long address) {
        return b.storeConstant("store", core -> address, 8, 1);
    }

    // ---- the timer of a core

    @Test
    void aNewDeadlineReplacesTheOldOneOfItsCoreOnly() {
        for (int core = 0; core < 2; core++) {
            String name = "core " + core;
            start(core, 0, Routine.named("waits"));
            timed.setDeadline(core, IPI, 300_000);
            notes.put(name, 0L);
        }
        Routine.Builder handler = Routine.named("handler");
        handler.interruptEntry(0, 0);
        handler.compute(
                "count", (core, local) -> notes.merge("core " + core.id(), 1000 + core.timePs() / 1000, Long::sum));
        machine.handle(IPI, handler.interruptReturn(0).build());
        timed.setDeadline(1, IPI, 500_000);
        timed.setDeadline(1, IPI, 200_000);
        runNs(1000);
        int frame = 5; // pushes of 1 ns each
        assertEquals(1000 + 300 + frame, at("core 0")); // once, when it was due
        assertEquals(1000 + 200 + frame, at("core 1"));
    }

    // ---- lines

    @Test
    void aHitCostsWhatTheProfileSays() {
        timed.warm(0, DATA, 64);
        Routine.Builder b = Routine.named("hits");
        note(load(b, DATA), "load");
        note(lock(b, DATA), "lock");
        note(store(b, DATA), "store");
        note(b.serialise(), "serialise");
        note(b.compute("work", 77_000, (c, l) -> {}), "work");
        start(0, 0, b);
        runNs(1000);
        assertEquals(5, at("load"));
        assertEquals(5 + 8, at("lock"));
        assertEquals(5 + 8 + 1, at("store"));
        assertEquals(5 + 8 + 1 + 40, at("serialise"));
        assertEquals(5 + 8 + 1 + 40 + 77, at("work"));
        assertEquals(0, timed.transfers(DATA));
        assertEquals(1, timed.updates());
    }

    @ParameterizedTest
    @CsvSource({"240, 10", "1, 23", "8, 107", "120, 197", "-1, 100"})
    void aMissCostsTheTransferByDistance(int owner, long transferNs) {
        if (owner >= 0) {
            timed.warm(owner, DATA, 64);
            timed.warm(owner, OTHER, 64);
        }
        Routine.Builder b = Routine.named("misses");
        note(load(b, DATA), "load");
        note(load(b, DATA + 8), "again");
        note(lock(b, OTHER), "lock");
        note(lock(b, OTHER), "lock again");
        start(0, 50, b);
        runNs(2000);
        assertEquals(50 + transferNs + 5, at("load"));
        assertEquals(at("load") + 5, at("again"));
        assertEquals(at("again") + transferNs + 8, at("lock"));
        assertEquals(at("lock") + 8, at("lock again"));
        assertEquals(1, timed.transfers(DATA));
        assertEquals(1, timed.transfers(OTHER));
    }

    @Test
    void readsOfASharedCopyFollowEachOtherAtTheHomesPace() {
        timed.warm(0, DATA, 64);
        Routine.Builder first = Routine.named("first reader");
        start(8, 0, load(first, DATA));
        for (int i = 0; i < 5; i++) {
            Routine.Builder b = Routine.named("reader");
            start(16 + i, 1000, note(load(b, DATA), "read " + i)); // all one socket away from 8
        }
        runNs(3000);
        for (int i = 0; i < 5; i++) {
            assertEquals(1000 + 15 * i + 107 + 5, at("read " + i));
        }
        assertEquals(6, timed.transfers(DATA));
    }

    @Test
    void theSecondReaderOfADirtyLineWaitsForTheFirst() {
        timed.warm(0, DATA, 64);
        start(8, 0, note(load(Routine.named("a"), DATA), "a"));
        start(16, 1, note(load(Routine.named("b"), DATA), "b"));
        runNs(2000);
        assertEquals(107 + 5, at("a"));
        assertEquals(107 + 5 + 107 + 5, at("b")); // from 8, after it has read
    }

    @Test
    void aWriterWaitsUntilTheReadsBeforeItHaveArrived() {
        timed.warm(0, DATA, 64);
        start(8, 0, load(Routine.named("first"), DATA));
        for (int i = 0; i < 3; i++) {
            start(16 + i, 1000, note(load(Routine.named("reader"), DATA), "read " + i));
        }
        start(24, 1001, note(lock(Routine.named("writer"), DATA), "write"));
        start(32, 1002, note(load(Routine.named("late"), DATA), "late"));
        runNs(4000);
        assertEquals(1000 + 30 + 107 + 5, at("read 2"));
        assertEquals(1000 + 30 + 107 + 107 + 8, at("write"));
        assertEquals(at("write") + 107 + 5, at("late"));
    }

    @Test
    void writersAreServedInOrderOfArrivalAndEachHoldsTheLineForItsOperation() {
        timed.warm(0, DATA, 64);
        int[] order = {40, 8, 24, 16, 32};
        for (int i = 0; i < order.length; i++) {
            start(order[i], i, note(lock(Routine.named("writer"), DATA), "writer " + i));
        }
        runNs(4000);
        for (int i = 0; i < order.length; i++) {
            assertEquals((107 + 8) * (i + 1L), at("writer " + i));
        }
        assertEquals(order.length, memory.read(DATA, 8));
    }

    // ---- stores

    @Test
    void storesReachMemoryInOrderAndTheCoreDoesNotWait() {
        timed.warm(120, DATA, 64);
        timed.warm(0, OTHER, 64);
        List<String> written = new ArrayList<>();
        machine.observe(new MachineObserver() {
            @Override
            public void written(Core core, long address, int sizeBytes) {
                written.add((address == DATA ? "far" : "near") + " " + timed.nowPs() / 1000);
            }
        });
        Routine.Builder b = Routine.named("stores");
        store(b, DATA);
        note(store(b, OTHER), "stored");
        start(0, 0, b);
        runNs(1000);
        assertEquals(2, at("stored"));
        assertEquals(List.of("far 197", "near 197"), written);
    }

    @Test
    void aLoadIsServedFromTheOwnStoreBuffer() {
        timed.warm(120, DATA, 64);
        Routine.Builder b = Routine.named("forwarding");
        store(b, DATA);
        note(load(b, DATA), "own");
        note(load(b, DATA + 8), "beside");
        start(0, 0, b);
        runNs(2000);
        assertEquals(1 + 5, at("own"));
        assertTrue(at("beside") >= 197, "the bytes beside are still away");
    }

    @Test
    void aLockedOperationAFenceAndASerialisationWaitForTheStores() {
        for (String what : List.of("lock", "fence", "serialise")) {
            notes.clear();
            timed.warm(120, DATA, 64);
            timed.warm(0, OTHER, 64);
            long begin = timed.nowPs() / 1000;
            Routine.Builder b = Routine.named(what);
            store(b, DATA);
            switch (what) {
                case "lock" -> lock(b, OTHER);
                case "fence" -> b.fence();
                default -> b.serialise();
            }
            start(0, begin, note(b, what));
            runNs(begin + 1000);
            long cost = what.equals("lock") ? 8 : what.equals("fence") ? 0 : 40;
            assertEquals(197 + cost, at(what) - begin, what);
        }
    }

    @Test
    void aFullStoreBufferStalls() {
        timed.warm(120, DATA, 64);
        Routine.Builder b = Routine.named("many stores");
        for (int i = 1; i <= 60; i++) {
            note(store(b, DATA), "store " + i);
        }
        start(0, 0, b);
        runNs(2000);
        assertEquals(55, at("store 55"));
        assertEquals(197 + 1, at("store 56"));
        assertEquals(197 + 5, at("store 60"));
    }

    // ---- interrupts

    private void handleIpi(long workPs) {
        Routine.Builder b = Routine.named("ipi");
        b.interruptEntry(0, 0).compute("take", (c, l) -> {
            notes.put("handler", c.timePs() / 1000);
            c.bus().takeCalls(c);
        });
        b.compute("work", workPs, (c, l) -> {})
                .compute("answer", (c, l) -> c.bus().answerCalls(c))
                .interruptReturn(0);
        machine.handle(IPI, b.build());
    }

    @ParameterizedTest
    @CsvSource({"8, 139", "120, 256"})
    void anIpiCostsItsSenderTheEnqueueAndArrivesAfterTheDelivery(int target, long enqueueNs) {
        handleIpi(600_000);
        Routine.Builder b = Routine.named("sender");
        note(b.sendIpi(IPI, (c, l) -> target), "sent");
        note(b.awaitAnswers(), "answered");
        start(0, 0, b);
        start(target, 0, Routine.named("idle"));
        runNs(10_000);
        assertEquals(enqueueNs, at("sent"));
        long entered = at("handler") - (enqueueNs + 1000);
        assertEquals(5, entered, "the handler's frame is five stores");
        assertEquals(at("handler") + 600, at("answered"));
    }

    @Test
    void aDelayThatAnIpiInterruptsGoesOnWithTheRest() {
        handleIpi(600_000);
        start(0, 0, Routine.named("sender").sendIpi(IPI, (c, l) -> 8));
        start(8, 0, note(Routine.named("sleeper").delay("sleep", c -> 10_000_000), "awake"));
        start(16, 0, note(Routine.named("other").delay("sleep", c -> 10_000_000), "other"));
        runNs(30_000);
        assertEquals(1139 + 5, at("handler"));
        assertEquals(10_000, at("other"));
        assertEquals(10_000 + 5 + 600, at("awake"));
    }

    @Test
    void anIpiWaitsForADelayWithInterruptsOff() {
        handleIpi(0);
        start(0, 0, Routine.named("sender").sendIpi(IPI, (c, l) -> 8));
        Routine.Builder b = Routine.named("cli").setInterruptsEnabled(false).delay("sleep", c -> 10_000_000);
        note(b, "awake");
        start(8, 0, b.setInterruptsEnabled(true));
        runNs(30_000);
        assertEquals(10_000, at("awake"));
        assertEquals(10_000 + 5, at("handler"));
    }

    @Test
    void haltSleepsUntilAnInterruptIsDue() {
        memory.load(TEXT, HexFormat.of().parseHex("fafbf490ebfe")); // cli; sti; hlt; nop; jmp $
        handleIpi(0);
        machine.core(0).setRip(TEXT);
        timed.start(0, 0);
        timed.raiseAt(0, IPI, 5_000_000);
        runNs(4_999);
        assertEquals(TEXT + 3, machine.core(0).rip());
        assertEquals(3, machine.core(0).retired());
        runNs(6_000);
        assertEquals(5_005, at("handler"));
        assertEquals(TEXT + 4, machine.core(0).rip());
    }

    @Test
    void anInterruptThatWaitsInTheShadowOfStiWakesTheHaltBehindIt() {
        memory.load(TEXT, HexFormat.of().parseHex("fafbf490ebfe"));
        handleIpi(0);
        machine.core(0).flags().setInterruptsEnabled(false);
        machine.core(0).setRip(TEXT);
        timed.start(0, 1000);
        timed.raiseAt(0, IPI, 0);
        runNs(2_000);
        assertEquals(TEXT + 4, machine.core(0).rip());
        assertTrue(notes.containsKey("handler"));
    }

    // ---- ends

    @Test
    void aWaitThatNothingCanEndIsADeadlock() {
        machine.core(0)
                .enterRoutine(Routine.named("sender")
                        .sendIpi(IPI, (c, l) -> 8)
                        .awaitAnswers()
                        .ret()
                        .build());
        timed.start(0, 0); // core 8 is off: nobody answers
        assertFalse(timed.run());
        assertEquals(1, machine.core(0).outstandingAcknowledgements());
    }

    @Test
    void aStopIsNoDeadlockAndTheRunGoesOnWhereItWas() {
        Routine.Builder b = Routine.named("stopping");
        b.compute("stop", 10_000, (c, l) -> timed.stop());
        start(0, 0, note(b, "after"));
        assertTrue(timed.run());
        assertFalse(notes.containsKey("after"));
        runNs(100);
        assertEquals(10, at("after"));
    }

    @ParameterizedTest
    @CsvSource({"8b 06, load", "89 06, store", "ff 06, store", "f0 ff 06, store"})
    void aPageWithoutPermissionIsAPageFault(String hex, String access) {
        long forbidden = 0x5000;
        if (access.equals("load")) {
            memory.map(forbidden, 4096, Access.EXECUTE);
        } else {
            memory.map(forbidden, 4096, Access.READ);
        }
        memory.load(TEXT, HexFormat.of().parseHex(hex.replace(" ", "")));
        machine.core(0).setRip(TEXT);
        machine.core(0).setRegister(Core.RSI, forbidden);
        timed.start(0, 0);
        GuestCrash crash = assertThrows(GuestCrash.class, timed::run);
        assertTrue(crash.toString().contains("#PF"), crash.toString());
        assertTrue(crash.toString().contains("does not allow a " + access), crash.toString());
    }

    @Test
    void aPageThatMayOnlyBeWrittenTakesStores() {
        memory.map(0x5000, 4096, Access.WRITE);
        start(0, 0, note(store(Routine.named("store"), 0x5000).fence(), "stored"));
        runNs(1000);
        assertTrue(notes.containsKey("stored"));
    }
}
