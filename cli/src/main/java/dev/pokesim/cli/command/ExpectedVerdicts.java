package dev.pokesim.cli.command;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.patcher.proof.ProofResult.Verdict;
import dev.pokesim.patcher.protocol.PatchProtocol;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What the verdict on each protocol should be under each fetch mode: as {@link PatchProtocol#isSafe} says, with a few exceptions. They
 * hold for sites of which no cache line boundary separates bytes that matter.
 */
final class ExpectedVerdicts {
    /**
     * Broken protocols that nobody can tell from a sound one under some fetch modes.
     *
     * @param why in a few words
     */
    private record Harmless(List<String> protocols, List<FetchMode> modes, String why) {
        private boolean has(PatchProtocol protocol, FetchMode mode) {
            return protocols.contains(protocol.name()) && modes.contains(mode);
        }
    }

    private static final List<Harmless> EXCEPTIONS = List.of(new Harmless(
            List.of("broken-no-first-sync", "broken-no-second-sync"),
            List.of(FetchMode.COHERENT, FetchMode.LINE),
            "all bytes are fetched at one moment, and at any one moment they are a whole text or begin with INT3"));

    private ExpectedVerdicts() {}

    static Verdict of(PatchProtocol protocol, FetchMode mode) {
        boolean isHarmless = EXCEPTIONS.stream().anyMatch(one -> one.has(protocol, mode));
        return protocol.isSafe() || isHarmless ? Verdict.SAFE : Verdict.VIOLATED;
    }

    /** What a reader of the verdicts should know about them, one sentence each. */
    static List<String> notes() {
        return EXCEPTIONS.stream()
                .map(one -> String.join(" and ", one.protocols) + " should be safe under "
                        + one.modes.stream().map(FetchMode::optionName).collect(Collectors.joining(" and ")) + ": "
                        + one.why)
                .toList();
    }
}
