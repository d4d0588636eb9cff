package dev.pokesim.patcher.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.Rflags;
import dev.pokesim.emulator.machine.Interpreter;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.memory.Access;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.memory.InstructionBytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the handler makes of an INT3, against native execution of the instruction that it stands for. */
class PokeInt3HandlerTest {
    private static final long SITE = KernelBench.TEXT + 0x1000;
    private static final long ARITHMETIC =
            Rflags.CF | Rflags.PF | Rflags.AF | Rflags.ZF | Rflags.SF | Rflags.OF | Rflags.DF;
    private static final int STACK_WORDS = 8;
    /** Where the guest's stack is when it meets the site: not aligned to 16, as the entry has to do that. */
    private static final long RSP = KernelLayout.stackTop(0) - 0x208;

    /** What a core is like behind the instruction. */
    private record State(long rip, List<Long> registers, long flags, List<Long> stack) {}

    private static long[] registers() {
        long[] registers = new long[16];
        Arrays.setAll(registers, i -> 0x1111111111111111L * (i + 1));
        registers[Core.RSP] = RSP;
        return registers;
    }

    private static void fillStack(AddressSpace memory) {
        for (int i = -STACK_WORDS; i < STACK_WORDS; i++) {
            memory.write(RSP + 8 * i, 8, 0xabcd0000L + i, 0);
        }
        memory.write(RSP, 8, KernelBench.TEXT + 0x2222, 0); // what RET pops
    }

    private static State state(Core core, AddressSpace memory) {
        List<Long> registers = IntStream.range(0, 16).mapToObj(core::register).toList();
        long top = core.register(Core.RSP);
        // what lies below RSP is nobody's: the trap frame was there
        List<Long> stack = IntStream.range(0, STACK_WORDS)
                .mapToObj(i -> memory.read(top + 8L * i, 8))
                .toList();
        return new State(core.rip(), registers, core.flags().value(), stack);
    }

    private static State natively(InstructionBytes instruction, long flags) {
        AddressSpace memory = new AddressSpace();
        memory.map(SITE & -4096, 4096, Access.READ, Access.EXECUTE);
        memory.map(RSP & -4096, 8192, Access.READ, Access.WRITE);
        memory.load(SITE, instruction.toArray());
        fillStack(memory);
        Interpreter interpreter = new Interpreter(memory);
        Core core = interpreter.core();
        long[] registers = registers();
        for (int i = 0; i < 16; i++) {
            core.setRegister(i, registers[i]);
        }
        core.flags().setValue(flags);
        core.setRip(SITE);
        interpreter.run(1, 0);
        return state(core, memory);
    }

    /** One core meets INT3 at the site while the array is published. */
    private static final class Trap {
        private final KernelBench bench;
        private final Refs refs;
        private boolean claimed;
        private State after = new State(0, List.of(), 0, List.of());

        private Trap(Refs refs) {
            this.refs = refs;
            bench = new KernelBench(1).with(refs);
        }

        Trap meets(long site, List<TextPokeLoc> queued, long flags) {
            fillStack(bench.memory());
            bench.text(site, 0xcc);
            bench.with(new PatchListener() {
                @Override
                public void handled(Core core, long address, boolean isClaimed, long resumeAt) {
                    assertEquals(site, address);
                    claimed = isClaimed;
                }

                @Override
                public void returned(Core core) {
                    after = state(core, bench.memory());
                    // back to where the routine waits
                    core.setRip(Core.ROUTINE_RETURN);
                    core.flags().setValue(Routine.FLAGS_INTERRUPTS_ON);
                }
            });
            assertTrue(bench.run(bench.once("test", b -> {
                TextPokeArray.queue(
                        b, bench.layout(), queued, Routine.named("none").ret().build());
                refs.publish(b, bench.context());
                b.fence();
                b.compute("guest state", (core, local) -> {
                    long[] registers = registers();
                    for (int i = 0; i < 16; i++) {
                        core.setRegister(i, registers[i]);
                    }
                    core.flags().setValue(flags);
                    core.enterGuest(site);
                });
            })));
            return this;
        }

