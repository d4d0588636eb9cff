package dev.pokesim.emulator.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.explore.ExhaustiveSearch;
import dev.pokesim.emulator.explore.Model;
import dev.pokesim.emulator.explore.SearchLimits;
import dev.pokesim.emulator.explore.SearchResult;
import dev.pokesim.emulator.explore.SleepSetSearch;
import dev.pokesim.emulator.isa.Decoder;
import dev.pokesim.emulator.memory.Access;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.memory.InstructionBytes;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Real guest code on several cores in every order: the outcomes are those of x86-TSO, no more and no fewer. */
class LitmusTest {
    private static final long TEXT = 0xffffffff81000000L;
    private static final long X = 0xffff888000000000L;
    private static final long Y = X + 64;
    private static final long STACK = X + 4096;

    static List<LitmusFile> files() {
        return LitmusFile.all();
    }

    @Test
    void thereAreTheUsualOnes() {
        List<String> names =
                files().stream().map(file -> file.name().replace(".litmus", "")).toList();
        assertTrue(
                names.containsAll(List.of("SB", "SB+mfences", "MP", "LB", "IRIW", "WRC", "2+2W", "S", "R", "n5", "n6")),
                names.toString());
    }

    @ParameterizedTest
    @MethodSource("files")
    void bytesAreWhatTheTextSays(LitmusFile file) {
        for (List<LitmusFile.Line> program : file.programs()) {
            for (LitmusFile.Line line : program) {
                byte[] bytes = HexFormat.of().parseHex(line.hex());
                assertEquals(
                        line.text(),
                        new Decoder()
                                .decode(InstructionBytes.of(bytes, 0, bytes.length), TEXT)
                                .name());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyStateThatCanBeReachedGivesTheOutcomesOfTheModel(LitmusFile file) {
        TreeSet<String> outcomes = new TreeSet<>();
        SearchResult result = new ExhaustiveSearch(source(file), SearchLimits.ONE_GIB)
                .atEnd(model -> outcomes.add(outcome(file, model.machine())))
                .run();
        assertEquals(SearchResult.Verdict.SAFE, result.verdict(), result.reason());
        assertEquals(file.outcomes(), outcomes);
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyOrderOfStepsGivesTheOutcomesOfTheModel(LitmusFile file) {
        TreeSet<String> outcomes = new TreeSet<>();
        SearchResult result = new SleepSetSearch(source(file), 1000)
                .atEnd(model -> outcomes.add(outcome(file, model.machine())))
                .run();
        assertEquals(SearchResult.Verdict.SAFE, result.verdict(), result.reason());
        assertEquals(file.outcomes(), outcomes);
    }

    @ParameterizedTest
    @MethodSource("files")
    void theAnswerIsThatOfTheOutcomes(LitmusFile file) {
        assertEquals(file.sometimes(), file.outcomes().contains(file.asked()));
        assertEquals(file.observed().size(), file.asked().split(" ").length);
    }

    private static Model.Source source(LitmusFile file) {
        return staleBytes -> {
            int count = file.programs().size();
            AddressSpace memory = new AddressSpace();
            memory.map(TEXT, 4096L * count, Access.READ, Access.EXECUTE);
            memory.map(X, 8192, Access.READ, Access.WRITE);
            for (int id = 0; id < count; id++) {
                memory.load(TEXT + 4096L * id, file.bytes(id));
            }
            Machine machine = new Machine(memory, count, FetchMode.COHERENT, staleBytes);
            start(machine);
            return new Model() {
                @Override
                public Machine machine() {
                    return machine;
                }

                @Override
                public List<Routine> routines() {
                    return List.of();
                }

                @Override
                public boolean isDone(Core core) {
                    return core.rip() == end(file, core.id()) && isBetween(core);
                }
            };
        };
    }

    private static String outcome(LitmusFile file, Machine machine) {
        return file.observed().stream()
                .map(observed -> value(machine, observed))
                .collect(Collectors.joining(" "));
    }

    private static long end(LitmusFile file, int core) {
        return TEXT + 4096L * core + file.bytes(core).length;
    }

    private static boolean isBetween(Core core) {
        return core.isInGuest() && core.isAtInstructionBoundary();
    }

    private static void start(Machine machine) {
        for (int id = 0; id < machine.coreCount(); id++) {
            Core core = machine.core(id);
            core.setRegister(Core.RSI, X);
            core.setRegister(Core.RDI, Y);
            core.setRegister(Core.RSP, STACK + 1024L * id + 512);
            core.setRip(TEXT + 4096L * id);
        }
    }

    private static String value(Machine machine, String observed) {
        if (observed.equals("x") || observed.equals("y")) {
            return Long.toString(machine.memory().read(observed.equals("x") ? X : Y, 4));
        }
        String[] parts = observed.split(":");
        int register = List.of("eax", "ecx", "edx", "ebx").indexOf(parts[1]);
        return Long.toString(machine.core(Integer.parseInt(parts[0])).register(register));
    }
}
