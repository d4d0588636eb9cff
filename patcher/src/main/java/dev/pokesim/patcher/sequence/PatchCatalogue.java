package dev.pokesim.patcher.sequence;

import java.util.List;

/** The scenarios that come with the tool: what went wrong, or could have, in patchers so far, each as it was and as it was repaired. */
public final class PatchCatalogue {
    static final List<String> NAMES = List.of(
            "text-poke",
            "text-poke-global",
            "text-poke-and-back",
            "text-poke-two-batches",
            "text-poke-with-kprobe",
            "no-int3",
            "direct-rewrite",
            "no-first-sync",
            "no-second-sync",
            "no-last-sync",
            "first-byte-before-tail",
            "tail-before-int3",
            "refs-after-int3",
            "refs-retired-early",
            "one-core-missed",
            "sync-not-awaited",
            "ghost-int3",
            "trap-gate",
            "stray-int3-retried",
            "handler-with-sites",
            "descriptor-on-stack",
            "descriptor-static",
            "vector-cleared-first",
            "vector-cleared-last",
            "vector-without-sync",
            "array-not-sorted",
            "array-sorted-by-flush",
            "call-treated-as-nop",
            "call-emulated",
            "handler-not-registered",
            "handler-registered-first",
            "rollback-without-sync",
            "rollback-with-sync",
            "probe-armed-without-sync",
            "probe-armed-with-sync",
            "probe-disarmed-without-sync",
            "probe-disarmed-with-sync",
            "nops-optimised-interrupted",
            "nops-optimised",
            "early-poke-interrupted",
            "early-poke",
            "trampoline-reused",
            "trampoline-waited-for",
            "two-instructions-into-one",
            "two-instructions-waited-for",
            "hotspot-displacement",
            "hotspot-displacement-crossing",
            "hotspot-self-jump",
            "xray-sled",
            "xray-sled-off",
            "windows-hotpatch",
            "windows-hotpatch-crossing",
            "dtrace-fbt",
            "dtrace-fbt-relied-on",
            "quadword-store",
            "quadword-store-crossing",
            "stop-machine",
            "stop-machine-one-by-one",
            "uprobe-optimised",
            "refs-of-online-cores",
            "refs-of-possible-cores",
            "sync-with-interrupts-off",
            "sync-with-interrupts-on",
            "all-int3-without-wait",
            "all-int3",
            "same-place-twice",
            "handler-keeps-reference");

    private PatchCatalogue() {}

    /** All of them. */
    public static List<PatchScenario> all() {
        return NAMES.stream().map(PatchScenarioReader::read).toList();
    }
}
