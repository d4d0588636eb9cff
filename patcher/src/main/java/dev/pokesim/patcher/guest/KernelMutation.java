package dev.pokesim.patcher.guest;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a guest kernel is made to do wrong, through what is replaced in it anyway; its code stays as it is. Each shows what something
 * in text_poke_bp_batch() is for.
 *
 * @see "Linux arch/x86/kernel/alternative.c, text_poke_bp_batch(): its comment numbers the syncs"
 */
public sealed interface KernelMutation {
    /** How many syncs a batch has. */
    int SYNCS = 3;

    /** None: the kernel as it is. */
    KernelMutation NONE = new Unchanged();

    /** All of which there is a name, without {@link #NONE}. */
    static List<KernelMutation> all() {
        return List.of(new SkipSync(1), new SkipSync(2), new SkipSync(3), new SkipRefs(), new TailFirst());
    }

    /** The one of a name, {@link #NONE} included. */
    static Optional<KernelMutation> named(String word) {
        return Stream.concat(Stream.of(NONE), all().stream())
                .filter(one -> one.word().equals(word))
                .findFirst();
    }

    /** Its name. */
    String word();

    /** What it changes, as one statement. */
    String description();

    /** Whether a sync does nothing: the one behind the INT3s is 1, behind the tails 2, behind the first bytes 3. */
    default boolean leavesOutSync(int number) {
        return false;
    }

    /** Whether the patcher's store that publishes its reference count, 1, is left out. */
    default boolean leavesOutReference() {
        return false;
    }

    /** Whether a place's tail is written before its INT3. */
    default boolean writesTailFirst() {
        return false;
    }

    /** The kernel as it is. */
    record Unchanged() implements KernelMutation {
        @Override
        public String word() {
            return "none";
        }

        @Override
        public String description() {
            return "The kernel's own static_key_enable() or static_key_disable(), and its own poke_int3_handler().";
        }
    }

    /**
     * One text_poke_sync() of each batch returns without having asked anybody.
     *
     * @param number 1 to {@value #SYNCS}
     */
    record SkipSync(int number) implements KernelMutation {
        private static final List<String> BEHIND = List.of("the INT3s", "the tails", "the first bytes");

        @Override
        public String word() {
            return "skip-sync=" + number;
        }

        @Override
        public String description() {
            return "The kernel's own code, but the sync behind " + BEHIND.get(number - 1) + " does nothing.";
        }

        @Override
        public boolean leavesOutSync(int other) {
            return number == other;
        }
    }

    /** bp_desc.refs is not raised: who traps finds no array to look into. */
    record SkipRefs() implements KernelMutation {
        @Override
        public String word() {
            return "skip-refs";
        }

        @Override
        public String description() {
            return "The kernel's own code, but the patcher does not raise the reference count before it writes INT3s.";
        }

        @Override
        public boolean leavesOutReference() {
            return true;
        }
    }

    /** __text_poke() writes a place's new tail first whenever it is to write an INT3. */
    record TailFirst() implements KernelMutation {
        @Override
        public String word() {
            return "tail-first";
        }

        @Override
        public String description() {
            return "The kernel's own code, but the tail of each place is written before its INT3.";
        }

        @Override
        public boolean writesTailFirst() {
            return true;
        }
    }
}
