/**
 * The protocol of BPF timers in its forms, one class each, and variants that must fail. Not here: what the forms are tried with
 * ({@code scenario}). Start with {@link dev.pokesim.bpf.form.AsyncForm}.
 */
package dev.pokesim.bpf.form;
