package dev.pokesim.emulator.core;

/** Carries interrupts from core to core. */
public interface InterruptBus {
    /** An IPI with {@code vector} leaves {@code from} for core {@code target}; {@code from} owes itself one answer more. */
    void send(Core from, int target, int vector);

    /** The handler of an IPI on {@code by} has done its work: tells the sender. */
    void acknowledge(Core by, int vector);
}
