package dev.pokesim.cli.step;

import dev.pokesim.cli.console.CloseMatches;
import dev.pokesim.cli.console.UserError;
import dev.pokesim.cli.events.SimulatedTime;
import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.isa.Decoded;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.emulator.trace.TraceEvent;
import dev.pokesim.emulator.travel.Step;
import dev.pokesim.emulator.travel.Timeline;
import dev.pokesim.patcher.kernel.KernelLayout;
import dev.pokesim.patcher.site.Symbol;
import dev.pokesim.patcher.travel.PatchTimeline;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a move looks for, as a user types it: terms joined by {@code and}, all of which must hold for one micro-op.
 *
 * @param text as it was typed
 * @param wanted whether the micro-op that was just done is it
 * @param shortcut the way there if it needs no search; null if only walking shows where it is
 */
record Condition(
        String text, Timeline.Wanted wanted, @Nullable Consumer<Timeline> shortcut) {
    /** The language, one term a line, with what it means: for the help. */
    static final List<String> TERMS = List.of(
            "poke             a store into the text reaches memory",
            "trap             a core enters the INT3 handler",
            "ipi, nmi         an interrupt arrives at a core",
            "stale            a core fetches bytes that memory does not hold any more",
            "violation        something is wrong",
            "fetch, ...       any other event, by its name in docs/trace.md",
            "core 3           something that core 3 does",
            "step sync        a step of the protocol begins whose name has \"sync\"",
            "site 2           an event or a fetch at the place of this number,",
            "site FUNC+0x1c   or in this function, at this offset, or at an address",
            "time 1.2ms       the first micro-op from this time on",
            "position 1234    this position",
            "core 3 and trap  both");

    /** Longest condition or text, in characters. */
    static final int LONGEST = 200;

    private static final List<String> WORDS =
            List.of("poke", "trap", "ipi", "nmi", "stale", "violation", "core", "step", "site", "time", "position");
    private static final List<String> EVENTS = List.of(
            "fetch",
            "fetch-failed",
            "store",
            "update",
            "return",
            "answer",
            "serialise",
            "batch-start",
            "batch-end",
            "step-start",
            "text-poke-record",
            "refs-held",
            "handler-claimed",
            "handler-unclaimed");
    private static final Pattern PLACE =
            Pattern.compile("(?:(0x[0-9a-fA-F]{1,16})|(.+?))(?:\\+0x([0-9a-fA-F]{1,16}))?");
    private static final int BREAKPOINT = GuestFault.Vector.BREAKPOINT.number();

    /**
     * Reads one.
     *
     * @throws UserError if it is none, with what would be
     */
    static Condition of(String typed, PatchTimeline run) {
        String text = typed.strip();
        if (text.length() > LONGEST) {
            throw new UserError("a condition has at most " + LONGEST + " characters");
        }
        List<Condition> terms = new ArrayList<>();
        for (String term : text.split("\\s+and\\s+", -1)) {
            terms.add(term(term.strip(), run));
        }
        if (terms.size() == 1) {
            return terms.get(0);
        }
        return new Condition(text, (here, step) -> terms.stream().allMatch(term -> term.wanted.isIt(here, step)), null);
    }

    private static Condition term(String text, PatchTimeline run) {
        String[] parts = text.split("\\s+", 2);
        String word = parts[0].toLowerCase(Locale.ROOT);
        String rest = parts.length > 1 ? parts[1] : "";
        boolean takesMore = List.of("core", "step", "site", "time", "position").contains(word);
        if (takesMore == rest.isEmpty() && (WORDS.contains(word) || EVENTS.contains(word))) {
            throw new UserError(
                    takesMore
                            ? "`" + word + "` of what? Such as `" + example(word) + "`"
                            : "`" + word + "` takes nothing behind it; join conditions with `and`");
        }
        return switch (word) {
            case "poke" -> search(text, Condition::isPoke);
            case "trap" -> search(text, (here, step) -> isTrap(step));
            case "ipi" -> search(text, (here, step) -> step.kind() == Step.Kind.IPI || step.has("ipi"));
            case "nmi" -> search(text, (here, step) -> step.kind() == Step.Kind.NMI || isTrap(step, 2));
            case "stale" -> search(text, Condition::isStale);
            case "violation" -> search(text, (here, step) -> isViolation(step, run));
            case "core" -> core(text, rest, run);
            case "step" -> search(text, (here, step) -> isStepOf(step, rest.toLowerCase(Locale.ROOT)));
            case "site" -> site(text, rest, run);
            case "time" -> time(text, rest, run);
            case "position" -> position(text, rest, run);
            default -> {
                if (!EVENTS.contains(word)) {
                    List<String> all = new ArrayList<>(WORDS);
                    all.addAll(EVENTS);
                    String question = CloseMatches.question(word, all);
                    throw new UserError("`" + word + "` is no condition"
                            + (question.isEmpty() ? "; there are " + String.join(", ", WORDS) : question));
                }
                yield search(text, (here, step) -> step.has(word));
            }
        };
    }

    private static String example(String word) {
        return switch (word) {
            case "core" -> "core 3";
            case "step" -> "step sync";
            case "site" -> "site 0";
            case "time" -> "time 1.2ms";
            default -> "position 1234";
        };
    }

    static Condition search(String text, Timeline.Wanted wanted) {
        return new Condition(text, wanted, null);
    }

    // ---- what a micro-op did

    /** Whether a store into text reached memory. */
    static boolean isPoke(Timeline here, Step step) {
        for (TraceEvent event : step.events()) {
            if (isPoke(here, event)) {
                return true;
            }
        }
        return false;
    }

    /** Whether it is a store into text that reached memory. */
    static boolean isPoke(Timeline here, TraceEvent event) {
        return event instanceof TraceEvent.Store store
                && here.machine().memory().frameForStore(store.address()).holdsText();
    }

    /** Whether a core entered the handler of INT3. */
    static boolean isTrap(Step step) {
        return isTrap(step, BREAKPOINT);
    }

    private static boolean isTrap(Step step, int vector) {
        for (TraceEvent event : step.events()) {
            if (event instanceof TraceEvent.Trap trap && trap.vector() == vector) {
                return true;
            }
        }
        return false;
    }

    /** Whether it is what is wrong. */
    static boolean isViolation(Step step, PatchTimeline run) {
        return run.isViolated() || step.has("violation");
    }

    /** Whether something happened that is more than a micro-op: accesses of memory are not. */
    static boolean isEvent(Step step) {
        for (TraceEvent event : step.events()) {
            if (!(event instanceof TraceEvent.Store) && !(event instanceof TraceEvent.Update)) {
                return true;
            }
        }
        return step.kind() == Step.Kind.IPI || step.kind() == Step.Kind.NMI;
    }

    private static boolean isStale(Timeline here, Step step) {
        if (step.kind() != Step.Kind.FETCH) {
            return false;
        }
        Core core = here.machine().core(step.core());
        if (core.code() instanceof Decoded decoded && core.isInGuest()) {
            return !decoded.bytes()
                    .equals(inMemory(here, decoded.address(), decoded.bytes().sizeBytes()));
        }
        return step.events().stream()
                .anyMatch(event -> event instanceof TraceEvent.Fetch fetch
                        && !fetch.bytes().equals(inMemory(here, fetch.address(), fetch.sizeBytes())));
    }

    private static InstructionBytes inMemory(Timeline here, long address, int sizeBytes) {
        int[] bytes = new int[sizeBytes];
        Arrays.setAll(bytes, i -> (int) here.machine().memory().read(address + i, 1));
        return InstructionBytes.of(bytes);
    }

    private static boolean isStepOf(Step step, String words) {
        for (TraceEvent event : step.events()) {
            if (event instanceof TraceEvent.Mark mark
                    && mark.name().equals("step-start")
                    && mark.text().toLowerCase(Locale.ROOT).contains(words)) {
                return true;
            }
        }
        return false;
    }

    // ---- terms that take more

    private static Condition core(String text, String rest, PatchTimeline run) {
        int cores = run.timeline().machine().coreCount();
        long core = number(rest);
        if (core < 0 || core >= cores) {
            throw new UserError("`" + rest + "` is no core; there are 0 to " + (cores - 1));
        }
        return search(text, (here, step) -> step.core() == core);
    }

    private static Condition time(String text, String rest, PatchTimeline run) {
        long time = SimulatedTime.picoseconds(rest)
                .orElseThrow(() -> new UserError("`" + rest + "` is no time, such as 1.2ms, 800us or 50ns"));
        if (run.timed() == null) {
            throw new UserError(
                    "this run has no time: a schedule says only what comes after what; try `position 1234`");
        }
        return new Condition(text, (here, step) -> here.timePs() >= time, timeline -> timeline.goToTime(time));
    }

    private static Condition position(String text, String rest, PatchTimeline run) {
        long position = number(rest);
        long length = run.timeline().length();
        if (position < 0 || position > length) {
            throw new UserError("`" + rest + "` is no position; there are 0 to " + length);
        }
        return new Condition(text, (here, step) -> here.position() == position, timeline -> timeline.goTo(position));
    }

    private static Condition site(String text, String rest, PatchTimeline run) {
        long first;
        long size = 1;
        if (rest.matches("[0-9]{1,9}")) {
            long index = number(rest);
            if (index >= run.target().places().size()) {
                throw new UserError("`" + rest + "` is no place; there are 0 to "
                        + (run.target().places().size() - 1));
            }
            first = run.target().places().get((int) index).address();
            size = run.target().places().get((int) index).sizeBytes();
        } else {
            Matcher matcher = PLACE.matcher(rest);
            boolean isPlace = matcher.matches();
            String offset = isPlace ? matcher.group(3) : null;
            if (isPlace && matcher.group(1) != null) {
                first = Long.parseUnsignedLong(matcher.group(1).substring(2), 16);
            } else {
                Symbol symbol = symbol(isPlace ? matcher.group(2) : rest, run);
                first = symbol.address();
                size = offset == null ? Math.max(1, symbol.sizeBytes()) : 1;
            }
            first += offset == null ? 0 : Long.parseUnsignedLong(offset, 16);
        }
        long from = first;
        long sizeBytes = size;
        return search(text, (here, step) -> touches(here, step, from, sizeBytes));
    }

    private static Symbol symbol(String name, PatchTimeline run) {
        List<Symbol> named = run.target().image().symbols().named(name);
        if (named.isEmpty()) {
            throw new UserError("no function is called " + name
                    + CloseMatches.question(
                            name,
                            run.target().image().symbols().functions().stream()
                                    .map(Symbol::name)
                                    .toList()));
        }
        return named.get(0);
    }

    private static boolean touches(Timeline here, Step step, long from, long sizeBytes) {
        for (TraceEvent event : step.events()) {
            if (overlaps(event.address(), event.sizeBytes(), from, sizeBytes)
                    || overlaps(event.address() - KernelLayout.POKING_OFFSET, event.sizeBytes(), from, sizeBytes)) {
                return true;
            }
        }
        Core core = here.machine().core(step.core());
        return step.kind() == Step.Kind.FETCH
                && core.isInGuest()
                && core.code() instanceof Decoded decoded
                && overlaps(decoded.address(), decoded.bytes().sizeBytes(), from, sizeBytes);
    }

    private static boolean overlaps(long address, long addressBytes, long from, long sizeBytes) {
        return Address.isWithin(address, from, sizeBytes) || Address.isWithin(from, address, addressBytes);
    }

    private static long number(String digits) {
        return digits.matches("[0-9]{1,18}") ? Long.parseLong(digits) : -1;
    }
}
