package dev.pokesim.bpf.form;

import dev.pokesim.bpf.primitive.IrqWork;
import dev.pokesim.bpf.primitive.Kernel;
import dev.pokesim.emulator.machine.Routine;
import java.util.List;

/** One form of the protocol between the callers of a BPF timer and what fires it. A variant that must fail is a form, too. */
public interface AsyncForm {
    /** As options spell it. */
    String name();

    /** What it does, in one line. */
    String description();

    /** The interrupt that calls its irq_works. */
    default Routine irqWorkHandler(List<Routine> functions) {
        return IrqWork.handler(functions);
    }

    /** Its routines on one machine. */
    AsyncRoutines routines(Kernel kernel);
}
