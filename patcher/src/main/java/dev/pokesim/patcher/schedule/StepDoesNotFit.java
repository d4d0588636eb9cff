package dev.pokesim.patcher.schedule;

/** A step of a schedule is not possible where it stands. */
public final class StepDoesNotFit extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int index;

    /**
     * @param index of the step, from 0
     */
    StepDoesNotFit(int index, String message) {
        super(message);
        this.index = index;
    }

    /** Which step, from 0. */
    public int index() {
        return index;
    }
}
