package dev.pokesim.patcher.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.core.StoreBuffer;
import dev.pokesim.emulator.machine.Machine;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.microop.Await;
import dev.pokesim.emulator.microop.MicroOp;
import dev.pokesim.patcher.kernel.KernelCosts;
import dev.pokesim.patcher.site.DistributionKernel;
import dev.pokesim.patcher.site.LoadedImage;
import dev.pokesim.patcher.site.PatchSite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** A second core runs into the kernel's own handler, at every stage of the patcher's work. */
class GuestTrapsTest {
    private static final Path GOLDEN = Path.of("../testdata/kernel/guest-traps.golden");
    private static final String RUNNER = "bpf_trace_run1";
    private static final long ARGUMENT = 0xabcdef;

    /** Two cores, one after the other: core 1 calls the runner whenever core 0 has done something. */
    private static final class Probed extends FlipRecorder {
        private final GuestKernel kernel;
        private final AddressSpace memory = new AddressSpace();
        private final Machine machine;
        private final PatchSite site;
        private boolean isDue;
        private boolean isDone;
        private boolean isFlipped;
        private String trap = "plain";
        private int probes;
        private int traps;

        Probed(GuestKernel kernel, String key) {
            this.kernel = kernel;
            LoadedImage image = kernel.image();
            site = image.keysNamed(key).get(0).sites().stream()
                    .filter(each -> image.symbolAt(each.address()).symbol().equals(RUNNER))
                    .findFirst()
                    .orElseThrow();
            kernel.map(memory, 2);
            GuestProgram.map(kernel, memory);
            machine = new Machine(memory, 2, FetchMode.COHERENT, count -> 0);
            GuestCores.install(kernel, machine, 0, KernelCosts.NONE, this, KernelMutation.NONE);
            long runner = kernel.address(RUNNER);
            machine.core(1)
                    .enterRoutine(Routine.named("prober")
                            .label("probe")
                            .act("arguments", (core, local) -> {
                                core.setRegister(Core.RDI, GuestProgram.argument(kernel));
                                core.setRegister(Core.RSI, ARGUMENT);
                            })
                            .callGuest((core, local) -> runner)
                            .act("done", (core, local) -> isDone = true)
                            .jump("probe")
                            .build());
        }

        @Override
        public void stepStarted(Core patcher, String step) {
            super.stepStarted(patcher, step);
            isDue |= step.equals("sync cores");
        }

        @Override
        public void poked(Core patcher, long address, int sizeBytes) {
            super.poked(patcher, address, sizeBytes);
            isDue |= Long.compareUnsigned(address - site.address(), 5) < 0;
        }

        @Override
        public void handled(Core core, long address, boolean claimed, long resumeAt) {
            assertEquals(1, core.id());
            assertEquals(site.address(), address);
            assertEquals(true, claimed);
            trap = "int3 " + Long.toHexString(resumeAt);
            traps++;
        }

        void flip(String function, long key) {
            isFlipped = false;
            long address = kernel.address(function);
            machine.core(0)
                    .enterRoutine(Routine.named("patcher")
                            .act("key", (core, local) -> core.setRegister(Core.RDI, key))
                            .callGuest((core, local) -> address)
                            .act("done", (core, local) -> isFlipped = true)
                            .ret()
                            .build());
            while (!isFlipped) {
                MicroOp next = step(machine.core(0));
                if (isDue) {
                    isDue = false;
                    probe();
                }
                if (next instanceof Await await && !await.holds(machine.core(0))) {
                    step(machine.core(1)); // it has to answer
                }
            }
            step(machine.core(0));
        }

        private void probe() {
            isDone = false;
            trap = "plain";
            while (!isDone) {
                step(machine.core(1));
            }
            probes++;
            add("probe " + hex(memory, site.address(), 5) + " " + trap);
        }

        private MicroOp step(Core core) {
            MicroOp next = machine.next(core);
            StoreBuffer stores = Objects.requireNonNull(core.storeBuffer());
            while (!stores.isEmpty()) {
                machine.drain(core);
            }
            machine.perform(core, next);
            return next;
        }

        @Override
        void clear() {
            super.clear();
            probes = 0;
            traps = 0;
        }

        String line() {
            return probes + " " + traps + " " + hash();
        }
    }

    @Test
    void handlerSendsASecondCoreWhereItDoesUnderAnotherEmulator() throws IOException {
        for (DistributionKernel each : DistributionKernel.all("no kernel handles its INT3s")) {
            List<String[]> lines = Files.readAllLines(GOLDEN).stream()
                    .filter(line -> line.startsWith(each.packageAndVersion() + " "))
                    .map(line -> line.split(" "))
                    .toList();
            if (lines.isEmpty()) {
                continue;
            }
            GuestKernel kernel = GuestKernel.boot(each.load());
            Probed probed = new Probed(kernel, lines.get(0)[1]);
            int whileOn = 0;
            for (String[] line : lines) {
                probed.clear();
                probed.flip(line[2], kernel.address(line[1]));
                assertEquals(
                        String.join(" ", line), String.join(" ", List.of(line).subList(0, 3)) + " " + probed.line());
                whileOn += line[2].equals("static_key_enable") ? probed.probes : 0;
            }
            // the kernel counts runs from the moment on at which a core acts as the jump that the key has become
            assertEquals(whileOn, GuestProgram.countedRuns(probed.memory, 1), each.packageAndVersion());
            System.err.println("traps compared with those of another emulator: " + each);
        }
    }
}
