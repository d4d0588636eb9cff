package dev.pokesim.bpf.form;

/** {@link CommandListAsync} that tests with IS_ERR() what returns NULL, as an example in the documentation did. */
public final class BrokenErrorPointerExpected extends CommandListAsync {
    @Override
    public String name() {
        return "broken-error-pointer-expected";
    }

    @Override
    public String description() {
        return "merged, but failed allocations are expected as error pointers, and are NULL";
    }

    @Override
    protected boolean isMissing(long command) {
        return Long.compareUnsigned(command, -4095) >= 0;
    }
}
