package dev.pokesim.cli.step;

/** Which way through a run. */
enum Way {
    FORWARDS,
    BACKWARDS
}
