package dev.pokesim.patcher.sequence;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.datafile.InvalidDataFile;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.patcher.kernel.HandlerStep;
import dev.pokesim.patcher.kernel.PatchPlace;
import dev.pokesim.patcher.kernel.TrapHandler;
import dev.pokesim.patcher.proof.ProofSetup.Company;
import dev.pokesim.patcher.protocol.CoreSet;
import dev.pokesim.patcher.protocol.Lookup;
import dev.pokesim.patcher.protocol.PatchContent;
import dev.pokesim.patcher.protocol.PatchStep;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PatchScenarioReaderTest {
    private static final String VALID = """
            about: "Two places."
            source: "here"
            text:
              - "0xffffffff81000010: 0f 1f 44 00 00 -> e9 2b 13 00 00"
              - "0xffffffff81000043: 66 90 -> eb 0e"
            batches:
              - "0 1"
              - "back 1 0"
            cores: 5
            refs: global
            company:
              - foreign-int3
            steps:
              - int3
              - sync
              - store new 0..2 torn alias
            handler:
              - take
              - act
              - iret
            response: skip
            interruptible: "no"
            intermediates:
              - "eb fe"
            without:
              - NoTornInstruction
            expect:
              window: NoBug or EveryWaitEnds
              default: safe
            """;

    private static PatchScenario parse(String yaml) {
        return PatchScenarioReader.parse("case.yaml", yaml.getBytes(UTF_8));
    }

    private static String complaint(String yaml) {
        return String.valueOf(
                assertThrows(InvalidDataFile.class, () -> parse(yaml)).getMessage());
    }

    @Test
    void everyFieldIsRead() {
        PatchScenario scenario = parse(VALID);
        PatchPlace five = new PatchPlace(
                0xffffffff81000010L,
                InstructionBytes.of(0x0f, 0x1f, 0x44, 0, 0),
                InstructionBytes.of(0xe9, 0x2b, 0x13, 0, 0));
        PatchPlace two =
                new PatchPlace(0xffffffff81000043L, InstructionBytes.of(0x66, 0x90), InstructionBytes.of(0xeb, 0x0e));
        assertEquals("case", scenario.name());
        assertEquals("case", scenario.sequence().name());
        assertEquals("Two places.", scenario.about());
        assertEquals("here", scenario.source());
        assertEquals(List.of(five, two), scenario.sequence().places());
        assertEquals(List.of(List.of(five, two), List.of(two.reversed(), five.reversed())), scenario.batches());
        assertEquals(5, scenario.cores());
        assertEquals(false, scenario.perCoreRefs());
        assertEquals(Set.of(Company.FOREIGN_INT3), scenario.company());
        assertEquals(
                List.of(
                        new PatchStep.PublishRefs(),
                        new PatchStep.WriteInt3(),
                        new PatchStep.SyncCores(),
                        new PatchStep.Store(new PatchContent.NewText(), 0, 2, false, true),
                        new PatchStep.RetireRefs()),
                scenario.sequence().steps());
        assertEquals(
                new TrapHandler(
                        List.of(HandlerStep.TAKE_REF, HandlerStep.ACT, HandlerStep.RETURN),
                        TrapHandler.Response.SKIP,
                        false),
                scenario.sequence().handler());
        assertEquals(
                List.of(InstructionBytes.of(0xeb, 0xfe)), scenario.sequence().intermediates());
        assertEquals(Set.of("NoTornInstruction"), scenario.without());
        assertEquals(Set.of("NoBug", "EveryWaitEnds"), scenario.expected(FetchMode.WINDOW));
        assertEquals(Set.of(), scenario.expected(FetchMode.LINE));
    }

    @Test
    void whatIsNotStatedIsTheKernels() {
        PatchScenario scenario = parse("""
                about: "One place."
                source: "here"
                text:
                  - "0xffffffff81000010: 90 -> cc"
                steps:
                  - publish
                expect:
                  default: safe
                """);
        assertEquals(3, scenario.cores());
        assertEquals(true, scenario.perCoreRefs());
        assertEquals(Set.of(), scenario.company());
        assertEquals(TrapHandler.KERNEL, scenario.sequence().handler());
        assertEquals(List.of(scenario.sequence().places()), scenario.batches());
        assertEquals(List.of(new PatchStep.PublishRefs()), scenario.sequence().steps());
    }

    @Test
    void everyStepHasAWord() {
        record Word(String text, PatchStep step) {}
        for (Word word : List.of(
                new Word("publish", new PatchStep.PublishRefs()),
                new Word("publish online", new PatchStep.PublishRefs(CoreSet.ONLINE)),
                new Word("retire", new PatchStep.RetireRefs()),
                new Word("drop", new PatchStep.DropRefs()),
                new Word("int3", new PatchStep.WriteInt3()),
                new Word("tail", new PatchStep.WriteTail()),
                new Word("first-byte", new PatchStep.WriteFirstByte()),
                new Word("sync", new PatchStep.SyncCores()),
                new Word("sync-if-written", new PatchStep.SyncCoresIfWritten()),
                new Word("sync no-wait", new PatchStep.Sync(CoreSet.ALL, false, true)),
                new Word("sync all-but-last no-flush", new PatchStep.Sync(CoreSet.ALL_BUT_LAST, true, false)),
                new Word("barrier", new PatchStep.Barrier()),
                new Word("serialise", new PatchStep.Serialise()),
                new Word("cli", new PatchStep.SetInterrupts(false)),
                new Word("sti", new PatchStep.SetInterrupts(true)),
                new Word("stop", new PatchStep.StopCores()),
                new Word("release", new PatchStep.ReleaseCores()),
                new Word("await-readers", new PatchStep.AwaitReaders()),
                new Word("set count", new PatchStep.SetLookup(Lookup.COUNT, true)),
                new Word("clear vector", new PatchStep.SetLookup(Lookup.VECTOR, false)),
                new Word(
                        "store old 1..end",
                        new PatchStep.Store(new PatchContent.OldText(), 1, PatchStep.Store.END, true, false)),
                new Word(
                        "store eb-fe 0..2 alias",
                        new PatchStep.Store(
                                new PatchContent.Bytes(InstructionBytes.of(0xeb, 0xfe)), 0, 2, true, true)))) {
            assertEquals(
                    word.step,
                    StepWords.step(
                            word.text,
                            parse(VALID).sequence().places(),
                            problem -> new InvalidDataFile("case.yaml", 1, "steps", problem)));
        }
    }

    /** The line that is wrong, as it stands in {@link #VALID}, what it becomes, and the complaint from its line number on. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            about: "Two places." | abuot: "Two places." | '1: abuot: unknown field; known here are about, batches, company, cores, expect, handler, intermediates, interruptible, refs, response, source, steps, text, without'
            about: "Two places." | - | '2: about: is missing; add it'
            0f 1f 44 00 00 -> e9 2b 13 00 00 | 0f 1f 44 00 00 | '4: text: expected an address and two texts; write ''0xffffffff81000010: 0f 1f 44 00 00 -> e9 fb 00 00 00'''
            0f 1f 44 00 00 -> e9 2b 13 00 00 | 0f 1f 44 00 00 -> e9 2b | '4: text: patch at 0xffffffff81000010: old text has 5 bytes, new text 2; both need as many, 1 to 15: pad the shorter one with NOPs'
            66 90 -> eb 0e | 66 9 -> eb 0e | '5: text: expected 1 to 15 bytes such as ''0f 1f 44 00 00'', found ''66 9'''
            66 90 -> eb 0e | 66 90 -> eb 0e 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 | '5: text: expected 1 to 15 bytes such as ''0f 1f 44 00 00'', found ''eb 0e 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00'''
            0xffffffff81000043 | 0xffffffff81000010 | '5: text: the address is there twice; list a place once and name it in several batches'
            0xffffffff81000043 | 43 | '5: text: expected an address and two texts; write ''0xffffffff81000010: 0f 1f 44 00 00 -> e9 fb 00 00 00'''
            0xffffffff81000043 | 0x8000000000000043 | '5: text: no address of text; write one such as 0xffffffff81000010'
            0xffffffff81000043 | 0xffffffff81000014 | '5: text: overlaps the place at 0xffffffff81000010; list both as one place'
            0xffffffff81000043 | 0xfffffffffffff000 | '5: text: no address of text; write one such as 0xffffffff81000010'
            "0 1" | "0 2" | '7: batches: expected numbers of places, 0 to 1, found ''2''; write ''0 1'', or ''back 0 1'' for the way back'
            "0 1" | "0, 1" | '7: batches: expected numbers of places, 0 to 1, found ''0,''; write ''0 1'', or ''back 0 1'' for the way back'
            "back 1 0" | "back" | '8: batches: expected numbers of places, 0 to 1, found ''back''; write ''0 1'', or ''back 0 1'' for the way back'
            cores: 5 | cores: 1 | '9: cores: expected 2 to 4096, found ''1''; core 0 patches, the others execute'
            cores: 5 | cores: 4097 | '9: cores: expected 2 to 4096, found ''4097''; core 0 patches, the others execute'
            cores: 5 | cores: many | '9: cores: expected 2 to 4096, found ''many''; core 0 patches, the others execute'
            refs: global | refs: local | '10: refs: ''local'' is not known; write one of percpu, global'
            - foreign-int3 | - visitors | '12: company: ''visitors'' is not known; write one of foreign-int3, late-core, patcher-interrupted, handler-registered, others-idle, rival-sync, nmi, rival-patcher, rival-without-mutex'
            - sync | - synch | '15: steps: no step ''synch''; write one of await-readers, barrier, cli, drop, first-byte, int3, publish, publish online, release, retire, serialise, sti, stop, sync, sync-if-written, tail, ''sync'' with all-but-last, no-wait or no-flush, ''store new 0..4'' (new, old or bytes such as eb-fe; to ''end''; torn, alias), ''set'' or ''clear'' with count, vector, descriptor or handler'
            - sync | - sync no-answer | '15: steps: no step ''sync no-answer''; write one of await-readers, barrier, cli, drop, first-byte, int3, publish, publish online, release, retire, serialise, sti, stop, sync, sync-if-written, tail, ''sync'' with all-but-last, no-wait or no-flush, ''store new 0..4'' (new, old or bytes such as eb-fe; to ''end''; torn, alias), ''set'' or ''clear'' with count, vector, descriptor or handler'
            - store new 0..2 torn alias | - store new 0..3 | '16: steps: store 0..3 does not lie inside a place of 2 bytes; write 0 to 2, the lower number first'
            - store new 0..2 torn alias | - store new 2..2 | '16: steps: store 2..2 does not lie inside a place of 5 bytes; write 0 to 5, the lower number first'
            - store new 0..2 torn alias | - store eb-fe 0..4 | '16: steps: stores 2 bytes at 0..4; write 0..2'
            - store new 0..2 torn alias | - store eb-fe-eb-fe-eb-fe-eb-fe-eb-fe-eb-fe-eb-fe-eb-fe 0..16 | '16: steps: more than 15 bytes in one store'
            - store new 0..2 torn alias | - {a: b} | '16: steps: expected a text of one line, found fields; write a word or a sentence'
            - take | - grab | '18: handler: ''grab'' is not known; write one of ask, load-count, load-vector, load-descriptor, take, find, find-two, run-sites, act, drop, iret'
            - iret | - drop | '17: handler: a handler has 1 to 14 steps, the last one an IRET'
            response: skip | response: emulate | '21: response: ''emulate'' is not known; write one of emulate-new, emulate-old, skip, jump, spin, rewind'
            interruptible: "no" | interruptible: "maybe" | '22: interruptible: ''maybe'' is not known; write one of yes, no'
            "eb fe" | "self-jump" | '24: intermediates: expected 1 to 15 bytes such as ''0f 1f 44 00 00'', found ''self-jump'''
            - NoTornInstruction | - NoHarm | '26: without: ''NoHarm'' is not known; write one of NoTornInstruction, NoEntryInsideSite, EveryInt3IsClaimed, ActsAsEmulated, NothingOldAfterFinish, StackAsInNativeRun, RefsEndAtZero, ArrayStableWhileReferenced, EveryWaitEnds, NoBug'
            window: NoBug or EveryWaitEnds | window: NoBug and EveryWaitEnds | '28: expect.window: ''NoBug and EveryWaitEnds'' is not known; write safe, or oracles with ''or'' between them: NoTornInstruction, NoEntryInsideSite, EveryInt3IsClaimed, ActsAsEmulated, NothingOldAfterFinish, StackAsInNativeRun, RefsEndAtZero, ArrayStableWhileReferenced, EveryWaitEnds, NoBug'
            window: NoBug or EveryWaitEnds | windows: NoBug | '28: expect.windows: unknown field; known here are coherent, default, erratum, line, quadword, two-reads, window'
            default: safe | coherent: safe | '27: expect.default: is missing; add it'
            """)
    void whatIsWrongIsSaidWithItsLine(String right, String wrong, String message) {
        String yaml = VALID.replace(right, wrong.equals("-") ? "" : wrong);
        assertTrue(VALID.contains(right), right);
        assertEquals("case.yaml:" + message, complaint(yaml));
    }
}
