package dev.pokesim.cli.command;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.patcher.proof.Assurance;
import dev.pokesim.patcher.proof.ProofResult;
import dev.pokesim.patcher.proof.ProofSetup;
import dev.pokesim.patcher.proof.Reduction;
import java.util.ArrayList;
import java.util.List;

/** What a verdict covers, what it rests on and what it leaves open, in sentences; docs/check.md says more. */
final class ProofWords {
    /** What no verdict of a proof says. */
    static final List<String> UNSAID = List.of(
            "that any processor fetches like this: the fetch mode is a reading of the manuals, not a measurement",
            "that a kernel's machine code takes these steps: the proof goes through the protocol's steps and the handler's, "
                    + "not through instructions",
            "that the emulated instruction, the stack or a register is right: the oracles of poke-sim run watch those",
            "anything about time; about NMIs, INT3s of other owners, tasks that rest inside a place, and cores that come up "
                    + "late only where a scenario has them");

    private ProofWords() {}

    /** What holds besides safety. */
    static List<String> assurance(ProofSetup setup, Assurance assurance) {
        List<String> lines = new ArrayList<>();
        if (assurance.livelock() != null) {
            lines.add("fetch " + setup.fetchMode() + ": a wait may never end, although nobody is kept from going on: "
                    + assurance.livelock());
        } else if (assurance.livenessStates() == 0) {
            lines.add("fetch " + setup.fetchMode()
                    + ": whether every wait ends was not looked at: too many states even with "
                    + assurance.livenessCores() + " cores");
        } else {
            lines.add("fetch " + setup.fetchMode() + ": every wait ends if nobody is kept from going on for ever ("
                    + RunResult.number(assurance.livenessStates()) + " states with " + assurance.livenessCores()
                    + " cores, none in an endless loop that each of them takes part in)");
        }
        lines.add(
                assurance.objection() == null
                        ? "fetch " + setup.fetchMode()
                                + ": safe for every number of cores: no core can do more or less because of another, so one that went "
                                + "wrong among many would go wrong alone (tested for every two states that cores can be in)"
                        : "fetch " + setup.fetchMode() + ": nothing is said about other numbers of cores: "
                                + assurance.objection());
        return lines;
    }

    /** The verdict's sentence, behind the word SAFE, VIOLATED or INCOMPLETE. */
    static String covers(CheckResult.Setup setup, List<ProofWatch.Proved> proved) {
        String size = size(setup.cores(), setup.sites())
                + (setup.rounds() == 1 ? "" : " in " + setup.rounds() + " rounds there and back");
        List<String> clauses = new ArrayList<>();
        List<ProofWatch.Proved> violated = with(proved, ProofResult.Verdict.VIOLATED);
        if (!violated.isEmpty()) {
            clauses.add("an interleaving breaks " + setup.protocol() + " under fetch " + modes(violated)
                    + enough(violated));
        }
        List<ProofWatch.Proved> incomplete = with(proved, ProofResult.Verdict.INCOMPLETE);
        if (!incomplete.isEmpty()) {
            clauses.add("stopped by " + incomplete.get(0).stop() + " before every interleaving of " + size + " of "
                    + setup.protocol() + " under fetch " + modes(incomplete)
                    + " was visited; nothing wrong so far says nothing about the rest");
        }
        List<ProofWatch.Proved> safe = with(proved, ProofResult.Verdict.SAFE);
        if (!safe.isEmpty()) {
            clauses.add("exhausted: no interleaving of " + size + " breaks " + setup.protocol() + " under fetch "
                    + modes(safe));
        }
        return String.join("; ", clauses);
    }

    private static String enough(List<ProofWatch.Proved> violated) {
        ProofResult weakest = violated.get(0).result();
        if (weakest.counterexample() == null) {
            return "; only a large search shows it, with its cores in orders that no numbers fit, so none is printed";
        }
        ProofSetup small = weakest.counterexample().setup();
        if (!weakest.counterexample().isShortest()) {
            return "; it takes many cores or sites";
        }
        return ": " + size(small.cores(), small.places().size()) + " are enough";
    }

    static String size(int cores, int sites) {
        return cores + " cores and " + CheckResult.counted(sites, "site");
    }

    private static List<ProofWatch.Proved> with(List<ProofWatch.Proved> proved, ProofResult.Verdict verdict) {
        return proved.stream().filter(one -> one.result().verdict() == verdict).toList();
    }

    private static String modes(List<ProofWatch.Proved> proved) {
        List<String> names = proved.stream()
                .map(one -> one.result().setup().fetchMode().optionName())
                .toList();
        return (names.size() == 1 ? "mode " : "modes ") + String.join(", ", names);
    }

    /** What the verdict rests on. */
    static List<String> assumptions(ProofSetup setup, List<ProofWatch.Proved> proved) {
        List<String> lines = new ArrayList<>();
        lines.add("cores: core 0 patches, and executes sites where an interrupt can hit it; the other "
                + (setup.cores() - 1) + " execute any site at any time, for ever");
        for (ProofWatch.Proved one : proved) {
            FetchMode mode = one.result().setup().fetchMode();
            lines.add("fetch " + mode + " (" + mode.source() + ")");
        }
        boolean isWeak = proved.stream()
                .allMatch(one -> one.result().reductions().contains(Reduction.WEAK_RETURN)
                        && one.result().verdict() == ProofResult.Verdict.SAFE);
        lines.add("serialises: the handler of the sync IPI"
                + (isWeak
                        ? "; that the IRET of the INT3 handler serialises was not needed"
                        : ", and the IRET of the INT3 handler")
                + "; nothing else does, not even the trap");
        lines.add(
                "handler: takes a reference, finds the entry, acts, drops the reference, returns; an IPI waits meanwhile");
        lines.add("references: "
                + (setup.perCoreRefs()
                        ? "one count per core, published and retired one after the other"
                        : "one count for all cores, raised only if it is not 0"));
        lines.add("data (array, references, pending IPIs) is sequentially consistent; stores into text reach memory in "
                + "program order, one store at a time");
        return lines;
    }
}
