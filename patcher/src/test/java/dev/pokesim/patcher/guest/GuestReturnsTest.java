package dev.pokesim.patcher.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.Rflags;
import dev.pokesim.emulator.machine.Interpreter;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.patcher.kernel.KernelCosts;
import dev.pokesim.patcher.kernel.PatchListener;
import dev.pokesim.patcher.site.DistributionKernel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** After every return of a kernel's functions while it flips a key, registers hold what they hold under another emulator. */
class GuestReturnsTest {
    private static final Path GOLDEN = Path.of("../testdata/kernel/guest-returns.golden");
    private static final int CHECKPOINT = 1024;
    private static final int FLAGS = Rflags.CF | Rflags.PF | Rflags.ZF | Rflags.SF;
    private static final int RET = 0xc3;
    private static final int RET_AND_POP = 0xc2;
    private static final int REGISTERS = 16;

    @Test
    void registersAreTheSameAfterEveryReturn() throws IOException, NoSuchAlgorithmException {
        int compared = 0;
        for (DistributionKernel each : DistributionKernel.all("registers are not compared after a kernel's returns")) {
            Map<String, List<String>> calls = golden(each.packageAndVersion());
            if (calls.isEmpty()) {
                continue;
            }
            GuestKernel kernel = GuestKernel.boot(each.load());
            String key = "";
            Flips flips = new Flips(kernel);
            for (Map.Entry<String, List<String>> call : calls.entrySet()) {
                String[] words = call.getKey().split(" ");
                if (!words[0].equals(key)) {
                    key = words[0];
                    flips = new Flips(kernel);
                }
                assertEquals(call.getValue(), flips.call(words[1], GuestKernelTest.key(kernel, key)), call.getKey());
                compared++;
            }
        }
        System.err.println("registers after each return compared: " + compared + " calls");
    }

    /** By key and function, in the order of the file: the number of returns so far and the digest of what registers held. */
    private static Map<String, List<String>> golden(String packageAndVersion) throws IOException {
        Map<String, List<String>> calls = new LinkedHashMap<>();
        for (String line : Files.readAllLines(GOLDEN)) {
            String[] words = line.split(" ");
            if (words[0].equals(packageAndVersion)) {
                calls.computeIfAbsent(words[1] + " " + words[2], call -> new ArrayList<>())
                        .add(words[3] + " " + words[4]);
            }
        }
        return calls;
    }

    /** A kernel whose registers are 0 before the first call. */
    private static final class Flips {
        private final GuestKernel kernel;
        private final Core core;
        private final Interpreter interpreter;

        Flips(GuestKernel kernel) {
            this.kernel = kernel;
            AddressSpace memory = new AddressSpace();
            kernel.map(memory, 1);
            core = new Core(0, memory);
            interpreter =
                    new Interpreter(core, KernelReplacements.of(kernel, KernelCosts.NONE, new PatchListener() {}, 1));
        }

        List<String> call(String function, long key) throws NoSuchAlgorithmException {
            kernel.prepare(core);
            core.setRegister(Core.RDI, key);
            core.setRegister(Core.RSP, core.register(Core.RSP) - Long.BYTES);
            core.memory().write(core.register(Core.RSP), Long.BYTES, Core.ROUTINE_RETURN, 0);
            core.setRip(kernel.address(function));
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            List<String> checkpoints = new ArrayList<>();
            int returns = 0;
            while (core.rip() != Core.ROUTINE_RETURN) {
                long opcode = core.memory().read(core.rip(), 1);
                interpreter.run(1, Core.ROUTINE_RETURN);
                if (opcode == RET || opcode == RET_AND_POP) {
                    digest.update(state().getBytes(StandardCharsets.US_ASCII));
                    if (++returns % CHECKPOINT == 0) {
                        checkpoints.add(checkpoint(returns, digest));
                    }
                }
            }
            checkpoints.add(checkpoint(returns, digest));
            assertTrue(returns > 1, function);
            return checkpoints;
        }

        /** RIP, 0 where the call ends; the registers in the order of their numbers; the flags that are defined. */
        private String state() {
            StringBuilder state =
                    new StringBuilder(Long.toHexString(core.rip() == Core.ROUTINE_RETURN ? 0 : core.rip()));
            for (int i = 0; i < REGISTERS; i++) {
                state.append(' ').append(Long.toHexString(core.register(i)));
            }
            return state.append(' ')
                    .append(Long.toHexString(core.flags().value() & FLAGS))
                    .append('\n')
                    .toString();
        }

        private static String checkpoint(int returns, MessageDigest digest) throws NoSuchAlgorithmException {
            try {
                return returns + " " + HexFormat.of().formatHex(((MessageDigest) digest.clone()).digest());
            } catch (CloneNotSupportedException e) {
                throw new IllegalStateException("SHA-256 can be cloned", e);
            }
        }
    }
}
