package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.AddressOf;
import dev.pokesim.emulator.microop.Compute;
import dev.pokesim.emulator.microop.Load;
import dev.pokesim.emulator.microop.MicroOp;
import dev.pokesim.emulator.microop.Store;

/** Pushes and pops: one access and one step of RSP, in the order that leaves the core unchanged if the access faults. */
final class Stack {
    private static final int RSP = Core.RSP;

    private Stack() {}

    /** Address of the word that a push of {@code sizeBytes} writes. */
    static AddressOf below(int sizeBytes) {
        return core -> core.register(RSP) - sizeBytes;
    }

    /** Address of the top of the stack. */
    static AddressOf top() {
        return core -> core.register(RSP);
    }

    /** Stores a source below RSP and moves RSP there. */
    static Steps push(Steps steps, Steps.Source source, int sizeBytes) {
        MicroOp store = source.isConstant()
                ? Store.constant(below(sizeBytes), sizeBytes, source.constant())
                : Store.of(below(sizeBytes), sizeBytes, source.slot(), source.shift());
        return steps.then(store).then(move(-sizeBytes));
    }

    /** Loads the top of the stack into a slot and moves RSP up. */
    static Steps pop(Steps steps, int slot, int sizeBytes) {
        return steps.then(Load.of(slot, top(), sizeBytes)).then(move(sizeBytes));
    }

    /** Adds to RSP. */
    static Compute move(long bytes) {
        return new Compute() {
            @Override
            public void execute(Core core) {
                core.setRegister(RSP, core.register(RSP) + bytes);
            }

            @Override
            public Flow flow() {
                return Flow.STRAIGHT;
            }

            @Override
            public String toString() {
                return "move rsp";
            }
        };
    }
}
