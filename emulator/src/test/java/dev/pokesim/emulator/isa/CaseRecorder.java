package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Writes {@code in ... -> out ...} lines, as the host CPU computes them, below every form that has none: the cases for hosts
 * that are not x86-64. By hand: see testdata/README.md.
 */
final class CaseRecorder {
    private CaseRecorder() {}

    /**
     * @param arguments case files
     */
    public static void main(String[] arguments) throws IOException {
        for (String argument : arguments) {
            Path path = Path.of(argument);
            List<CaseFile.Form> forms = CaseFile.read(path).forms();
            List<String> result = new ArrayList<>();
            int next = 0;
            for (String line : Files.readAllLines(path)) {
                result.add(line);
                boolean isForm =
                        !line.isBlank() && !line.startsWith("#") && !line.trim().startsWith("in ");
                CaseFile.Form form = isForm ? forms.get(next++) : null;
                if (form != null && form.fixed().isEmpty() && Oracle.get().refusal(form) == null) {
                    record(form).ifPresent(result::add);
                }
            }
            Files.write(path, result);
        }
    }

    private static Optional<String> record(CaseFile.Form form) {
        AssemblyText text = form.assembly();
        HostCpu host = Oracle.get().load(form);
        OperandSets sets =
                new OperandSets(text, form.bytes().low() * 37 + form.bytes().high() + 1);
        CpuState in = sets.next();
        for (int i = 0; i < 20 && OperandSets.dividesWithError(text, in); i++) {
            in = sets.next();
        }
        if (OperandSets.dividesWithError(text, in)) {
            return Optional.empty(); // DIV RDX: no dividend is small enough
        }
        CpuState out = host.run(in);
        for (int register = 0; register < 16; register++) {
            boolean isNamed = text.mnemonic().startsWith("leave") && register == Core.RBP;
            for (AssemblyText.Memory memory : text.memories()) {
                isNamed |= memory.uses(register);
            }
            if (register != Core.RSP && !isNamed) {
                CpuState simpler = in.copy();
                simpler.registers[register] = 0;
                in = keepIfSame(text, host, in, simpler, register);
            }
        }
        in = withoutNeedlessMemory(text, host, in);
        out = host.run(in);
        int undefined = UndefinedFlags.of(text, in);
        out.flags = out.flags & ~undefined | in.flags & undefined;
        CpuState zero = new CpuState();
        String after = out.rip == CpuState.TEXT + form.bytes().sizeBytes() ? "" : " rip=" + Long.toHexString(out.rip);
        CpuState there = in.copy();
        there.rip = out.rip;
        String changes = out.changesFrom(there);
        boolean onlyJumps = changes.equals("-") && !after.isEmpty();
        return Optional.of("  in " + in.changesFrom(zero) + " -> out " + (onlyJumps ? after.trim() : changes + after));
    }

    /** The simpler inputs if the instruction does the same with them; a register that it leaves alone may differ. */
    private static CpuState keepIfSame(AssemblyText text, HostCpu host, CpuState in, CpuState simpler, int register) {
        if (OperandSets.dividesWithError(text, simpler)
                || UndefinedFlags.isResultUndefined(text, simpler)
                || UndefinedFlags.of(text, simpler) != UndefinedFlags.of(text, in)) {
            return in;
        }
        if (text.isBranch() && host.run(in).rip == in.registers[register]) {
            return in;
        }
        CpuState was = host.run(in);
        CpuState is = host.run(simpler);
        if (was.registers[register] == in.registers[register] && is.registers[register] == 0) {
            is.registers[register] = was.registers[register];
        }
        return was.equalsExcept(is, 0) ? simpler : in;
    }

    private static boolean holdsTarget(AssemblyText text, CpuState state, long at) {
        return text.memories().stream().anyMatch(memory -> Math.abs(memory.address(state) - at) < 8);
    }

    private static CpuState withoutNeedlessMemory(AssemblyText text, HostCpu host, CpuState in) {
        CpuState best = in;
        for (long window : new long[] {CpuState.DATA, CpuState.STACK}) {
            for (int i = 0; i < CpuState.WINDOW_BYTES; i += 8) {
                long at = window + i;
                if (text.mnemonic().equals("ret") && at == CpuState.INITIAL_RSP
                        || text.isBranch() && holdsTarget(text, best, at)) {
                    continue;
                }
                CpuState simpler = best.copy();
                simpler.write(at, 8, 0);
                if (OperandSets.dividesWithError(text, simpler)
                        || UndefinedFlags.isResultUndefined(text, simpler)
                        || UndefinedFlags.of(text, simpler) != UndefinedFlags.of(text, best)) {
                    continue;
                }
                CpuState was = host.run(best);
                CpuState is = host.run(simpler);
                if (was.read(at, 8) == best.read(at, 8) && is.read(at, 8) == 0) {
                    is.write(at, 8, was.read(at, 8));
                }
                if (was.equalsExcept(is, 0)) {
                    best = simpler;
                }
            }
        }
        return best;
    }
}
