package dev.pokesim.patcher.check;

import dev.pokesim.emulator.core.Core;
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
     * The property does not hold.
     *
     * @param what happened, with core, address and bytes
     */
    protected final void violated(Core core, String what) {
        report.accept(new Violation(getClass().getSimpleName(), property(), core.id(), core.timePs(), what));
    }
}
