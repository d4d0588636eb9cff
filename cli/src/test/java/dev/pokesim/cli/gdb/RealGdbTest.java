package dev.pokesim.cli.gdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.explore.ExhaustiveSearch;
import dev.pokesim.emulator.explore.SearchLimits;
import dev.pokesim.patcher.kernel.PerCpuRefs;
import dev.pokesim.patcher.protocol.BrokenNoSecondSync;
import dev.pokesim.patcher.run.PatchModel;
import dev.pokesim.patcher.schedule.MachineSchedule;
import dev.pokesim.patcher.schedule.TextOrigin;
import dev.pokesim.patcher.site.GeneratedText;
import dev.pokesim.patcher.travel.PatchTimeline;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A whole session of the real gdb on a schedule of a broken protocol. */
class RealGdbTest {
    @TempDir
    private Path folder = Path.of("");

    private static boolean hasGdb() {
        try {
            Process process = new ProcessBuilder("gdb", "--version")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException none) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** What gdb prints for some commands, one text a command. */
    private List<String> session(PatchTimeline run, List<String> commands) throws Exception {
        Path symbols = folder.resolve("names of a run.elf");
        Files.write(symbols, GdbServer.symbols(run));
        try (GdbServer server = new GdbServer(null, 0)) {
            CompletableFuture<Void> served = CompletableFuture.runAsync(() -> {
                try {
                    server.serve(run, folder, () -> false);
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            StringBuilder script = new StringBuilder("set pagination off\nset confirm off\nset width 0\n");
            script.append("symbol-file \"").append(symbols).append("\"\n");
            script.append("target remote ").append(server.address()).append('\n');
            for (String command : commands) {
                script.append("echo \\n@@\\n\n").append(command).append('\n');
            }
            script.append("detach\n");
            Path file = folder.resolve("session.gdb");
            Files.writeString(file, script);
            Path output = folder.resolve("output");
            Process gdb = new ProcessBuilder("gdb", "-nx", "-batch", "-x", file.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            assertTrue(gdb.waitFor(100, TimeUnit.SECONDS), "gdb is still running");
            String printed = Files.readString(output, StandardCharsets.ISO_8859_1);
            assertEquals(0, gdb.exitValue(), printed);
            served.get(20, TimeUnit.SECONDS);
            List<String> parts = new ArrayList<>(List.of(printed.split("\n@@\n", -1)));
            parts.remove(0);
            assertEquals(commands.size(), parts.size(), printed);
            return parts;
        }
    }

    private static PatchTimeline torn() {
        TextOrigin text = new TextOrigin.Generated(new GeneratedText.Mix(1, 0), 1);
        PatchModel model =
                new PatchModel(text.load(), new BrokenNoSecondSync(), new PerCpuRefs(), FetchMode.WINDOW, 2, 1, 0);
        MachineSchedule found = new MachineSchedule(
                model,
                text,
                new ExhaustiveSearch(model, SearchLimits.ONE_GIB).run().trace());
        byte[] schedule = found.write(List.of("search=exhaustive")).text().getBytes(StandardCharsets.US_ASCII);
        return PatchTimeline.ofSchedule("torn", schedule, false);
    }

    @Test
    @Timeout(240)
    void walksToATornInstructionAndBack() throws Exception {
        assumeTrue(hasGdb(), "no gdb here");
        PatchTimeline run = torn();
        String site = "0x" + Long.toHexString(run.target().places().get(0).address());
        List<String> said = session(
                run,
                List.of(
                        "info threads", // 0
                        "break bpf_run_000",
                        "hbreak *" + site,
                        "watch *(unsigned char *)" + site,
                        "continue", // 4: the INT3 is written, or the function is called
                        "continue",
                        "continue",
                        "delete",
                        "continue", // 8: the torn instruction
                        "monitor where",
                        "reverse-continue", // 10: before it
                        "monitor see 1",
                        "x/5bx " + site,
                        "thread",
                        "reverse-stepi", // 14
                        "stepi",
                        "x/i $pc",
                        "reverse-continue", // 17: the start
                        "monitor where",
                        "info threads"));
        assertTrue(
                said.get(0).contains("\"core 0 patcher\"") && said.get(0).contains("\"core 1 worker\""), said.get(0));
        String hits = said.get(4) + said.get(5) + said.get(6);
        assertTrue(hits.contains("hit Breakpoint 1"), hits);
        assertTrue(hits.contains("Hardware watchpoint 3"), hits);
        assertTrue(hits.contains("New value = 204"), hits);
        assertTrue(said.get(8).contains("SIGILL") || said.get(8).contains("replay"), said.get(8));
        assertTrue(said.get(9).contains("violated: NoTornInstruction"), said.get(9));
        assertTrue(said.get(10).contains("SIGILL"), said.get(10));
        assertTrue(said.get(11).contains("memory e9 ") && said.get(11).contains("\n or "), said.get(11));
        assertTrue(said.get(12).contains("0xe9"), said.get(12));
        assertTrue(said.get(13).contains("Current thread is 2"), said.get(13));
        assertTrue(said.get(14).contains("in bpf_run_000"), said.get(14));
        assertTrue(said.get(16).contains("bpf_run_000"), said.get(16));
        assertTrue(said.get(17).contains("No more reverse-execution history"), said.get(17));
        assertTrue(said.get(18).startsWith("position 0 of "), said.get(18));
        assertEquals(0, run.timeline().position());
    }
}
