package dev.pokesim.patcher.kernel;

import java.util.List;

/**
 * What an INT3 handler does.
 *
 * @param steps from the trap to the IRET, the last one {@link HandlerStep#RETURN}
 * @param response what {@link HandlerStep#ACT} makes of a site that was found
 * @param target where {@link Response#JUMP} goes on; 0 for other responses
 * @param interruptible whether interrupts are on in it: a trap gate instead of an interrupt gate
 */
public record TrapHandler(List<HandlerStep> steps, Response response, long target, boolean interruptible) {
    /** The most steps that a handler may have. */
    public static final int MAX_STEPS = 14;

    /** poke_int3_handler() since 2022. */
    public static final TrapHandler KERNEL = new TrapHandler(
            List.of(
                    HandlerStep.TAKE_REF,
                    HandlerStep.FIND_ENTRY,
                    HandlerStep.ACT,
                    HandlerStep.DROP_REF,
                    HandlerStep.RETURN),
            Response.EMULATE_NEW,
            0,
            false);

    public TrapHandler {
        steps = List.copyOf(steps);
        if (steps.isEmpty() || steps.size() > MAX_STEPS || steps.get(steps.size() - 1) != HandlerStep.RETURN) {
            throw new IllegalArgumentException("a handler has 1 to " + MAX_STEPS + " steps, the last one an IRET");
        }
        if (response != Response.JUMP && target != 0) {
            throw new IllegalArgumentException("only a handler that jumps has a target");
        }
    }

    /** One that does not jump. */
    public TrapHandler(List<HandlerStep> steps, Response response, boolean interruptible) {
        this(steps, response, 0, interruptible);
    }

    /** Whether a site is executed again, whatever stands there by then. */
    public boolean retries() {
        return response == Response.REWIND || response == Response.SPIN;
    }

    /** What a core does instead of the INT3. */
    public enum Response {
        /** It acts as the new instruction. */
        EMULATE_NEW("emulate-new"),
        /** It acts as the old one. */
        EMULATE_OLD("emulate-old"),
        /** It goes on behind the site. */
        SKIP("skip"),
        /** It goes on at {@link TrapHandler#target}: 2013's text_poke_bp(), djprobe's detour. */
        JUMP("jump"),
        /** It waits until no INT3 stands there any more, goes back to the site and tries again. */
        SPIN("spin"),
        /** It goes back to the site and tries again, whoever the INT3 belongs to: what is there by then decides. */
        REWIND("rewind");

        private final String optionName;

        Response(String optionName) {
            this.optionName = optionName;
        }

        /** As scenarios write it. */
        public String optionName() {
            return optionName;
        }
    }
}
