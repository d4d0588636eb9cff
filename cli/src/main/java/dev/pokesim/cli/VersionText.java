package dev.pokesim.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints: what a bug report has to say about the program and the machine below it. */
final class VersionText implements IVersionProvider {
    /** Written by the build. */
    private static final String BUILD = "build.properties";

    @Override
    public String[] getVersion() throws IOException {
        Properties build = new Properties();
        try (InputStream in = VersionText.class.getResourceAsStream(BUILD)) {
            if (in != null) {
                build.load(in);
            }
        }
        return new String[] {
            "poke-sim " + build.getProperty("version", "unknown") + " (commit " + build.getProperty("commit", "unknown")
                    + ")",
            "Java " + Runtime.version() + " (" + System.getProperty("java.vendor") + ") on "
                    + System.getProperty("os.name") + " " + System.getProperty("os.arch")
        };
    }
}
