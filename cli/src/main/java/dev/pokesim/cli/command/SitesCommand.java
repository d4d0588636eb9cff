package dev.pokesim.cli.command;

import dev.pokesim.cli.console.Console;
import dev.pokesim.cli.console.OutputOptions;
import dev.pokesim.cli.console.UserError;
import dev.pokesim.patcher.site.ElfInput;
import dev.pokesim.patcher.site.InvalidInput;
import dev.pokesim.patcher.site.KeySites;
import dev.pokesim.patcher.site.LoadedImage;
import dev.pokesim.patcher.site.SymbolResolver;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code poke-sim sites FILE}: lists the patch sites of an ELF file. */
@Command(
        name = "sites",
        description = {
            "List the static-key patch sites of an ELF file: a linked kernel, an object or a module.",
            "Ends with status 1 if the text at a site is not what its key calls for.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  poke-sim sites testdata/elf/statickeys.elf",
            "  poke-sim sites testdata/elf/statickeys.elf --key stats_key --format json",
            "  poke-sim sites testdata/elf/guest.ko --kernel testdata/elf/statickeys.elf"
        })
public final class SitesCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "An executable, object or module for x86-64 with a __jump_table.")
    private Path file = Path.of("");

    @Option(
            names = "--key",
            paramLabel = "KEY",
            description = "Only the sites of this static key: its name as listed, or its address (0x...).")
    private @Nullable String key;

    @Option(
            names = "--kernel",
            paramLabel = "FILE",
            description =
                    "The linked kernel that a module belongs to; without it, keys of the kernel have no known count.")
    private @Nullable Path kernel;

    @Mixin
    private final OutputOptions output;

    /** The command, printing to this console. */
    public SitesCommand(Console console) {
        this.output = new OutputOptions(console);
    }

    @Override
    public Integer call() {
        try {
            return output.print(list()).exitCode().value();
        } catch (InvalidInput invalid) {
            throw new UserError(invalid.getMessage(), invalid);
        }
    }

    private SitesReport list() {
        Optional<LoadedImage> loadedKernel =
                Optional.ofNullable(kernel).map(path -> ElfInput.of(path).load());
        // What the kernel lacks other modules define; nothing is executed here, so any address will do.
        SymbolResolver resolver = loadedKernel
                .map(SymbolResolver::kernel)
                .orElseGet(SymbolResolver::nothing)
                .orElse(SymbolResolver.placeholders());
        LoadedImage image = ElfInput.of(file, resolver).load();
        if (image.keys().isEmpty()) {
            throw new UserError(
                    file + ": has no jump table (section __jump_table); compile it with asm goto static keys");
        }
        List<KeySites> keys = key == null ? image.keys() : KeyChoice.all(image, key);
        return SitesReport.of(
                image.name(),
                keys,
                one -> image.segmentAt(one.key().address(), Integer.BYTES).isPresent()
                        || resolver.enabled(one.key().address()).isPresent());
    }
}
