package dev.pokesim.emulator.machine;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.StoreBuffer;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * Every order in which cores may do their micro-ops and store buffers may drain, depth first, each from the start. What only
 * one core can notice has no order: it happens at once.
 */
final class Interleavings {
    private final Machine machine;
    private final Runnable reset;
    private final Predicate<Core> isDone;

    /* The choices of the run in progress, and how many there were each time. */
    private final List<Integer> choices = new ArrayList<>();
    private final List<Integer> counts = new ArrayList<>();
    private int place;

    /**
     * @param reset brings the machine back to its start
     * @param isDone whether a core has reached the end of its program
     */
    Interleavings(Machine machine, Runnable reset, Predicate<Core> isDone) {
        this.machine = machine;
        this.reset = reset;
        this.isDone = isDone;
    }

    /** Runs all; {@code atEnd} is called after each. @return how many there are */
    int forEach(Runnable atEnd) {
        int runs = 0;
        do {
            reset.run();
            place = 0;
            run();
            atEnd.run();
            runs++;
        } while (advance());
        return runs;
    }

    /** On to the next sequence of choices: the last one that can be higher is. */
    private boolean advance() {
        for (int last = choices.size() - 1; last >= 0; last--) {
            int next = choices.remove(last) + 1;
            int count = counts.remove(last);
            if (next < count) {
                choices.add(next);
                counts.add(count);
                return true;
            }
        }
        return false;
    }

    private int choose(int count) {
        if (place == choices.size()) {
            choices.add(0);
            counts.add(count);
        }
        return choices.get(place++);
    }

    private void run() {
        List<Runnable> possible = new ArrayList<>();
        while (true) {
            possible.clear();
            for (int id = 0; id < machine.coreCount(); id++) {
                Core core = machine.core(id);
                doWhatNobodyElseNotices(core);
                StoreBuffer buffer = Objects.requireNonNull(core.storeBuffer());
                if (!buffer.isEmpty()) {
                    possible.add(() -> machine.drain(core));
                }
                if (!isDone.test(core)) {
                    MicroOp next = machine.next(core);
                    if (!next.drainsStores() || buffer.isEmpty()) {
                        possible.add(() -> machine.perform(core, next));
                    }
                }
            }
            if (possible.isEmpty()) {
                return;
            }
            possible.get(possible.size() == 1 ? 0 : choose(possible.size())).run();
        }
    }

    private void doWhatNobodyElseNotices(Core core) {
        while (!isDone.test(core)) {
            MicroOp next = machine.next(core);
            if (next.memory() != MicroOp.Memory.NONE || next.drainsStores()) {
                return;
            }
            machine.perform(core, next);
        }
    }
}
