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

/** {@code poke-sim sites FILE}: lists the patch sites of a kernel, module or other ELF file. */
@Command(
        name = "sites",
        description = {
            "List the static-key patch sites of a kernel (vmlinuz or vmlinux), a module, an object or a program.",
            "Ends with status 1 if the text at a site is not what its key calls for.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  poke-sim sites testdata/elf/statickeys.elf",
            "  poke-sim sites testdata/elf/statickeys.elf --key stats_key --format json",
            "  poke-sim sites testdata/elf/guest.ko --kernel testdata/elf/statickeys.elf",
            "  poke-sim sites /boot/vmlinuz-6.1.0-56-amd64 --sort sites"
        })
public final class SitesCommand implements Callable<Integer> {
    @Parameters(
            paramLabel = "FILE",
            description =
                    "A bzImage, executable, object or module for x86-64, with a jump table; it may be compressed.")
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

    @Option(
            names = "--sort",
            paramLabel = "ORDER",
            defaultValue = "address",
            description = {
                "address, key (by its name) or sites (keys with most sites first);",
                "sites of one key by address (default: ${DEFAULT-VALUE})."
            })
    private String sort = "";

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
        SiteOrder order = TargetOptions.named("--sort", sort, List.of(SiteOrder.values()), SiteOrder::optionName);
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
                image,
                keys,
                order,
                one -> image.segmentAt(one.key().address(), Integer.BYTES).isPresent()
                        || resolver.enabled(one.key().address()).isPresent());
    }
}
