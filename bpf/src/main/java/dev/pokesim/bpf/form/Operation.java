package dev.pokesim.bpf.form;

import java.util.Locale;

/** What a program can do with a timer; the kernel's functions behind the helpers and kfuncs. */
public enum Operation {
    /** bpf_timer_init(), bpf_wq_init(); its argument is the number of an {@link AsyncCb.Kind}. */
    INIT,
    /** bpf_timer_set_callback(); its argument is the number of the program, from 1 on. */
    SET_CALLBACK,
    /** bpf_timer_start(); its argument is the time in nanoseconds. Of a work: bpf_wq_start(). */
    START,
    /** bpf_timer_cancel(): waits for the callback. */
    CANCEL,
    /** bpf_timer_cancel_async(). */
    CANCEL_ASYNC,
    /** bpf_timer_cancel_and_free(): the map value is deleted. */
    CANCEL_AND_FREE;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
