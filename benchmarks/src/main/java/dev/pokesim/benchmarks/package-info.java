/** What is measured: guest programs, and how JMH runs them. Whole runs are measured by {@code runs.sh}. Start with
 *  {@link GuestProgram}. */
@org.jspecify.annotations.NullMarked
package dev.pokesim.benchmarks;
