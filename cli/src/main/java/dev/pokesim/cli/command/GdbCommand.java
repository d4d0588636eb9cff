package dev.pokesim.cli.command;

import dev.pokesim.cli.console.Console;
import dev.pokesim.cli.console.ExitCode;
import dev.pokesim.cli.console.UserError;
import dev.pokesim.cli.gdb.GdbServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code poke-sim gdb FILE --listen PORT}: lets gdb walk a run, forwards and backwards. */
@Command(
        name = "gdb",
        description = {
            "Wait for gdb and let it walk a recorded run, forwards and backwards: cores are threads, a torn instruction is a SIGILL.",
            "FILE is a schedule of poke-sim check or a trace of poke-sim run --trace. Ends when gdb detaches.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  poke-sim gdb torn.schedule --listen :0 --symbols torn.sym",
            "  gdb -ex 'symbol-file torn.sym' -ex 'target remote :PORT'",
            "  poke-sim gdb storm.trace --listen :3333"
        })
public final class GdbCommand implements Callable<Integer> {
    private static final int MAX_PORT = 0xffff;

    @Parameters(paramLabel = "FILE|TOKEN", description = "A schedule, its token (poke1:...), or a trace.")
    private String file = "";

    @Option(
            names = "--listen",
            paramLabel = "[HOST]:PORT",
            defaultValue = ":0",
            description =
                    "Where gdb connects; without HOST only from this machine, port 0 takes a free one and says which "
                            + "(default: ${DEFAULT-VALUE}).")
    private String listen = "";

    @Option(
            names = "--symbols",
            paramLabel = "FILE",
            description = "Write the names of functions and data as an ELF file, for gdb's symbol-file.")
    private @Nullable Path symbols;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Let monitor commands make new files in DIR; without it they make none.")
    private @Nullable Path out;

    @Option(names = "--force", description = "Try although a schedule was made by another model.")
    private boolean force;

    private final Console console;

    /** The command, printing to this console. */
    public GdbCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        int colon = listen.lastIndexOf(':');
        String host = colon < 0 ? "" : listen.substring(0, colon).replaceAll("^\\[(.*)]$", "$1");
        String number = listen.substring(colon + 1);
        int port = number.matches("[0-9]{1,5}") ? Integer.parseInt(number) : -1;
        TargetOptions.require(
                port >= 0 && port <= MAX_PORT,
                "--listen " + listen + " is no [HOST]:PORT with a port up to " + MAX_PORT);
        TargetOptions.require(
                out == null || Files.isDirectory(out), "--out " + out + " is no directory; make it or name another");
        try (OpenRun open = OpenRun.of(file, force)) {
            if (symbols != null) {
                write(symbols, GdbServer.symbols(open.run()));
            }
            try (GdbServer server = new GdbServer(host.isEmpty() ? null : host, port)) {
                console.errorLine("listening on " + server.address());
                server.serve(open.run(), out, () -> false);
                return ExitCode.FINE.value();
            } catch (IOException e) {
                throw new UserError("--listen " + listen + ": " + e.getMessage() + "; choose another host or port", e);
            }
        }
    }

    private static void write(Path file, byte[] content) {
        try {
            Files.write(file, content);
        } catch (IOException e) {
            throw new UserError("--symbols " + file + ": cannot be written: " + e.getMessage(), e);
        }
    }
}
