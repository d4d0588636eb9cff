package dev.pokesim.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.pokesim.cli.console.Console;
import dev.pokesim.cli.console.Interruption;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands with a kernel that a distribution ships. What is in it is checked where it is read. */
class KernelInputTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;

    private int pokeSim(String... arguments) {
        return pressing("", arguments);
    }

    private int pressing(String keys, String... arguments) {
        Console console = new Console(
                new PrintWriter(out),
                new PrintWriter(err),
                false,
                false,
                new Interruption(),
                new ByteArrayInputStream(keys.getBytes(StandardCharsets.UTF_8)),
                false);
        return PokeSim.run(console, arguments);
    }

    /** As testdata/kernel/fetch-kernel.sh puts them. */
    private static String vmlinuz() throws IOException {
        Map<String, String> environment = System.getenv();
        String caches =
                environment.getOrDefault("XDG_CACHE_HOME", Path.of(System.getProperty("user.home"), ".cache") + "");
        Path folder = Path.of(environment.getOrDefault("POKE_SIM_KERNELS", caches + "/poke-sim/kernels"));
        Optional<Path> found = Optional.empty();
        if (Files.isDirectory(folder)) {
            try (Stream<Path> kernels = Files.list(folder)) {
                found = kernels.map(kernel -> kernel.resolve("vmlinuz"))
                        .filter(Files::isReadable)
                        .sorted()
                        .findFirst();
            }
        }
        if (found.isEmpty()) {
            String reason = "no kernel in " + folder + "; testdata/kernel/fetch-kernel.sh fetches some";
            System.err.println("SKIPPED: the commands are not tried on a whole kernel: " + reason);
            Assumptions.abort(reason);
        }
        return found.orElseThrow().toString();
    }

    @Test
    void sitesOfAKeyAreListedWithTheKernelsVersion() throws IOException {
        String[] sites = {"sites", vmlinuz(), "--key", "bpf_stats_enabled_key"};
        assertEquals(0, pokeSim(sites), err::toString);
        assertTrue(out.toString().contains("bpf_trace_run1+0x"), out::toString);
        assertTrue(out.toString().contains("\nLinux version "), out::toString);
        assertTrue(out.toString().endsWith("; text and keys agree\n"), out::toString);
    }

    @Test
    void jsonHasTheKeysWithMostSitesFirst() throws IOException {
        assertEquals(0, pokeSim("sites", vmlinuz(), "--sort", "sites", "--format", "json"), err::toString);
        JsonObject json = JsonParser.parseString(out.toString()).getAsJsonObject();
        JsonArray sites = json.getAsJsonArray("sites");
        assertEquals(json.getAsJsonObject("summary").get("sites").getAsInt(), sites.size());
        String first = key(sites, 0);
        int count = 0;
        while (key(sites, count).equals(first)) {
            count++;
        }
        assertTrue(count > 100, first + " has " + count);
        assertTrue(json.getAsJsonObject("kernel").get("functionEntryCalls").getAsInt() > 10_000);
    }

    @Test
    void aKernelThatPatchesItselfIsTracedWithItsOwnNames() throws IOException {
        String trace = folder.resolve("guest.trace").toString();
        String[] run = {
            "run",
            "--input",
            vmlinuz(),
            "--key",
            "bpf_stats_enabled_key",
            "--cores",
            "8",
            "--guest",
            "--trace",
            trace,
            "--trace-level",
            "memory",
            "--quiet"
        };
        assertEquals(0, pokeSim(run), err::toString);
        out.getBuffer().setLength(0);
        assertEquals(0, pokeSim("trace", trace, "--events", "poke", "--format", "json"), err::toString);
        long pokes = out.toString()
                .lines()
                .filter(line -> line.contains("\"event\":\"poke\""))
                .count();
        assertEquals(3 * 64, pokes, "INT3, tail and first byte of each site");
        assertTrue(out.toString().contains("bpf_trace_run1+0x"), out::toString);
        out.getBuffer().setLength(0);
        String[] refs = {"trace", trace, "--events", "transfer", "--address", "bp_desc.refs"};
        assertEquals(0, pokeSim(refs), err::toString);
        assertTrue(out.toString().contains("lock cmpxchg dword ptr"), out::toString);
        out.getBuffer().setLength(0);
        assertEquals(0, pokeSim("trace", trace, "--counts", "--format", "json"), err::toString);
        assertTrue(out.toString().contains("\"instruction\""), out::toString);
        assertEquals(2, pokeSim("step", trace), "nobody can do a guest's run again");
    }

    private static String key(JsonArray sites, int index) {
        return sites.get(index).getAsJsonObject().get("key").getAsString();
    }

    @Test
    void textOfAKernelIsPatchedWhenNobodyCallsIt() throws IOException {
        String key = "bpf_stats_enabled_key";
        assertEquals(
                0,
                pokeSim("run", "--input", vmlinuz(), "--key", key, "--hot-sites", "0", "--cores", "4", "--quiet"),
                err::toString);
        assertTrue(out.toString().contains("No oracle was violated."), out::toString);
    }

    @Test
    void kernelPatchesItselfAsAGuest() throws IOException {
        String[] run = {
            "run",
            "--input",
            vmlinuz(),
            "--key",
            "bpf_stats_enabled_key",
            "--cores",
            "8",
            "--hot-sites",
            "12",
            "--guest"
        };
        assertEquals(0, pokeSim(run), err::toString);
        assertTrue(out.toString().contains(", all of it the kernel's own code\n"), out::toString);
        assertTrue(out.toString().contains("\nnr_entries=64 "), out::toString);
        assertTrue(out.toString().endsWith("No oracle was violated.\n"), out::toString);
    }

    @Test
    void guestHasNoMoreHotSitesThanFunctionsThatCanBeCalled() throws IOException {
        String[] run = {
            "run",
            "--input",
            vmlinuz(),
            "--key",
            "bpf_stats_enabled_key",
            "--cores",
            "8",
            "--hot-sites",
            "13",
            "--guest"
        };
        assertEquals(2, pokeSim(run), out::toString);
        assertEquals(
                "poke-sim: --hot-sites 13 is not between 0 and the 12 functions with a site that cores can call in a guest kernel\n",
                err.toString());
    }

    @Test
    void functionThatNeedsMoreThanARunGivesSaysWhatToDo() throws IOException {
        assertEquals(
                2,
                pokeSim(
                        "run",
                        "--input",
                        vmlinuz(),
                        "--key",
                        "bpf_stats_enabled_key",
                        "--cores",
                        "4",
                        "--hot-sites",
                        "4"),
                out::toString);
        assertTrue(
                err.toString().matches("poke-sim: the guest cannot go on: .+; --hot-sites 0 patches .+\n"),
                err::toString);
    }

    @Test
    void checkShowsWhatASyncOfTheKernelIsForAndReplayDoesItAgain() throws IOException {
        String[] check = {
            "check",
            "--input",
            vmlinuz(),
            "--key",
            "bpf_stats_enabled_key",
            "--cores",
            "2",
            "--guest",
            "--mutate",
            "skip-sync=1",
            "--out",
            folder.toString(),
            "--quiet"
        };
        assertEquals(1, pokeSim(check), err::toString);
        String found = out.toString();
        assertTrue(found.startsWith("VIOLATED: an order of micro-ops breaks the kernel with skip-sync=1 "), found);
        assertTrue(found.contains("text_poke_bp_batch: "), found);
        assertTrue(found.contains("(mapped for poking)=0xcc"), found);
        assertTrue(found.contains("!! NoTornInstruction"), found);
        Path schedule;
        try (Stream<Path> files = Files.list(folder)) {
            schedule = files.findFirst().orElseThrow();
        }
        assertEquals(0, pokeSim("replay", schedule.toString(), "--quiet"), err::toString);
        assertTrue(out.toString().contains("AS EXPECTED: it ends with NoTornInstruction of core 1 "), out::toString);

        out.getBuffer().setLength(0);
        assertEquals(0, pressing("vMCpoke\n", "step", schedule.toString()), err::toString);
        assertTrue(out.toString().contains("!! NoTornInstruction"), out::toString);
        assertTrue(out.toString().contains("[text at 0xffffffff"), out::toString);
        assertTrue(out.toString().contains(" <bpf_trace_run1"), out::toString);
    }

    @Test
    void guestThatDoesNotRaiseTheReferenceCountIsCaughtInARun() throws IOException {
        String[] run = {
            "run",
            "--input",
            vmlinuz(),
            "--key",
            "bpf_stats_enabled_key",
            "--cores",
            "8",
            "--guest",
            "--mutate",
            "skip-refs",
            "--quiet"
        };
        assertEquals(1, pokeSim(run), err::toString);
        assertTrue(out.toString().contains("EveryInt3IsClaimed"), out::toString);
    }

    @Test
    void guestThatCannotBeExploredSaysWhy() throws IOException {
        assertEquals(2, pokeSim("check", "--mutate", "skip-refs"), out::toString);
        assertTrue(err.toString().endsWith("poke-sim: --mutate needs --guest\n"), err::toString);
        assertEquals(2, pokeSim("check", "--guest"), out::toString);
        assertTrue(err.toString().endsWith("poke-sim: --guest needs --input KERNEL and --key KEY\n"), err::toString);
        String[] check = {"check", "--guest", "--input", vmlinuz(), "--key", "sched_schedstats"};
        assertEquals(2, pokeSim(check), out::toString);
        assertTrue(
                err.toString().contains(": no function with a site of this key can be called here; "), err::toString);
        String[] typo = {"check", "--guest", "--input", vmlinuz(), "--key", "bpf_stats_enabled_key", "--mutate", "x"};
        assertEquals(2, pokeSim(typo), out::toString);
        assertTrue(err.toString().contains("--mutate: no x; one of skip-sync=1, skip-sync=2, "), err::toString);
    }
}
