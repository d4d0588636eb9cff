package dev.pokesim.emulator.isa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every line of testdata/instructions: length and text, the explicit inputs and outputs, and random inputs in the interpreter
 * and on the host CPU.
 */
class InstructionCasesTest {
    private static final int RANDOM_SETS = 200;

    private final Decoder decoder = new Decoder();

    @TestFactory
    Stream<DynamicContainer> decodesAndExecutesAsTheProcessorDoes() {
        return CaseFile.all().stream().map(file -> DynamicContainer.dynamicContainer(file.mnemonic(), tests(file)));
    }

    private Stream<DynamicTest> tests(CaseFile file) {
        EmulatedCpu emulated =
                new EmulatedCpu(); // fresh per file: some instructions change what CpuState does not cover
        return file.forms().stream()
                .map(form -> DynamicTest.dynamicTest(
                        form.place() + " " + form, () -> check(file.mnemonic(), form, emulated.load(form.bytes()))));
    }

    private void check(String mnemonic, CaseFile.Form form, EmulatedCpu emulated) {
        Decoded decoded = decoder.decode(form.bytes(), CpuState.TEXT);
        assertEquals(form.bytes().sizeBytes(), decoded.bytes().sizeBytes(), "length of " + form);
        assertEquals(form.text(), AssemblyText.normalised(decoded.name()), "text of " + form);
        assertEquals(mnemonic, decoded.mnemonic(), "the file's mnemonic of " + form);
        assertTrue(
                form.notNative() == null || !form.fixed().isEmpty(),
                form + " is not native, so it needs `in ... -> out ...`");
        for (CaseFile.Fixed fixed : form.fixed()) {
            checkFixed(form, fixed, emulated);
        }
        checkRandom(form, emulated);
    }

    private static void checkFixed(CaseFile.Form form, CaseFile.Fixed fixed, EmulatedCpu emulated) {
        CpuState before = fixed.before();
        CpuState expected = fixed.after(CpuState.TEXT + form.bytes().sizeBytes());
        int undefined = UndefinedFlags.of(form.assembly(), before);
        compare(form, fixed.place() + ", interpreter", before, expected, emulated.run(before), undefined);
        if (expected.event.isEmpty() && Oracle.get().refusal(form) == null) {
            CpuState host = Oracle.get().load(form, expected.rip).run(before);
            compare(form, fixed.place() + ", host CPU", before, expected, host, undefined);
        }
    }

    private static void checkRandom(CaseFile.Form form, EmulatedCpu emulated) {
        String refusal = Oracle.get().refusal(form);
        if (form.notNative() != null) {
            return; // its fixed cases are all there is
        }
        Assumptions.assumeTrue(refusal == null, refusal);
        AssemblyText text = form.assembly();
        HostCpu host = Oracle.get().load(form);
        OperandSets sets =
                new OperandSets(text, form.bytes().low() * 31 + form.bytes().high());
        for (int i = 0; i < RANDOM_SETS; i++) {
            CpuState before = sets.next();
            CpuState actual = emulated.run(before);
            if (OperandSets.dividesWithError(text, before)) {
                CpuState expected = before.copy();
                expected.event = "fault=#DE";
                compare(form, "interpreter", before, expected, actual, 0);
            } else {
                CpuState expected = host.run(before);
                compare(
                        form,
                        "host CPU against interpreter",
                        before,
                        expected,
                        actual,
                        UndefinedFlags.of(text, before));
            }
        }
    }

    private static void compare(
            CaseFile.Form form, String what, CpuState before, CpuState expected, CpuState actual, int undefinedFlags) {
        if (!expected.equalsExcept(actual, undefinedFlags)) {
            fail(String.join(
                    "\n",
                    List.of(
                            what + ": " + form,
                            "  in       " + before,
                            "  expected " + expected.changesFrom(before),
                            "  actual   " + actual.changesFrom(before),
                            "  undefined flags: " + CpuState.flagsText(undefinedFlags))));
        }
    }
}