        void assertRefsAreThePatchersOnly() {
            for (long counter : refs.counters(bench.layout())) {
                assertEquals(1, bench.memory().read(counter, 4), refs.name());
            }
        }
    }

    private static InstructionBytes bytes(int... values) {
        return InstructionBytes.of(values);
    }

    private static InstructionBytes oldText(InstructionBytes replacement) {
        int[] nops = new int[replacement.sizeBytes()];
        Arrays.fill(nops, 0x90);
        return replacement.sizeBytes() == 6 ? bytes(0x0f, 0x80, 0, 0, 0, 0) : bytes(nops);
    }

    static Stream<InstructionBytes> instructions() {
        List<InstructionBytes> all = new ArrayList<>(List.of(
                bytes(0x66, 0x90),
                bytes(0x0f, 0x1f, 0x44, 0, 0),
                bytes(0xeb, 0x05),
                bytes(0xeb, 0xf0),
                bytes(0xeb, 0x10, 0xcc, 0xcc, 0xcc),
                bytes(0xe9, 0x00, 0x01, 0, 0),
                bytes(0xe9, 0x00, 0xff, 0xff, 0xff),
                bytes(0xe9, 0xff, 0xff, 0xff, 0x7f),
                bytes(0xe8, 0x00, 0x02, 0, 0),
                bytes(0xe8, 0x00, 0xff, 0xff, 0xff),
                bytes(0xc3),
                bytes(0xc3, 0xcc, 0xcc, 0xcc, 0xcc)));
        for (int condition = 0; condition < 16; condition++) {
            all.add(bytes(0x70 + condition, 0x21));
            all.add(bytes(0x70 + condition, 0x81));
            all.add(bytes(0x0f, 0x80 + condition, 0x21, 0x43, 0, 0));
            all.add(bytes(0x0f, 0x80 + condition, 0x21, 0x43, 0xff, 0xff));
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("instructions")
    void actsAsTheNewInstructionWould(InstructionBytes instruction) {
        List<Long> flagsToTry = new ArrayList<>(List.of(0L, ARITHMETIC));
        boolean isConditional = instruction.byteAt(0) >> 4 == 7 || instruction.sizeBytes() == 6;
        for (long flag : isConditional
                ? new long[] {Rflags.CF, Rflags.ZF, Rflags.SF, Rflags.OF, Rflags.PF, Rflags.SF | Rflags.OF}
                : new long[0]) {
            flagsToTry.add(flag);
        }
        List<Long> targets = new ArrayList<>();
        for (Refs refs : isConditional ? List.of(RefsSchemes.ALL.get(0)) : RefsSchemes.ALL) {
            for (long arithmetic : flagsToTry) {
                long flags = arithmetic | Routine.FLAGS_INTERRUPTS_ON;
                TextPokeLoc place = TextPokeLoc.of(SITE, oldText(instruction), instruction);
                Trap trap = new Trap(refs).meets(SITE, List.of(place), flags);
                assertTrue(trap.claimed);
                assertEquals(natively(instruction, flags), trap.after);
                targets.add(trap.after.rip());
                trap.assertRefsAreThePatchersOnly();
            }
        }
        assertEquals(isConditional ? 2 : 1, targets.stream().distinct().count(), "a Jcc goes both ways");
    }

    @Test
    void actsAsWhatTheCallerWantsInsteadOfTheNewText() {
        InstructionBytes call = bytes(0xe8, 0x00, 0x02, 0, 0);
        TextPokeLoc place = TextPokeLoc.of(SITE, oldText(call), bytes(0x0f, 0x1f, 0x44, 0, 0), call);
        Trap trap = new Trap(new PerCpuRefs()).meets(SITE, List.of(place), Routine.FLAGS_INTERRUPTS_ON);
        assertEquals(natively(call, Routine.FLAGS_INTERRUPTS_ON), trap.after);
    }

    @Test
    void declinesAnInt3ThatIsTheReplacementItself() {
        for (Refs refs : RefsSchemes.ALL) {
            TextPokeLoc place = TextPokeLoc.of(SITE, bytes(0x90), bytes(0xcc));
            Trap trap = new Trap(refs).meets(SITE, List.of(place), Routine.FLAGS_INTERRUPTS_ON);
            assertFalse(trap.claimed);
            assertEquals(SITE + 1, trap.after.rip());
            assertEquals(RSP, trap.after.registers().get(Core.RSP));
            trap.assertRefsAreThePatchersOnly();
        }
    }

    @Test
    void claimsNothingWhileNoArrayIsPublished() {
        for (Refs refs : RefsSchemes.ALL) {
            List<Boolean> claims = new ArrayList<>();
            KernelBench bench = new KernelBench(1)
                    .with(refs)
                    .text(SITE, 0xcc, 0xc3)
                    .with(new PatchListener() {
                        @Override
                        public void handled(Core core, long site, boolean claimed, long resumeAt) {
                            claims.add(claimed);
                        }
                    });
            assertTrue(bench.run(bench.once("test", b -> {
                TextPokeArray.queue(
                        b,
                        bench.layout(),
                        List.of(TextPokeLoc.of(SITE, bytes(0x90), bytes(0xc3))),
                        Routine.named("none").ret().build());
                b.fence().callGuest((core, local) -> SITE);
            })));
            assertEquals(List.of(false), claims);
            assertEquals(0, refs.held(bench.memory(), bench.layout()));
        }
    }

    /** Every entry, the gaps between, and both ends; the kernel's bsearch written once more. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 33, 64, 100, 127, 128, 129, 164, 200, 255, 256})
    void searchFindsEveryEntryAndNothingElse(int count) {
        List<TextPokeLoc> queued = IntStream.range(0, count)
                .mapToObj(i -> TextPokeLoc.of(SITE + 4L * i, bytes(0x66, 0x90), bytes(0xeb, 0x00)))
                .toList();
        assertArrayEquals(expected(count), found(count, queued, new PerCpuRefs()));
    }

    @Test
    void searchFindsEveryEntryForEveryCount() {
        for (int count = 1; count <= KernelLayout.MAX_ENTRIES; count += 3) {
            List<TextPokeLoc> queued = IntStream.range(0, count)
                    .mapToObj(i -> TextPokeLoc.of(SITE + 4L * i, bytes(0x66, 0x90), bytes(0xeb, 0x00)))
                    .toList();
            assertArrayEquals(expected(count), found(count, queued, new GlobalRefs()), () -> "of " + queued.size());
        }
    }

    /** Of twice as many addresses as there are entries, from one below the first: those that belong to an entry. */
    private static boolean[] expected(int count) {
        boolean[] expected = new boolean[2 * count + 2];
        for (int i = 0; i < count; i++) {
            expected[2 * i + 2] = true;
        }
        return expected;
    }

    private static boolean[] found(int count, List<TextPokeLoc> queued, Refs refs) {
        boolean[] found = new boolean[2 * count + 2];
        KernelBench bench = new KernelBench(1).with(refs);
        for (int i = 0; i < found.length; i++) {
            bench.text(SITE - 4 + 2L * i, 0xcc);
        }
        bench.with(new PatchListener() {
            @Override
            public void handled(Core core, long site, boolean claimed, long resumeAt) {
                found[(int) (site - SITE + 4) / 2] = claimed;
            }

            @Override
            public void returned(Core core) {
                core.setRip(Core.ROUTINE_RETURN);
            }
        });
        assertTrue(bench.run(bench.once("test", b -> {
            TextPokeArray.queue(
                    b, bench.layout(), queued, Routine.named("none").ret().build());
            refs.publish(b, bench.context());
            int at = b.local();
            b.fence()
                    .label("next")
                    .compute("guest", (core, local) -> core.enterGuest(SITE - 4 + 2 * local[at]))
                    .compute("on", (core, local) -> local[at]++)
                    .jumpIf("more", (core, local) -> local[at] < found.length, "next");
        })));
        return found;
    }
}
