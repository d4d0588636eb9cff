package dev.pokesim.emulator.microop;

import dev.pokesim.emulator.core.Core;

/** Goes on at an address that never changes, always or if a condition of the flags holds. */
public final class DirectJump extends Compute {
    private static final int ALWAYS = -1;
    /** Conditions 4 and 5 ask for ZF alone. */
    private static final int ZERO = 2;

    private final long target;
    private final int condition;
    private final String text;

    private DirectJump(long target, int condition, String text) {
        this.target = target;
        this.condition = condition;
        this.text = text;
    }

    /** One that jumps always. */
    public static DirectJump always(long target) {
        return new DirectJump(target, ALWAYS, "jump");
    }

    /**
     * One that jumps if a condition holds.
     *
     * @param condition as {@link dev.pokesim.emulator.core.Rflags#test} has it
     * @param name of the condition, for listings
     */
    public static DirectJump onCondition(long target, int condition, String name) {
        return new DirectJump(target, condition, "jump if " + name);
    }

    /** Where it goes on when it jumps. */
    public long target() {
        return target;
    }

    /** Whether it may also do nothing. */
    public boolean isConditional() {
        return condition != ALWAYS;
    }

    /** Whether it would jump now. */
    public boolean jumps(Core core) {
        if (condition >> 1 == ZERO) { // by far the most frequent: without looking the condition up
            return core.flags().zf() == ((condition & 1) == 0);
        }
        return condition == ALWAYS || core.flags().test(condition);
    }

    @Override
    public void execute(Core core) {
        if (jumps(core)) {
            core.setNextRip(target);
        }
    }

    @Override
    public Flow flow() {
        return Flow.JUMP;
    }

    @Override
    public String toString() {
        return text;
    }
}
