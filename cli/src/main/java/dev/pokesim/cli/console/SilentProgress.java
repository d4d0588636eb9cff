package dev.pokesim.cli.console;

/** Progress of which nobody wants to hear. */
final class SilentProgress implements ProgressReporter {
    @Override
    public void start(String what, long total) {}

    @Override
    public void step(long done) {}

    @Override
    public void detail(String figures) {}

    @Override
    public void note(String line) {}

    @Override
    public void done() {}
}
