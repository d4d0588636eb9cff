package dev.pokesim.cli.step;

import dev.pokesim.patcher.travel.PatchTimeline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The run that the tests here walk through: two cores, one place, a torn JMP at the end. */
final class Recorded {
    private static final Path FILE =
            Path.of(System.getProperty("pokesim.testdata"), "schedules", "torn-jmp-after-missing-sync.schedule");

    private Recorded() {}

    static PatchTimeline run() {
        try {
            return PatchTimeline.ofSchedule(FILE.toString(), Files.readAllBytes(FILE), false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Stepper stepper() {
        return new Stepper(FILE.toString(), run());
    }

    /** Presses keys that ask for nothing. */
    static void press(Stepper stepper, String keys) {
        for (char name : keys.toCharArray()) {
            press(stepper, String.valueOf(name), "");
        }
    }

    /** Presses a key and answers what it asks for. */
    static void press(Stepper stepper, String name, String typed) {
        Keys.Key key = Keys.named(name);
        if (key == null) {
            throw new AssertionError("no key " + name);
        }
        stepper.press(key, typed);
    }

    static long position(Stepper stepper) {
        return stepper.run().timeline().position();
    }
}
