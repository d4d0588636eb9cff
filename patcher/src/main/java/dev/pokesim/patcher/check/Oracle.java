package dev.pokesim.patcher.check;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;
import dev.pokesim.patcher.kernel.PatchListener;
import java.util.function.Consumer;

/** A property of a run, watched while it goes on. The first violation ends the run. */
public abstract class Oracle implements PatchListener {
    private Consumer<Violation> report = violation -> {};

    /** The property, as one short statement. */
    public abstract String property();

    /** Where violations go. */
    public final void reportTo(Consumer<Violation> receiver) {
        report = receiver;
    }

    /**
     * Appends what it remembers, for an exploration that goes back and forth between states: what cannot make a difference any
     * more is left out. The order of the bytes follows from that alone.
     */
    public void save(StateWriter out) {}

    /** Takes back what {@link #save} wrote. */
    public void restore(StateReader in) {}

    /**
     * The property does not hold.
     *
     * @param what happened, with core, address and bytes
     */
    protected final void violated(Core core, String what) {
        report.accept(new Violation(getClass().getSimpleName(), property(), core.id(), core.timePs(), what));
    }
}
