package dev.pokesim.bpf.form;

/** What operations return, negated as the kernel does. */
public final class Errno {
    public static final long ENOENT = -2;
    public static final long ENOMEM = -12;
    public static final long EBUSY = -16;
    public static final long EINVAL = -22;
    public static final long EDEADLK = -35;
    public static final long EOPNOTSUPP = -95;
    public static final long ECANCELED = -125;

    private Errno() {}
}
