package dev.pokesim.patcher.site;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * A kernel as a distribution ships it, one folder of {@code testdata/kernel/fetch-kernel.sh}; those of another origin can
 * lie beside it.
 *
 * @param folder holds vmlinuz, and perhaps modules; its name is package_version
 */
public record DistributionKernel(Path folder) {

    /** The property or environment variable that names the folder of folders, and where it is without. */
    private static final String PROPERTY = "pokesim.kernels";

    private static final String VARIABLE = "POKE_SIM_KERNELS";

    /**
     * All that are there; a test that asks when there is none ends here, as skipped, and says so.
     *
     * @param what the test finds out, for that line
     */
    public static List<DistributionKernel> all(String what) {
        Path cache = cache();
        List<DistributionKernel> kernels = List.of();
        if (Files.isDirectory(cache)) {
            try (Stream<Path> folders = Files.list(cache)) {
                kernels = folders.sorted()
                        .map(DistributionKernel::new)
                        .filter(kernel -> Files.isReadable(kernel.vmlinuz()))
                        .toList();
            } catch (IOException unreadable) {
                throw new UncheckedIOException(unreadable);
            }
        }
        if (kernels.isEmpty()) {
            String reason = "no kernel in " + cache + "; testdata/kernel/fetch-kernel.sh fetches some";
            System.err.println("SKIPPED: " + what + ": " + reason);
            Assumptions.abort(reason);
        }
        return kernels;
    }

    private static Path cache() {
        String named = System.getProperty(PROPERTY, System.getenv().getOrDefault(VARIABLE, ""));
        if (!named.isEmpty()) {
            return Path.of(named);
        }
        String xdg = System.getenv().getOrDefault("XDG_CACHE_HOME", "");
        Path caches = xdg.isEmpty() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(xdg);
        return caches.resolve("poke-sim").resolve("kernels");
    }

    /** {@code linux-image-6.1.0-56-amd64_6.1.192-2}. */
    public String packageAndVersion() {
        return String.valueOf(folder.getFileName());
    }

    public Path vmlinuz() {
        return folder.resolve("vmlinuz");
    }

    public LoadedImage load() {
        return ElfInput.of(vmlinuz()).load();
    }

    Optional<Path> module(String name) {
        return Stream.of("", ".xz", ".zst", ".gz")
                .map(suffix -> folder.resolve(name + ".ko" + suffix))
                .filter(Files::isReadable)
                .findFirst();
    }

    @Override
    public String toString() {
        return packageAndVersion();
    }
}
