package dev.pokesim.bpf.form;

import java.util.Map;

/** What operations return, negated as the kernel does. */
public final class Errno {
    public static final long EPERM = -1;
    public static final long ENOENT = -2;
    public static final long ENOMEM = -12;
    public static final long EBUSY = -16;
    public static final long EINVAL = -22;
    public static final long EDEADLK = -35;
    public static final long EOPNOTSUPP = -95;
    public static final long ECANCELED = -125;

    private static final Map<Long, String> NAMES = Map.of(
            EPERM, "-EPERM",
            ENOENT, "-ENOENT",
            ENOMEM, "-ENOMEM",
            EBUSY, "-EBUSY",
            EINVAL, "-EINVAL",
            EDEADLK, "-EDEADLK",
            EOPNOTSUPP, "-EOPNOTSUPP",
            ECANCELED, "-ECANCELED");

    private Errno() {}

    /** Its name, such as {@code -EBUSY}; the number where it has none here. */
    public static String name(long result) {
        return NAMES.getOrDefault(result, Long.toString(result));
    }
}
