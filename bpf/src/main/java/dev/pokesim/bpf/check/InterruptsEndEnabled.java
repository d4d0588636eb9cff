package dev.pokesim.bpf.check;

import dev.pokesim.emulator.core.Core;

/** A task ends with interrupts on, as it began; else no timer or irq_work of its CPU would ever run again. */
public final class InterruptsEndEnabled extends AsyncOracle {
    @Override
    public String property() {
        return "interrupts are on when a task ends";
    }

    @Override
    public void ends(Core core) {
        if (!core.flags().interruptsEnabled()) {
            violated(core, "core " + core.id() + " ends its task with interrupts off: they stay off for ever");
        }
    }
}
