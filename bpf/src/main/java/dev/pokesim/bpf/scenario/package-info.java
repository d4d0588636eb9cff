/** What the forms are tried with: which context does which operations on which core. */
package dev.pokesim.bpf.scenario;
