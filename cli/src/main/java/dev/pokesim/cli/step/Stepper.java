package dev.pokesim.cli.step;

import dev.pokesim.cli.console.UserError;
import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.trace.TraceEvent;
import dev.pokesim.emulator.travel.Step;
import dev.pokesim.emulator.travel.Timeline;
import dev.pokesim.patcher.kernel.KernelLayout;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import dev.pokesim.patcher.travel.PatchTimeline;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Where somebody is in a run and what he looks at; every key leads to one of its actions. */
public final class Stepper {
    /** How many micro-ops the larger moves have. */
    static final int JUMP = 100;

    private final String name;
    private final PatchTimeline run;
    private final Timeline timeline;
    private Glance before;
    private BooleanSupplier stop = () -> false;
    private int core;
    private boolean following = true;
    private int place;
    private int helpPage;
    private final History history;
    private boolean over;
    private String message = "";
    private @Nullable Condition lastWanted;

    /**
     * @param file that the run is in, or its token
     */
    public Stepper(String file, PatchTimeline run) {
        name = file.replaceFirst(".*/", "");
        this.run = run;
        timeline = run.timeline();
        before = new Glance(timeline.machine());
        history = new History(timeline);
        look();
    }

    // ---- what a view shows

    /** What the file is called, without its folder. */
    String name() {
        return name;
    }

    PatchTimeline run() {
        return run;
    }

    /** The registers before the last move. */
    Glance before() {
        return before;
    }

    /** The core that is looked at. */
    Core core() {
        return timeline.machine().core(core);
    }

    /** Whether it is always the one that acted last. */
    boolean isFollowing() {
        return following;
    }

    /** Index of the place that is looked at. */
    int place() {
        return place;
    }

    /** The page of the help that is shown, from 1; 0 for none. */
    int helpPage() {
        return helpPage;
    }

    /** See {@link History#around}. */
    List<History.Entry> microOpsAround(int past, int next) {
        return history.around(past, next);
    }

    /** Whether the user has quit. */
    boolean isOver() {
        return over;
    }

    /** What there is to say about the last key; empty if nothing. */
    String message() {
        return message;
    }

    // ---- keys

    /** Long searches end when this says so. */
    void stopWhen(BooleanSupplier newStop) {
        stop = newStop;
    }

    /**
     * Does what a key stands for; what is wrong with what was typed becomes the {@link #message()}.
     *
     * @param typed what was typed after it, if it asks for something
     */
    void press(Keys.Key key, String typed) {
        message = "";
        if (helpPage > 0) {
            boolean isForHelp = key.name().equals("?") || key.name().equals("h");
            helpPage = isForHelp ? helpPage : 0;
            if (key.name().equals("q")) {
                return;
            }
        }
        try {
            key.action().run(this, typed);
        } catch (UserError wrong) {
            message = String.valueOf(wrong.getMessage());
        }
    }

    void unknownKey(String key) {
        message = "no key `" + key + "`; ? shows the keys";
    }

    void quit() {
        over = true;
    }

    /** The next page of the help; after the last one the run again. */
    void help() {
        helpPage = (helpPage + 1) % (Help.PAGES + 1);
    }

    // ---- moves

    void microOps(Way way, int count) {
        long target = timeline.position() + (way == Way.FORWARDS ? count : -count);
        to(Math.max(0, Math.min(target, timeline.length())));
    }

    void start() {
        to(0);
    }

    void end() {
        to(timeline.length());
    }

    private void to(long target) {
        if (target == timeline.position()) {
            message = target == 0 ? "this is the start" : "this is the end";
            return;
        }
        leave();
        timeline.goTo(target);
        look();
    }

    void instruction(Way way) {
        search(way, PatchTimeline.instructionOf(core), "instruction of core " + core, "i");
    }

    void protocolStep(Way way) {
        search(way, PatchTimeline.protocolStepBegins(), "step of the protocol", "s");
    }

    void event(Way way) {
        int wanted = core;
        search(way, (here, step) -> step.core() == wanted && Condition.isEvent(step), "event on core " + core, "e");
    }

    void poke(Way way) {
        search(way, Condition::isPoke, "store into the text", "p");
    }

    void trap(Way way) {
        search(way, (here, step) -> Condition.isTrap(step), "trap", "t");
    }

