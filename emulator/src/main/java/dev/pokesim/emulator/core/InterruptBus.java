package dev.pokesim.emulator.core;

/** Carries interrupts from core to core, most of them for calls: such a handler works off a queue and answers each sender. */
public interface InterruptBus {
    /** {@code from} queues a call for {@code target}, owes itself one answer more, and sends the IPI. */
    void send(Core from, int target, int vector);

    /** {@code from} sends an IPI for which there is no call: nobody waits for an answer. */
    void sendWithoutCall(Core from, int target, int vector);

    /** The handler on {@code by} takes the calls that are queued now; later ones wait for the next IPI. */
    void takeCalls(Core by);

    /** The handler on {@code by} has done the calls it took: their senders have their answers. */
    void answerCalls(Core by);
}
