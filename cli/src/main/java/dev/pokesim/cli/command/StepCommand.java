package dev.pokesim.cli.command;

import dev.pokesim.cli.console.Console;
import dev.pokesim.cli.console.ExitCode;
import dev.pokesim.cli.console.Format;
import dev.pokesim.cli.console.OutputOptions;
import dev.pokesim.cli.step.FullScreen;
import dev.pokesim.cli.step.Plain;
import dev.pokesim.cli.step.ScreenSize;
import dev.pokesim.cli.step.Stepper;
import dev.pokesim.cli.step.View;
import dev.pokesim.patcher.travel.PatchTimeline;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** {@code poke-sim step FILE|TOKEN}: walks a recorded run forwards and backwards. */
@Command(
        name = "step",
        description = {
            "Walk a recorded run forwards and backwards, micro-op by micro-op: what every core executes and sees, the patched place, "
                    + "registers, references, IPIs.",
            "On a terminal it takes the whole screen; ? shows the keys. Otherwise it reads the same keys from standard input and prints "
                    + "a line for each.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  poke-sim step no-torn-instruction-broken-no-second-sync-0123abcd.schedule",
            "  poke-sim step storm.trace",
            "  printf 'vIp' | poke-sim step FILE",
            "  printf 'cstep sync\\n' | poke-sim step FILE --format json",
            "  printf 'v' | poke-sim step FILE --screen 120x40"
        })
public final class StepCommand implements Callable<Integer> {
    @Parameters(
            paramLabel = "FILE|TOKEN",
            description = "A schedule that check wrote, its token (poke1:...), or a trace that run --trace wrote.")
    private String file = "";

    @Option(
            names = "--screen",
            paramLabel = "COLUMNSxLINES",
            converter = SizeConverter.class,
            description = "Read keys from standard input and print a screen of this size for each.")
    private @Nullable ScreenSize screen;

    @Option(names = "--force", description = "Try although the schedule was made by another model.")
    private boolean force;

    @Mixin
    private final OutputOptions output;

    /** The command, printing to this console. */
    public StepCommand(Console console) {
        this.output = new OutputOptions(console);
    }

    @Override
    public Integer call() throws IOException {
        TargetOptions.require(
                screen == null || output.format() == Format.TEXT, "--screen and --format json contradict each other");
        try (OpenRun open = OpenRun.of(file, force)) {
            return walk(open.run());
        }
    }

    private int walk(PatchTimeline run) throws IOException {
        Stepper stepper = new Stepper(file, run);
        Console console = output.console();
        BooleanSupplier stop = output.stopRequested();
        if (console.fullScreen() && screen == null && output.format() == Format.TEXT) {
            FullScreen.run(stepper, new View(console.colour()), stop);
        } else if (screen != null) {
            Plain.screens(stepper, console, screen, stop);
        } else if (output.format() == Format.JSON) {
            Plain.objects(stepper, console, stop);
        } else {
            Plain.lines(stepper, console, stop);
        }
        return (stop.getAsBoolean() ? ExitCode.INCOMPLETE : ExitCode.FINE).value();
    }

    /** Like 80x24. */
    static final class SizeConverter implements ITypeConverter<ScreenSize> {
        @Override
        public ScreenSize convert(String typed) {
            String[] numbers = typed.split("x", -1);
            if (!typed.matches("[0-9]{1,4}x[0-9]{1,4}")) {
                throw new TypeConversionException("'" + typed + "' is not a size, such as 80x24");
            }
            try {
                return new ScreenSize(Integer.parseInt(numbers[0]), Integer.parseInt(numbers[1]));
            } catch (IllegalArgumentException wrong) {
                throw new TypeConversionException(String.valueOf(wrong.getMessage()));
            }
        }
    }
}
