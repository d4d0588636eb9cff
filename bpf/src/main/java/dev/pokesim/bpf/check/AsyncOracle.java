package dev.pokesim.bpf.check;

import dev.pokesim.bpf.primitive.KernelListener;
import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;
import dev.pokesim.patcher.check.Violation;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A property of a run, watched while it goes on. The first violation ends the run. */
public abstract class AsyncOracle implements KernelListener {
    private Consumer<Violation> report = violation -> {};

    /** The property, as one short statement. */
    public abstract String property();

    /** Where violations go. */
    public final void reportTo(Consumer<Violation> receiver) {
        report = receiver;
    }

    /**
     * Asked where nothing can happen any more and all is as it should be so far.
     *
     * @param slots how many map values there are
     * @return what is missing, in one line; null if nothing is
     */
    public @Nullable String atEnd(AddressSpace memory, int slots) {
        return null;
    }

    /** Appends what it remembers, for an exploration that goes back and forth between states. */
    public void save(StateWriter out) {}

    /** Takes back what {@link #save} wrote. */
    public void restore(StateReader in) {}

    /**
     * The property does not hold.
     *
     * @param what happened
     */
    protected final void violated(Core core, String what) {
        report.accept(new Violation(getClass().getSimpleName(), property(), core.id(), core.timePs(), what));
    }
}
