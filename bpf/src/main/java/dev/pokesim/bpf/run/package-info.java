/** A form and a scenario on a machine. Start with {@link dev.pokesim.bpf.run.AsyncModel}. */
package dev.pokesim.bpf.run;
