/**
 * The kernel primitives that the timers rest on, as steps of routines at the granularity of memory accesses: reference counts,
 * lock-free lists, irq_work, hrtimers, grace periods, the allocator that takes no locks. Not here: timers of BPF programs. Start
 * with {@link dev.pokesim.bpf.primitive.Kernel}.
 */
package dev.pokesim.bpf.primitive;
