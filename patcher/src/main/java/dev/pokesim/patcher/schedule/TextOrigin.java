package dev.pokesim.patcher.schedule;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.patcher.proof.ProofSetup;
import dev.pokesim.patcher.run.PatchTarget;
import dev.pokesim.patcher.run.ScenarioModel;
import dev.pokesim.patcher.sequence.PatchScenarioReader;
import dev.pokesim.patcher.site.ElfInput;
import dev.pokesim.patcher.site.GeneratedText;
import dev.pokesim.patcher.site.InvalidInput;
import dev.pokesim.patcher.site.KeySites;
import dev.pokesim.patcher.site.LoadedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** Where patched text comes from, so that it can be made again. */
public sealed interface TextOrigin {
    /** All places of that text. */
    PatchTarget load();

    /** As a schedule keeps it. */
    List<String> words();

    /** Text that is generated. */
    record Generated(GeneratedText.Mix mix, long seed) implements TextOrigin {
        @Override
        public PatchTarget load() {
            return PatchTarget.of(new GeneratedText(mix, seed));
        }

        @Override
        public List<String> words() {
            return List.of("generated=" + mix.sites(), "calls=" + mix.callPercent(), "seed=" + seed);
        }
    }

    /**
     * A key of a file.
     *
     * @param file as the user named it
     * @param key address
     */
    record Input(String file, long key) implements TextOrigin {
        @Override
        public PatchTarget load() {
            LoadedImage image;
            try {
                image = ElfInput.of(Path.of(file)).load();
            } catch (InvalidPathException e) {
                throw new InvalidInput(file, "is no path", "put the file's path behind input= in the schedule");
            }
            KeySites sites = image.keys().stream()
                    .filter(candidate -> candidate.key().address() == key)
                    .findFirst()
                    .orElseThrow(() -> new InvalidInput(
                            file,
                            "no static key at 0x" + Long.toHexString(key),
                            "use the file that the schedule is about"));
            return PatchTarget.ofKey(image, sites);
        }

        /**
         * What tells the file from all others.
         *
         * @return SHA-256 as hexadecimal digits, as sha256sum prints it
         * @throws InvalidInput if it cannot be read
         */
        public String digest() {
            try {
                byte[] content = Files.readAllBytes(Path.of(file));
                return HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(content));
            } catch (IOException | InvalidPathException e) {
                throw new InvalidInput(
                        file, "cannot be read: " + e, "put the file's path behind input= in the schedule");
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java has SHA-256", e);
            }
        }

        @Override
        public List<String> words() {
            return List.of("input=" + Config.encoded(file), "key=0x" + Long.toHexString(key));
        }
    }

    /**
     * The places of a scenario, among RETs.
     *
     * @param nameOrFile one that comes with the tool, or the user's
     */
    record Scenario(String nameOrFile) implements TextOrigin {
        @Override
        public PatchTarget load() {
            return ScenarioModel.of(setup(FetchMode.WINDOW, 2), 1, 0).target();
        }

        /** What is proved of it. */
        ProofSetup setup(FetchMode mode, int cores) {
            return PatchScenarioReader.read(nameOrFile).setup(mode).withCores(cores);
        }

        @Override
        public List<String> words() {
            return List.of("scenario=" + Config.encoded(nameOrFile));
        }
    }

    /** Takes what {@link #words} wrote out of a configuration. */
    static TextOrigin read(Config config) {
        if (config.has("scenario")) {
            return new Scenario(config.text("scenario"));
        }
        if (config.has("input")) {
            return new Input(config.text("input"), config.address("key"));
        }
        int sites = config.number("generated", 1, GeneratedText.MAX_SITES);
        return new Generated(new GeneratedText.Mix(sites, config.number("calls", 0, 100)), config.seed("seed"));
    }
}
