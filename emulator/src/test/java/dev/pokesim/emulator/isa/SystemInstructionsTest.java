package dev.pokesim.emulator.isa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.Rflags;
import dev.pokesim.emulator.machine.Interpreter;
import dev.pokesim.emulator.memory.Access;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the case files cannot show: state besides registers and memory, and one round of a string instruction. */
class SystemInstructionsTest {
    private static final long TEXT = 0x10000;
    private static final long DATA = 0x20000;

    private final AddressSpace memory = new AddressSpace();
    private final Interpreter interpreter = new Interpreter(memory);
    private final Core core = interpreter.core();

    SystemInstructionsTest() {
        memory.map(TEXT, 4096, Access.READ, Access.WRITE, Access.EXECUTE);
        memory.map(DATA, 4096, Access.READ, Access.WRITE);
        core.setRegister(Core.RSP, DATA + 2048);
    }

    /** Executes what the bytes are, once each. */
    private void execute(String... instructions) {
        core.setRip(TEXT);
        memory.load(TEXT, HexFormat.of().parseHex(String.join("", instructions).replace(" ", "")));
        assertEquals(instructions.length, interpreter.run(instructions.length, 0));
    }

    @Test
    void stiShadowsExactlyOneInstruction() {
        core.flags().setInterruptsEnabled(false);
        execute("fb");
        assertTrue(core.flags().interruptsEnabled());
        assertTrue(core.isInInterruptShadow());
        execute("90");
        assertFalse(core.isInInterruptShadow());
        execute("fb");
        assertFalse(core.isInInterruptShadow(), "IF was 1 before");
        execute("fa");
        assertFalse(core.flags().interruptsEnabled());
        execute("fb", "f4");
        assertTrue(core.isHalted());
        assertFalse(core.isInInterruptShadow());
    }

    @ParameterizedTest
    @ValueSource(strings = {"f00fb10f", "f00fc70f", "f0480fc70f"}) // cmpxchg [rdi], cmpxchg8b [rdi], cmpxchg16b [rdi]
    void lockedCompareAndExchangeSaysWhetherItFailed(String bytes) {
        core.setRegister(Core.RDI, DATA);
        core.setRegister(Core.RAX, 7);
        execute(bytes);
        assertTrue(core.hasUpdateFailed());
        core.setRegister(Core.RAX, 0);
        core.setRegister(Core.RDX, 0);
        execute(bytes);
        assertFalse(core.hasUpdateFailed());
    }

    @Test
    void selectorsAreValues() {
        core.setRegister(Core.RAX, 0x18);
        execute("8ed8", "8cdb"); // mov ds,eax; mov ebx,ds
        assertEquals(0x18, core.segment(Core.DS));
        assertEquals(0x18, core.register(Core.RBX));
        execute("8ed0"); // mov ss,eax
        assertTrue(core.isInInterruptShadow());
        assertThrows(GuestFault.class, () -> execute("8ec8"), "mov cs,eax");
        NotModelled refusal = assertThrows(NotModelled.class, () -> execute("8ee8"));
        assertTrue(String.valueOf(refusal.getMessage()).contains("mov to gs"), refusal::getMessage);
    }

    @ParameterizedTest
    @CsvSource({"0f01d0, 40000", "0f01d1, 40000", "0fae20, 40000", "0fc718, 40000", "0f01ee, 400000", "0f01ef, 400000"})
    void whatCr4EnablesIsRefusedByNameAndNotAnInvalidOpcode(String hex, String bit) {
        core.setControlRegister(4, core.controlRegister(4) | Long.parseLong(bit, 16));
        NotModelled refusal = assertThrows(NotModelled.class, () -> execute(hex));
        assertEquals(TEXT, refusal.address());
        core.setControlRegister(4, core.controlRegister(4) & ~Long.parseLong(bit, 16));
        GuestFault fault = assertThrows(GuestFault.class, () -> execute(hex));
        assertEquals(GuestFault.Vector.INVALID_OPCODE, fault.vector());
    }

    @Test
    void wbinvdSerialises() {
        assertTrue(interpreter.decode(at("0f09")).at(0) instanceof dev.pokesim.emulator.microop.Serialise);
    }

    private long at(String hex) {
        memory.load(TEXT, HexFormat.of().parseHex(hex));
        return TEXT;
    }

