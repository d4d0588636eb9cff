package dev.pokesim.cli.gdb;

import dev.pokesim.emulator.coherence.TimedMachine;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.travel.Step;
import dev.pokesim.emulator.travel.Timeline;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import dev.pokesim.patcher.travel.PatchTimeline;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The commands of {@code monitor}: what gdb has no words for. */
final class Monitor {
    private static final int SEEN_BYTES = 8;
    private static final int MOST_SEEN_BYTES = 64;

    private static final String HELP = """
            help                  this
            where                 position, time, and what the last step did
            step                  the step of the patch protocol that the patcher is in
            see N [ADDRESS] [K]   K bytes of text that core N could fetch there, against memory (default: its pc, 8)
            refs                  the reference counts that are not 0
            line ADDRESS          who has the cache line (runs in time)
            goto POSITION         to a position, `start` or `end`; then: maintenance flush register-cache
            symbols FILE          write symbols as an ELF file for symbol-file (needs --out)
            save schedule FILE    write the schedule up to here (machine schedules; needs --out)
            """;

    private final GdbTarget target;
    private final PatchTimeline run;
    private final @Nullable Path out;

    /**
     * @param out the directory in which files may be made; null for none
     */
    Monitor(GdbTarget target, @Nullable Path out) {
        this.target = target;
        run = target.run();
        this.out = out;
    }

    /**
     * Does a command.
     *
     * @param core that gdb shows
     * @return what to print
     */
    String run(String command, int core) {
        List<String> words = List.of(command.trim().split("\\s+"));
        try {
            return switch (words.get(0)) {
                case "", "help" -> HELP;
                case "where" -> where();
                case "step" -> step();
                case "see" -> see(words, core);
                case "refs" -> refs();
                case "line" -> line(word(words, 1));
                case "goto" -> goTo(word(words, 1));
                case "symbols" -> write(word(words, 1), SymbolElf.of(run));
                case "save" -> save(words);
                default -> "no command `" + words.get(0) + "`; monitor help lists them\n";
            };
        } catch (Hex.Malformed | NumberFormatException no) {
            return "cannot do that: " + no.getMessage() + "; monitor help says how\n";
        }
    }

    private static String word(List<String> words, int index) {
        if (index >= words.size()) {
            throw new Hex.Malformed("a word is missing");
        }
        return words.get(index);
    }

    private static long address(String word) {
        return Hex.number(word.startsWith("0x") ? word.substring(2) : word);
    }

    private String place(long address) {
        String place = run.place(address);
        return Address.text(address) + (place.isEmpty() ? "" : " <" + place + ">");
    }

    private String where() {
        Timeline timeline = run.timeline();
        StringBuilder text = new StringBuilder("position " + timeline.position() + " of " + timeline.length());
        if (run.timed() != null) {
            text.append(", %.6f us".formatted(timeline.timePs() / 1e6));
        }
        Step last = timeline.last();
        text.append('\n');
        if (last != null) {
            text.append("last step: ").append(last);
            if (last.number() > 0) {
                text.append(" (step ").append(last.number()).append(" of the schedule)");
            }
            text.append('\n');
        }
        String violation = run.violation();
        if (violation != null) {
            text.append(run.isViolated() ? "violated: " : "at the end: ")
                    .append(violation)
                    .append('\n');
        }
        return text.toString();
    }

    private String step() {
        String step = run.protocolStep();
        return (step.isEmpty() ? "between batches" : step) + "\n";
    }

    private String refs() {
        List<PatchTimeline.Counter> all = run.refs();
        StringBuilder text = new StringBuilder();
        for (PatchTimeline.Counter counter : all) {
            if (counter.value() != 0) {
                text.append("%s %s = %d\n".formatted(Address.text(counter.address()), counter.name(), counter.value()));
            }
        }
        return text.length() == 0 ? "all " + all.size() + " are 0\n" : text.toString();
    }

