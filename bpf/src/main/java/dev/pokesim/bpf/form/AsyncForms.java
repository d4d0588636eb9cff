package dev.pokesim.bpf.form;

import java.util.List;

/** The forms that there are. */
public final class AsyncForms {
    /** All, those that must fail behind the form that they were made from. */
    public static final List<AsyncForm> ALL = List.of(
            new CommandListAsync(), new BrokenNoCommandReference(), new BrokenNoSecondCancel(), new LatchAsync());

    private AsyncForms() {}
}