    @Test
    void popfAndIretqChangeTheInterruptFlagWithoutAShadow() {
        core.setRegister(Core.RAX, Rflags.IF | Rflags.CF);
        execute("50", "9d");
        assertTrue(core.flags().interruptsEnabled());
        assertFalse(core.isInInterruptShadow());
        execute("9c", "58");
        assertEquals(Rflags.IF | Rflags.CF | Rflags.RESERVED, core.register(Core.RAX));
    }

    @Test
    void popfThatSetsTfIsNotModelledAndSaysWhere() {
        core.setRegister(Core.RAX, Rflags.TF);
        memory.load(TEXT, new byte[] {0x50, (byte) 0x9d});
        core.setRip(TEXT);
        NotModelled refusal = assertThrows(NotModelled.class, () -> interpreter.run(2, 0));
        assertTrue(refusal.toString().contains("0x10001"), refusal.toString());
        assertTrue(refusal.toString().contains("TF"), refusal.toString());
    }

    @Test
    void swapgsExchangesTheBases() {
        core.setGsBase(0x1111);
        core.setKernelGsBase(0xffff888000000000L);
        execute("0f 01 f8");
        assertEquals(0xffff888000000000L, core.gsBase());
        assertEquals(0x1111, core.kernelGsBase());
    }

    @Test
    void segmentBasesAreReadAndSetByInstructionAndByMsr() {
        core.setRegister(Core.RCX, 0xffff888012345678L);
        execute("f3 48 0f ae d9", "f3 48 0f ae c8"); // wrgsbase rcx; rdgsbase rax
        assertEquals(0xffff888012345678L, core.gsBase());
        assertEquals(0xffff888012345678L, core.register(Core.RAX));
        execute("f3 0f ae d1", "f3 0f ae c2"); // wrfsbase ecx; rdfsbase edx
        assertEquals(0x12345678, core.fsBase());
        assertEquals(0x12345678, core.register(Core.RDX));

        core.setRegister(Core.RAX, 0xaaaa_aaaa_8765_4321L);
        core.setRegister(Core.RDX, 0xaaaa_aaaa_ffff_9999L);
        for (long msr : new long[] {0xc0000100L, 0xc0000101L, 0xc0000102L}) {
            core.setRegister(Core.RCX, 0xbbbb_bbbb_0000_0000L | msr);
            execute("0f 30");
        }
        assertEquals(0xffff_9999_8765_4321L, core.fsBase());
        assertEquals(0xffff_9999_8765_4321L, core.gsBase());
        assertEquals(0xffff_9999_8765_4321L, core.kernelGsBase());
        execute("0f 32");
        assertEquals(0x8765_4321L, core.register(Core.RAX));
        assertEquals(0xffff_9999L, core.register(Core.RDX));

        core.setControlRegister(4, core.controlRegister(4) & ~Core.CR4_FSGSBASE);
        GuestFault fault = assertThrows(GuestFault.class, () -> execute("f3 48 0f ae c8"));
        assertEquals(GuestFault.Vector.INVALID_OPCODE, fault.vector());
    }

    @ParameterizedTest
    @CsvSource({"0f 30, wrmsr of MSR 0x1b", "0f 32, rdmsr of MSR 0x1b"})
    void otherMsrsAreNotModelledByName(String hex, String what) {
        core.setRegister(Core.RCX, 0x1b);
        NotModelled refusal = assertThrows(NotModelled.class, () -> execute(hex));
        assertTrue(refusal.toString().contains(what), refusal.toString());
    }

    @Test
    void controlRegistersKeepTheirValues() {
        core.setRegister(Core.RBX, 0x12345000);
        execute("0f 22 db", "0f 20 d9"); // mov cr3,rbx; mov rcx,cr3
        assertEquals(0x12345000, core.controlRegister(3));
        assertEquals(0x12345000, core.register(Core.RCX));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0f a2", "0f 01 e8", "0f 22 c0", "0f 22 d0", "0f 22 d8", "0f 22 e0", "0f 01 38", "48 cf"})
    void serialisingInstructionsSerialiseAfterTheStoreBufferDrained(String hex) {
        Core other = core(hex);
        assertEquals(1, other.epoch());
        Decoded decoded = new Decoder().decode(bytes(hex), TEXT);
        assertTrue(micros(decoded).stream().anyMatch(MicroOp::drainsStores), "stores drain first");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0f ae f0",
                "0f ae e8",
                "0f ae f8",
                "0f 31",
                "0f 01 f9",
                "0f 30",
                "0f 01 f8",
                "fa",
                "fb",
                "f3 90",
                "90",
                "f3 0f 1e fa",
                "0f ae 38",
                "cc",
                "9d",
                "0f 20 c0"
            })
    void otherInstructionsDoNotSerialise(String hex) {
        assertEquals(0, core(hex).epoch());
    }

