package dev.pokesim.emulator.microop;

import dev.pokesim.emulator.core.Core;

/** Lets time pass on this core; interrupts may suspend it. Nothing in an untimed machine. */
public final class Delay extends MicroOp {
    /** How long. */
    @FunctionalInterface
    public interface Duration {
        /** In picoseconds, not negative. */
        long ps(Core core);
    }

    private final String text;
    private final Duration duration;

    public Delay(String text, Duration duration) {
        this.text = text;
        this.duration = duration;
    }

    @Override
    public void execute(Core core) {
        core.setDelayPs(duration.ps(core));
    }

    @Override
    public String toString() {
        return text;
    }
}
