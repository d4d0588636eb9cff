package dev.pokesim.cli.command;

import dev.pokesim.cli.console.CloseMatches;
import dev.pokesim.cli.console.UserError;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.patcher.site.KeySites;
import dev.pokesim.patcher.site.LoadedImage;
import java.util.List;
import java.util.stream.Collectors;

/** The static key that a user names with {@code --key}. */
final class KeyChoice {
    private KeyChoice() {}

    /**
     * The keys of a name or address.
     *
     * @return at least one
     * @throws UserError if there is none, with the closest names
     */
    static List<KeySites> all(LoadedImage image, String typed) {
        List<KeySites> keys = image.keysNamed(typed);
        if (keys.isEmpty()) {
            List<String> names =
                    image.keys().stream().map(key -> key.key().name()).toList();
            String question = CloseMatches.question(typed, names);
            throw new UserError(image.name() + ": no static key " + typed
                    + (question.isEmpty() ? "; list its keys with poke-sim sites " + image.name() : question));
        }
        return keys;
    }

    /**
     * The key of a name or address.
     *
     * @throws UserError if there is none or more than one
     */
    static KeySites one(LoadedImage image, String typed) {
        List<KeySites> keys = all(image, typed);
        if (keys.size() > 1) {
            throw new UserError(image.name() + ": " + keys.size() + " static keys are named " + typed
                    + "; give an address instead: "
                    + keys.stream()
                            .map(key -> Address.text(key.key().address()))
                            .collect(Collectors.joining(" or ")));
        }
        return keys.get(0);
    }
}