    /** The core after the instruction, in a memory whose text has changed once before. */
    private Core core(String hex) {
        memory.recordTextWrites();
        core.setRegister(Core.RAX, DATA);
        core.setRegister(Core.RCX, 0xc0000102L);
        core.setRegister(Core.RDX, 0);
        memory.write(TEXT + 2048, 1, 1, 1);
        assertEquals(0, core.epoch());
        execute(hex);
        return core;
    }

    private static dev.pokesim.emulator.memory.InstructionBytes bytes(String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
        return dev.pokesim.emulator.memory.InstructionBytes.of(bytes, 0, bytes.length);
    }

    private static List<MicroOp> micros(Decoded decoded) {
        return java.util.stream.IntStream.range(0, decoded.size())
                .mapToObj(decoded::at)
                .toList();
    }

    @Test
    void onlyMfenceOfTheFencesWaitsForStores() {
        assertTrue(
                micros(new Decoder().decode(bytes("0f ae f0"), TEXT)).stream().anyMatch(MicroOp::drainsStores));
        assertEquals(List.of(), micros(new Decoder().decode(bytes("0f ae e8"), TEXT)));
        assertEquals(List.of(), micros(new Decoder().decode(bytes("0f ae f8"), TEXT)));
    }

    @Test
    void theTimeStampCountsTimeOrElseInstructionsAndNeverGoesBack() {
        execute("90", "90", "90", "90", "0f 31");
        assertEquals(4, core.register(Core.RAX));
        core.setTimePs(1_000); // 1 ns is 2.5 ticks: less than what it said before
        assertEquals(4, core.timestamp());
        core.setTimePs(1_000_000);
        assertEquals(2_500, core.timestamp());
        core.setTimePs(3_600_000_000_000_000L); // an hour
        execute("0f 01 f9");
        long ticks = 2_500_000L * 1000 * 3600;
        assertEquals(ticks & 0xffff_ffffL, core.register(Core.RAX));
        assertEquals(ticks >>> 32, core.register(Core.RDX));
        core.setTimestampKhz(3_000_000);
        assertEquals(3_000_000L * 1000 * 3600, core.timestamp());
        core.setTimePs(Long.MAX_VALUE);
        assertEquals(Long.MAX_VALUE / 1_000_000 * 3000, core.timestamp(), 3000.0);
    }

    @Test
    void cpuidClaimsOnlyWhatIsThere() {
        List<String> mnemonics =
                InstructionSet.ALL.stream().map(Instruction::mnemonic).toList();
        core.setRegister(Core.RAX, 1);
        execute("0f a2");
        claim(mnemonics, Core.RDX, 4, "rdtsc");
        claim(mnemonics, Core.RDX, 5, "rdmsr", "wrmsr");
        claim(mnemonics, Core.RDX, 8, "cmpxchg8b");
        claim(mnemonics, Core.RDX, 15, "cmovcc");
        claim(mnemonics, Core.RDX, 19, "clflush");
        claim(mnemonics, Core.RCX, 13, "cmpxchg16b");
        claim(mnemonics, Core.RCX, 22, "movbe");
        claim(mnemonics, Core.RCX, 23, "popcnt");
        core.setRegister(Core.RAX, 7);
        core.setRegister(Core.RCX, 0);
        execute("0f a2");
        claim(mnemonics, Core.RBX, 0, "rdfsbase", "wrgsbase");
        claim(mnemonics, Core.RBX, 23, "clflushopt");
        claim(mnemonics, Core.RBX, 24, "clwb");
        claim(mnemonics, Core.RDX, 14, "serialize");
        core.setRegister(Core.RAX, 0x80000001L);
        execute("0f a2");
        claim(mnemonics, Core.RCX, 0, "lahf", "sahf");
        claim(mnemonics, Core.RCX, 8, "prefetchw");
        claim(mnemonics, Core.RDX, 27, "rdtscp");
    }

