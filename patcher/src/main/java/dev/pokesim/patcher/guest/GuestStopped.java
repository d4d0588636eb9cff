package dev.pokesim.patcher.guest;

import org.jspecify.annotations.Nullable;

/** The guest kernel came to something that is neither emulated nor replaced. One line: function, caller, what. */
public final class GuestStopped extends RuntimeException {
    private static final long serialVersionUID = 1;

    GuestStopped(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
