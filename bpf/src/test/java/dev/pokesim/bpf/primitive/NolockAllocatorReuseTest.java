package dev.pokesim.bpf.primitive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.bpf.primitive.NolockAllocator.Cache;
import dev.pokesim.emulator.coherence.MachineProfile;
import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.machine.Machine;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.patcher.kernel.KernelCosts;
import dev.pokesim.patcher.kernel.KernelLayout;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Memory that is handed out again, in a run with time. */
class NolockAllocatorReuseTest {
    private static final MachineProfile MILAN = KernelCosts.profileReader().read("milan");

    private final AddressSpace memory = new AddressSpace();
    private final Core core;
    private final Kernel kernel = new Kernel(new KernelListener() {}, count -> 0, false, new KernelTime() {
        @Override
        public PrimitiveCosts costs() {
            return PrimitiveCosts.of(MILAN);
        }

        @Override
        public void interruptAt(int cpu, long atPs) {}

        @Override
        public boolean allocationFails() {
            return false;
        }
    });
    private final Machine machine;

    NolockAllocatorReuseTest() {
        KernelMemory.mapForReuse(memory, 1);
        machine = new Machine(memory, 1, FetchMode.COHERENT, count -> 0);
        core = machine.core(0);
        KernelLayout.prepare(core);
    }

    private void perform(Routine.Builder b) {
        core.enterRoutine(b.ret().build());
        while (core.depth() > 0) {
            machine.perform(core, machine.next(core));
        }
    }

    private long allocate() {
        long[] result = new long[1];
        Routine.Builder b = Routine.named("allocate");
        int object = b.local();
        NolockAllocator.allocate(b, kernel, Cache.COMMAND, object);
        perform(b.compute("result", (on, local) -> result[0] = local[object]));
        return result[0];
    }

    private void free(long object) {
        Routine.Builder b = Routine.named("free");
        int pointer = b.local();
        b.compute("object", (on, local) -> local[pointer] = object);
        NolockAllocator.free(b, kernel, Cache.COMMAND, pointer);
        perform(b);
    }

    @Test
    void anObjectComesBackAtAnotherAddressAndTheOldOneStaysDead() {
        long first = allocate();
        assertFalse(NolockAllocator.isDead(memory, first));
        free(first);
        assertTrue(NolockAllocator.isDead(memory, first));
        long again = first;
        Set<Long> addresses = new HashSet<>(List.of(first));
        while (addresses.size() < 16) {
            do {
                again = allocate();
                free(again);
            } while (Cache.COMMAND.indexOf(again) != Cache.COMMAND.indexOf(first));
            assertTrue(addresses.add(again), () -> "the same address again: " + addresses.size());
        }
        long live = allocate();
        assertFalse(NolockAllocator.isDead(memory, live));
        assertTrue(NolockAllocator.isDead(memory, first));
    }

    @Test
    void whatComesBackIsPoisonedAndTheSameMemoryBehindAllItsAddresses() {
        long first = allocate();
        memory.write(first + 8, 8, 42, 0);
        free(first);
        long again;
        do {
            again = allocate();
        } while (Cache.COMMAND.indexOf(again) != Cache.COMMAND.indexOf(first));
        assertEquals(0x6b6b6b6b_00000000L, memory.read(again + 8, 8));
        memory.write(again + 8, 8, 43, 0);
        assertEquals(43, memory.read(first + 8, 8));
        assertTrue(NolockAllocator.isDead(memory, first));
        assertFalse(NolockAllocator.isDead(memory, again));
    }

    @Test
    void allocationsFailWhenAllObjectsAreInUse() {
        List<Long> all = new ArrayList<>();
        long object = allocate();
        while (object != 0) {
            all.add(object);
            object = allocate();
        }
        assertEquals(all.size(), Cache.COMMAND.liveCount(memory));
        assertEquals(all.size(), new HashSet<>(all).size());
        free(all.get(7));
        assertEquals(7, Cache.COMMAND.indexOf(allocate()));
    }
}