    private String see(List<String> words, int shown) {
        int core = words.size() > 1 ? number(words.get(1), target.cores() - 1) : shown;
        long address = words.size() > 2 ? address(words.get(2)) : target.pc(core);
        int size = words.size() > 3 ? number(words.get(3), MOST_SEEN_BYTES) : SEEN_BYTES;
        List<List<Integer>> seen = run.seenBy(core, address, size);
        if (seen.isEmpty()) {
            return "no text is mapped at " + place(address) + "\n";
        }
        StringBuilder text = new StringBuilder("core " + core + " at " + place(address) + "\nmemory ");
        text.append(target.memory(address, seen.size()).replaceAll("..", "$0 ")).append("\ncore   ");
        for (List<Integer> values : seen) {
            text.append("%02x ".formatted(values.get(0)));
        }
        int most = seen.stream().mapToInt(List::size).max().orElse(1);
        for (int age = 1; age < most; age++) {
            text.append("\n or    ");
            for (List<Integer> values : seen) {
                text.append(age < values.size() ? "%02x ".formatted(values.get(age)) : "   ");
            }
        }
        text.append('\n');
        for (TextPokeLoc place : run.target().places()) {
            if (Address.isWithin(place.address(), address, seen.size())
                    || Address.isWithin(address, place.address(), place.sizeBytes())) {
                text.append("site %s: old %s, new %s\n"
                        .formatted(place(place.address()), place.oldText(), place.newText()));
            }
        }
        return text.toString().replaceAll(" +(?=\n)", "");
    }

    private static int number(String word, int most) {
        int number = word.matches("[0-9]{1,9}") ? Integer.parseInt(word) : -1;
        if (number < 0 || number > most) {
            throw new Hex.Malformed("`" + word + "` is no number from 0 to " + most);
        }
        return number;
    }

    private String line(String word) {
        TimedMachine timed = run.timed();
        if (timed == null) {
            return "a schedule has no cache lines: nothing in it takes time\n";
        }
        TimedMachine.LineState line = timed.lineState(address(word));
        if (line == null) {
            return "no line is followed at " + place(address(word)) + "\n";
        }
        return "owner %s, sharers %s, waiting %s, moved %d times\n"
                .formatted(
                        line.owner() < 0 ? "none" : "core " + line.owner(),
                        line.sharers().isEmpty() ? "none" : line.sharers(),
                        line.waiting().isEmpty() ? "none" : line.waiting(),
                        line.transfers());
    }

    private String goTo(String word) {
        Timeline timeline = run.timeline();
        long position = switch (word) {
            case "start" -> 0;
            case "end" -> timeline.length();
            default -> word.matches("[0-9]{1,18}") ? Long.parseLong(word) : -1;
        };
        if (position < 0 || position > timeline.length()) {
            return "`" + word + "` is no position from 0 to " + timeline.length() + "\n";
        }
        target.goTo(position);
        return where();
    }

    private String save(List<String> words) {
        if (!word(words, 1).equals("schedule")) {
            throw new Hex.Malformed("only `save schedule FILE` is known");
        }
        Step last = run.timeline().last();
        byte[] schedule = run.scheduleUpTo(last == null ? 0 : last.number());
        return schedule == null
                ? "only a machine's schedule can be saved, not a run in time or what follows a proof\n"
                : write(word(words, 2), schedule);
    }

    /** Whoever is connected could write, so only new files in one directory are made, and only if somebody here has said which. */
    private String write(String name, byte[] content) {
        if (out == null) {
            return "no files are written unless poke-sim gdb was started with --out DIR\n";
        }
        if (!name.matches("[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")) {
            return "`" + name + "` is no plain file name; it will lie in the directory of --out\n";
        }
        Path file = out.resolve(name);
        try {
            Files.write(file, content, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            return "wrote " + file + ", " + content.length + " bytes\n";
        } catch (FileAlreadyExistsException exists) {
            return file + " exists; choose another name\n";
        } catch (IOException e) {
            return file + " cannot be written: " + e.getMessage() + "\n";
        }
    }
}
