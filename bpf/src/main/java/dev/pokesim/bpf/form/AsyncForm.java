package dev.pokesim.bpf.form;

import dev.pokesim.bpf.primitive.IrqWork;
import dev.pokesim.bpf.primitive.Kernel;
import dev.pokesim.emulator.machine.Routine;
import java.util.List;
import java.util.Set;

/** One form of the protocol between the callers of a BPF timer and what fires it. A variant that must fail is a form, too. */
public interface AsyncForm {
    /** As options spell it. */
    String name();

    /** What it does, in one line. */
    String description();

    /** Properties that it does not promise, by the names of their classes in {@code check}: they are not watched. */
    default Set<String> notPromised() {
        return Set.of();
    }

    /** The interrupt that calls its irq_works. */
    default Routine irqWorkHandler(Kernel kernel, List<Routine> functions) {
        return IrqWork.handler(kernel, functions);
    }

    /** Its routines on one machine. */
    AsyncRoutines routines(Kernel kernel);
}
