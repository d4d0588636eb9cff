package dev.pokesim.cli.console;

/** Progress where there is no terminal to draw on: notes only. */
final class NoteProgress implements ProgressReporter {
    private final Console console;

    NoteProgress(Console console) {
        this.console = console;
    }

    @Override
    public void start(String what, long total) {}

    @Override
    public void step(long done) {}

    @Override
    public void note(String line) {
        console.errorLine(line);
    }

    @Override
    public void done() {}
}
