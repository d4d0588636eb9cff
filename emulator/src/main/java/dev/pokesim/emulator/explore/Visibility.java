package dev.pokesim.emulator.explore;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.StoreBuffer;
import dev.pokesim.emulator.memory.Access;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.memory.Frame;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.emulator.microop.Await;
import dev.pokesim.emulator.microop.Compute;
import dev.pokesim.emulator.microop.Delay;
import dev.pokesim.emulator.microop.EnterGuest;
import dev.pokesim.emulator.microop.Fence;
import dev.pokesim.emulator.microop.Fetch;
import dev.pokesim.emulator.microop.InterruptReturn;
import dev.pokesim.emulator.microop.MicroOp;
import dev.pokesim.emulator.microop.SendIpi;
import dev.pokesim.emulator.microop.Serialise;
import dev.pokesim.emulator.microop.Store;
import dev.pokesim.emulator.microop.Trap;
import java.util.Objects;

/** What of a core's steps other cores and interrupts can notice. */
final class Visibility {
    private final Model model;
    private final AddressSpace memory;

    Visibility(Model model, AddressSpace memory) {
        this.model = model;
        this.memory = memory;
    }

    /** A store that crosses a line takes two places. */
    static boolean hasRoom(StoreBuffer stores) {
        return stores.count() + 2 <= StoreBuffer.CAPACITY;
    }

    private static StoreBuffer storesOf(Core core) {
        return Objects.requireNonNull(core.storeBuffer());
    }

    /**
     * Whether a core's next step may as well be done together with the one before.
     *
     * @param mayInterrupt whether an interrupt may come before it
     */
    boolean isUnnoticed(Core core, MicroOp next, boolean mayInterrupt) {
        if (next instanceof Compute compute && compute.scope() == Compute.Scope.VARIABLES && !core.isInGuest()
                || next instanceof Delay
                || next instanceof Fence && storesOf(core).isEmpty()
                || next instanceof Await.Acknowledgements answers && answers.holds(core)) {
            return true;
        }
        if (mayInterrupt) {
            return false;
        }
        if (next instanceof Compute compute) {
            return compute.scope() != Compute.Scope.MACHINE;
        }
        if (next instanceof Store) {
            return hasRoom(storesOf(core));
        }
        if (next instanceof Await await) {
            return await.memory() == MicroOp.Memory.LOAD && isOnlyWriter(core, next) && await.holds(core);
        }
        return switch (next.memory()) {
            case LOAD -> isOnlyWriter(core, next);
            case UPDATE -> storesOf(core).isEmpty() && isOwn(core, next.address(core), next.sizeBytes());
            default ->
                next instanceof Trap
                        || next instanceof EnterGuest
                        || next == Fetch.FETCH && isTextFixed(core) && !model.isObserved(core, core.rip());
        };
    }

    /** Whether only this core touches it, and through one address: its own loads see a store whether it has drained or not. */
    boolean isOwn(Core core, long address, int sizeBytes) {
        return model.owner(address) == core.id()
                && model.owner(address + sizeBytes - 1) == core.id()
                && !isAliased(address)
                && !isAliased(address + sizeBytes - 1);
    }

    private boolean isAliased(long address) {
        return !memory.allows(address, Access.READ)
                || memory.frameForLoad(address).isAliased();
    }

    /** Whether only this core writes what it loads, and whatever is in its store buffer makes no difference. */
    private boolean isOnlyWriter(Core core, MicroOp load) {
        long address = load.address(core);
        long last = address + load.sizeBytes() - 1;
        return model.writer(address) == core.id()
                && model.writer(last) == core.id()
                && (storesOf(core).isEmpty() || !isAliased(address) && !isAliased(last));
    }

    /** Whether nothing can write the text at RIP. */
    private boolean isTextFixed(Core core) {
        return isFixed(core.rip()) && isFixed(core.rip() + InstructionBytes.MAX_SIZE_BYTES - 1);
    }

    private boolean isFixed(long address) {
        return !memory.allows(address, Access.EXECUTE)
                || !memory.frameForFetch(address).isWritable();
    }

    /** What a core's next step would touch. */
    Effect effectOfStep(Core core, MicroOp next) {
        if (next instanceof Compute compute && compute.scope() == Compute.Scope.MACHINE) {
            return Effect.everything(core.id());
        }
        if (next instanceof SendIpi ipi) {
            return Effect.ipi(core.id(), ipi.target(core));
        }
        if (next instanceof Serialise || next instanceof InterruptReturn || next == Fetch.FETCH && !isTextFixed(core)) {
            return Effect.text(core.id());
        }
        return switch (next.memory()) {
            case LOAD -> effectOfAccess(core, next.address(core), next.sizeBytes(), false);
            case UPDATE -> effectOfAccess(core, next.address(core), next.sizeBytes(), true);
            case NONE, STORE -> Effect.own(core.id());
        };
    }

    /** What an access to memory would touch. */
    Effect effectOfAccess(Core core, long address, int sizeBytes, boolean writes) {
        if (!memory.allows(address, writes ? Access.WRITE : Access.READ)) {
            return Effect.own(core.id()); // a fault
        }
        Frame frame = writes ? memory.frameForStore(address) : memory.frameForLoad(address);
        int offset = (int) address & Frame.SIZE_BYTES - 1;
        return offset + sizeBytes > Frame.SIZE_BYTES
                ? Effect.everything(core.id())
                : Effect.access(
                        core.id(),
                        (long) frame.number() * Frame.SIZE_BYTES + offset,
                        sizeBytes,
                        writes,
                        frame.holdsText());
    }
}