    private void claim(List<String> mnemonics, int register, int bit, String... needed) {
        assertEquals(mnemonics.containsAll(List.of(needed)), (core.register(register) >>> bit & 1) != 0, needed[0]);
    }

    // ---- strings

    @Test
    void aRepeatedStringInstructionIsOneRoundPerPass() {
        core.setRegister(Core.RCX, 3);
        core.setRegister(Core.RDI, DATA);
        core.setRegister(Core.RAX, 0x5a);
        memory.load(TEXT, new byte[] {(byte) 0xf3, (byte) 0xaa});
        core.setRip(TEXT);
        for (int round = 1; round <= 3; round++) {
            assertEquals(1, interpreter.run(1, 0));
            assertEquals(3 - round, core.register(Core.RCX));
            assertEquals(DATA + round, core.register(Core.RDI));
            assertEquals(round < 3 ? TEXT : TEXT + 2, core.rip());
            assertEquals(round < 3 ? 0 : 1, core.retired());
        }
        assertEquals(0x5a5a5a, memory.read(DATA, 4));
    }

    @Test
    void aFaultInALaterRoundKeepsTheRoundsBefore() {
        core.setRegister(Core.RCX, 4);
        core.setRegister(Core.RDI, DATA + 4096 - 16);
        core.setRegister(Core.RAX, -1);
        memory.load(TEXT, HexFormat.of().parseHex("f348ab"));
        core.setRip(TEXT);
        GuestFault fault = assertThrows(GuestFault.class, () -> interpreter.run(10, 0));
        assertEquals(DATA + 4096, fault.address());
        assertEquals(2, core.register(Core.RCX));
        assertEquals(DATA + 4096, core.register(Core.RDI));
        assertEquals(TEXT, core.rip());
        assertEquals(0, core.retired());
    }

    @Test
    void aCountOfZeroTouchesNothingAndWith67OnlyTheLowHalfCounts() {
        core.setRegister(Core.RSI, 1); // nothing is mapped there
        core.setRegister(Core.RDI, 1);
        for (String hex : new String[] {"f3 a4", "f3 48 ab", "f3 ac", "f3 a6", "f2 ae"}) {
            core.setRegister(Core.RCX, 0);
            execute(hex);
            core.setRegister(Core.RCX, 0x1_0000_0000L);
            execute("67" + hex);
            assertEquals(1, core.register(Core.RSI));
            assertEquals(0x1_0000_0000L, core.register(Core.RCX));
        }
        assertEquals(10, core.retired());
    }

    @Test
    void segmentOverridesApplyToTheSourceAndNeverToTheDestination() {
        core.setGsBase(0x100);
        core.setRegister(Core.RSI, DATA);
        core.setRegister(Core.RDI, DATA + 8);
        memory.write(DATA + 0x100, 1, 0x77, 0);
        execute("65 a4");
        assertEquals(0x77, memory.read(DATA + 8, 1));
        core.setRegister(Core.RAX, 0x66);
        execute("65 aa");
        assertEquals(0x66, memory.read(DATA + 9, 1));
    }

    @Test
    void lockedOrPaddedStringsAreTold() {
        assertThrows(GuestFault.class, () -> execute("f0 a4"));
        assertEquals(
                "rep movs byte ptr [rdi],byte ptr [rsi]",
                new Decoder().decode(bytes("f3 a4"), TEXT).name());
    }

    @Test
    void theStackPointerIsTheOldOneInPushAndTheNewOneInPop() {
        execute("54"); // push rsp
        assertEquals(DATA + 2048, memory.read(DATA + 2040, 8));
        execute("5c"); // pop rsp
        assertEquals(DATA + 2048, core.register(Core.RSP));
        memory.write(DATA + 2048, 8, 0x1234, 0);
        execute("8f 04 24"); // pop [rsp]: where RSP is after the pop
        assertEquals(0x1234, memory.read(DATA + 2056, 8));
        assertEquals(DATA + 2056, core.register(Core.RSP));
        execute("ff 34 24"); // push [rsp]: where RSP was before
        assertEquals(0x1234, memory.read(DATA + 2048, 8));
    }
}
