package dev.pokesim.cli.command;

import dev.pokesim.bpf.run.AsyncSchedule;
import dev.pokesim.cli.console.Console;
import dev.pokesim.cli.console.OutputOptions;
import dev.pokesim.cli.console.Report;
import dev.pokesim.cli.console.UserError;
import dev.pokesim.emulator.datafile.InvalidDataFile;
import dev.pokesim.emulator.explore.Schedule;
import dev.pokesim.patcher.guest.GuestStopped;
import dev.pokesim.patcher.schedule.MachineSchedule;
import dev.pokesim.patcher.schedule.ProofSchedule;
import dev.pokesim.patcher.schedule.StepDoesNotFit;
import dev.pokesim.patcher.site.InvalidInput;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code poke-sim replay FILE|TOKEN}: does again what a schedule says, step by step. */
@Command(
        name = "replay",
        description = {
            "Do again what a schedule of poke-sim check says, and compare how it ends.",
            "Status 0: it ends as the schedule expects. 1: it does not. 2: it is no schedule, or it does not fit.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  poke-sim replay no-torn-instruction-broken-no-second-sync-0123abcd.schedule",
            "  poke-sim replay FILE --states",
            "  poke-sim replay FILE --prefix --format json"
        })
public final class ReplayCommand implements Callable<Integer> {
    private static final String TOKEN = "the token";

    @Parameters(paramLabel = "FILE|TOKEN", description = "A schedule that check wrote, or its token (poke1:...).")
    private String schedule = "";

    @Option(
            names = "--prefix",
            description =
                    "Expect nothing at the end; list what could happen next. Cut a schedule's steps off for that.")
    private boolean prefix;

    @Option(names = "--force", description = "Try although the schedule was made by another model.")
    private boolean force;

    @Option(names = "--states", description = "Print the hash of each state as well.")
    private boolean states;

    @Mixin
    private final OutputOptions output;

    /** The command, printing to this console. */
    public ReplayCommand(Console console) {
        this.output = new OutputOptions(console);
    }

    @Override
    public Integer call() {
        boolean isToken = schedule.startsWith(Schedule.TOKEN_PREFIX);
        String name = isToken ? TOKEN : schedule;
        byte[] content =
                isToken ? Schedule.ofToken(TOKEN, schedule).text().getBytes(StandardCharsets.US_ASCII) : read(schedule);
        Schedule read = Schedule.parse(name, content);
        try {
            return output.print(replay(name, read)).exitCode().value();
        } catch (StepDoesNotFit step) {
            throw new InvalidDataFile(
                    name,
                    Schedule.lineOfStep(content, step.index()),
                    "",
                    "step " + (step.index() + 1) + ": " + step.getMessage());
        } catch (InvalidInput | GuestStopped invalid) {
            throw new UserError(String.valueOf(invalid.getMessage()), invalid);
        }
    }

    private Report replay(String name, Schedule read) {
        List<String> words = read.words(Schedule.Key.MODEL);
        String model = words.isEmpty() ? "" : words.get(0);
        return switch (model) {
            case ProofSchedule.MODEL ->
                ReplayResult.of(name, read, ProofSchedule.read(name, read, force), prefix, states);
            case MachineSchedule.MODEL, MachineSchedule.GUEST_MODEL ->
                ReplayResult.of(name, read, MachineSchedule.read(name, read, force), prefix, states);
            case AsyncSchedule.MODEL ->
                BpfReplayResult.of(name, read, AsyncSchedule.read(name, read, force), prefix, states);
            default ->
                throw new InvalidDataFile(
                        name,
                        0,
                        "model",
                        "`" + model + "` is none of " + ProofSchedule.MODEL + ", " + MachineSchedule.MODEL + ", "
                                + MachineSchedule.GUEST_MODEL + ", "
                                + AsyncSchedule.MODEL);
        };
    }

    private static byte[] read(String file) {
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            return in.readNBytes(Schedule.MAX_BYTES + 1);
        } catch (IOException | InvalidPathException e) {
            throw new UserError(file + ": cannot read the schedule: " + e, e);
        }
    }
}
