package dev.pokesim.patcher.site;

/**
 * An input file that cannot be used. The message is one line for the user, {@code FILE: what is wrong; what to do}; it
 * is never a bug of poke-sim.
 */
public final class InvalidInput extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * @param file the input as the user named it
     * @param what what is wrong, and where in the file
     * @param whatToDo the user's next step
     */
    public InvalidInput(String file, String what, String whatToDo) {
        super(file + ": " + what + "; " + whatToDo);
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage()); // never null: the constructor sets it
    }
}
