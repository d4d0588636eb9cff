package dev.pokesim.bpf.form;

import dev.pokesim.emulator.machine.Routine;
import java.util.List;
import java.util.Map;

/**
 * The routines of a form on one machine.
 *
 * @param operations each takes the address of a slot (see {@link dev.pokesim.bpf.primitive.KernelMemory#slot}) and its argument, and
 *     returns 0 or an {@link Errno}
 * @param irqWorkFunctions by their numbers; each takes a control block
 * @param rcuFunctions by their numbers; each takes a control block
 * @param workFunctions of the form's own, numbered from {@link AsyncCb#DELETE_FUNCTION} on; each takes the address of a work
 */
public record AsyncRoutines(
        Map<Operation, Routine> operations,
        List<Routine> irqWorkFunctions,
        List<Routine> rcuFunctions,
        List<Routine> workFunctions) {
    public AsyncRoutines {
        operations = Map.copyOf(operations);
        irqWorkFunctions = List.copyOf(irqWorkFunctions);
        rcuFunctions = List.copyOf(rcuFunctions);
        workFunctions = List.copyOf(workFunctions);
    }

    /**
     * One of the operations.
     *
     * @throws IllegalArgumentException if the form has no such operation
     */
    public Routine operation(Operation operation) {
        Routine routine = operations.get(operation);
        if (routine == null) {
            throw new IllegalArgumentException("the form has no " + operation);
        }
        return routine;
    }
}
