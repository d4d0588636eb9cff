package dev.pokesim.bpf.form;

import dev.pokesim.bpf.primitive.Kernel;

/** One form of the protocol between the callers of a BPF timer and what fires it. A variant that must fail is a form, too. */
public interface AsyncForm {
    /** As options spell it. */
    String name();

    /** What it does, in one line. */
    String description();

    /** Its routines on one machine. */
    AsyncRoutines routines(Kernel kernel);
}
