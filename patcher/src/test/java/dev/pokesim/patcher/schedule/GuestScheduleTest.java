package dev.pokesim.patcher.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.datafile.InvalidDataFile;
import dev.pokesim.emulator.explore.ExhaustiveSearch;
import dev.pokesim.emulator.explore.Schedule;
import dev.pokesim.emulator.explore.SearchLimits;
import dev.pokesim.patcher.guest.GuestKernel;
import dev.pokesim.patcher.guest.KernelMutation;
import dev.pokesim.patcher.run.GuestModel;
import dev.pokesim.patcher.run.PatchTarget;
import dev.pokesim.patcher.site.DistributionKernel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a kernel's own code did wrong can be done again from a file that names the kernel by its checksum. */
class GuestScheduleTest {
    private static Schedule parsed(String text) {
        return Schedule.parse("test", text.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void counterexampleReplaysFromItsFile() {
        DistributionKernel image =
                DistributionKernel.all("no kernel's counterexample is replayed").get(0);
        GuestKernel kernel = GuestKernel.boot(image.load());
        PatchTarget key = PatchTarget.ofKey(
                kernel.image(),
                kernel.image().keysNamed("bpf_stats_enabled_key").get(0));
        GuestModel model = new GuestModel(
                kernel,
                GuestModel.places(kernel, key, 1),
                KernelMutation.named("skip-sync=1").orElseThrow(),
                FetchMode.WINDOW,
                2,
                1);
        Schedule written = new MachineSchedule(
                        model,
                        new TextOrigin.Input(image.vmlinuz().toString(), key.key()),
                        new ExhaustiveSearch(model, SearchLimits.ONE_GIB)
                                .workers(2)
                                .run()
                                .trace())
                .write(List.of("search=exhaustive"));
        String text = written.text();
        assertTrue(text.contains("mutate=skip-sync%3D1"), text);

        MachineSchedule read = MachineSchedule.read("test", parsed(text), false);
        assertEquals(model.digest(), read.model().digest());
        assertEquals(Expectation.read("test", written), MachineSchedule.ended(read.replay()));
        assertEquals("NoTornInstruction", MachineSchedule.ended(read.replay()).oracle());

        assertRefused(text.replaceFirst("image=sha256:....", "image=sha256:0123"), "another checksum than image=");
        assertRefused(text.replace("skip-sync%3D1", "skip-lunch"), "mutate=skip-lunch is no change");
        assertRefused(text.replace("sites=1 ", "sites=65 "), "sites=65: the text has 64");
        assertRefused(text.replaceFirst("input=\\S+ key=\\S+", "generated=1 calls=0 seed=1"), "input= is missing");
    }

    private static void assertRefused(String text, String why) {
        InvalidDataFile refused =
                assertThrows(InvalidDataFile.class, () -> MachineSchedule.read("test", parsed(text), false));
        assertTrue(String.valueOf(refused.getMessage()).contains(why), refused::getMessage);
    }
}