    void violation(Way way) {
        if (run.violation() == null) {
            throw new UserError("nothing is wrong in this run");
        }
        if (way == Way.BACKWARDS || run.isViolated()) {
            throw new UserError("what is wrong is at the end: v goes there");
        }
        end(); // nothing happens after it
    }

    void condition(Way way, String typed) {
        wanted(way, Condition.of(typed, run));
    }

    /** Looks for a text in the micro-ops and in the names of events, capitals or not. */
    void search(Way way, String typed) {
        if (typed.isBlank() || typed.length() > Condition.LONGEST) {
            throw new UserError("type 1 to " + Condition.LONGEST + " characters to look for");
        }
        String text = typed.strip().toLowerCase(Locale.ROOT);
        wanted(way, Condition.search("text " + typed.strip(), (here, step) -> hasText(step, text)));
    }

    private static boolean hasText(Step step, String text) {
        if (step.text().toLowerCase(Locale.ROOT).contains(text)) {
            return true;
        }
        for (TraceEvent event : step.events()) {
            boolean isMark = event instanceof TraceEvent.Mark mark
                    && mark.text().toLowerCase(Locale.ROOT).contains(text);
            if (isMark || event.name().contains(text)) {
                return true;
            }
        }
        return false;
    }

    void again(Way way) {
        Condition wanted = lastWanted;
        if (wanted == null) {
            throw new UserError("nothing was looked for yet; c asks for a condition, / for a text");
        }
        wanted(way, wanted);
    }

    private void wanted(Way way, Condition wanted) {
        lastWanted = wanted;
        Consumer<Timeline> shortcut = wanted.shortcut();
        if (shortcut != null) {
            leave();
            shortcut.accept(timeline);
            look();
        } else {
            search(way, wanted.wanted(), "`" + wanted.text() + "`", "c");
        }
    }

    /** Goes to the next position after a micro-op that is wanted; stays if there is none. */
    private void search(Way way, Timeline.Wanted wanted, String what, String key) {
        long here = timeline.position();
        String opposite = way == Way.FORWARDS ? key.toUpperCase(Locale.ROOT) : key;
        leave();
        boolean[] isStopped = {false};
        BooleanSupplier noting = () -> isStopped[0] |= stop.getAsBoolean();
        boolean isFound = way == Way.FORWARDS
                ? timeline.searchForward(wanted, timeline.length(), noting)
                : timeline.searchBack(wanted, noting);
        if (isFound) {
            look();
            return;
        }
        long reached = timeline.position();
        timeline.goTo(here);
        message = isStopped[0]
                ? "stopped" + (way == Way.FORWARDS ? " at position " + reached : "") + ", back where you were"
                : "no " + what + (way == Way.FORWARDS ? " after this; " : " before this; ") + opposite + " looks "
                        + (way == Way.FORWARDS ? "before" : "after");
    }

    private void leave() {
        before = new Glance(timeline.machine());
    }

    /** After a move: looks at the core that acted, and at the place where it did. */
    private void look() {
        Step last = timeline.last();
        if (last == null) {
            return;
        }
        if (following) {
            core = last.core();
        }
        for (TraceEvent event : last.events()) {
            int index = placeAt(event.address());
            place = index < 0 ? place : index;
        }
    }

    private int placeAt(long address) {
        List<TextPokeLoc> places = run.target().places();
        for (int i = 0; i < places.size(); i++) {
            long offset = address - places.get(i).address();
            boolean isInside = offset >= 0 && offset < places.get(i).sizeBytes();
            long written = offset - KernelLayout.POKING_OFFSET;
            if (isInside || written >= 0 && written < places.get(i).sizeBytes()) {
                return i;
            }
        }
        return -1;
    }

    // ---- what is looked at

    void core(String typed) {
        int cores = timeline.machine().coreCount();
        if (!typed.matches("[0-9]{1,5}") || Integer.parseInt(typed) >= cores) {
            throw new UserError("`" + typed + "` is no core; there are 0 to " + (cores - 1));
        }
        core = Integer.parseInt(typed);
        following = false;
    }

    void nextCore(Way way) {
        int cores = timeline.machine().coreCount();
        core = Math.floorMod(core + (way == Way.FORWARDS ? 1 : -1), cores);
        following = false;
    }

    void toggleFollowing() {
        following = !following;
        look();
        message = following ? "looks at whichever core acts" : "stays with core " + core;
    }

    void nextPlace(Way way) {
        int places = run.target().places().size();
        place = Math.floorMod(place + (way == Way.FORWARDS ? 1 : -1), places);
    }
}
