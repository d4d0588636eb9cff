package dev.pokesim.emulator.isa;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The host CPU, opened once for all tests of a run, and what it may be asked. */
final class Oracle {
    /** Printed mnemonics that are something else on a processor without the feature, by its name in /proc/cpuinfo. */
    private static final Map<String, String> FEATURES = Map.of(
            "lzcnt",
            "abm",
            "tzcnt",
            "bmi1",
            "popcnt",
            "popcnt",
            "movbe",
            "movbe",
            "cmpxchg16b",
            "cx16",
            "serialize",
            "serialize");

    private final @Nullable HostCpu host;
    private final String reason;

    private Oracle(@Nullable HostCpu host, String reason) {
        this.host = host;
        this.reason = reason;
    }

    private static final class Holder {
        static final Oracle ORACLE = open();

        private static Oracle open() {
            try {
                return new Oracle(new HostCpu(), "");
            } catch (HostCpu.Unavailable e) {
                System.err.println("SKIPPED: instructions are not compared with a host CPU: " + e.getMessage());
                return new Oracle(null, e.getMessage() == null ? "" : e.getMessage());
            }
        }
    }

    static Oracle get() {
        return Holder.ORACLE;
    }

    /** Why the host cannot execute the form; null if it can. */
    @Nullable
    String refusal(CaseFile.Form form) {
        return host != null && form.notNative() != null ? form.notNative() : refusal(form.assembly());
    }

    /** Why the host cannot execute an instruction that is no other's business; null if it can. */
    @Nullable
    String refusal(AssemblyText text) {
        if (host == null) {
            return reason;
        }
        String feature = FEATURES.get(text.mnemonic());
        return feature == null || host.has(feature) ? null : "this CPU has no " + feature;
    }

    /** The host. */
    HostCpu host() {
        HostCpu cpu = host;
        if (cpu == null) {
            throw new IllegalStateException(reason);
        }
        return cpu;
    }

    /**
     * Puts the instruction in place.
     *
     * @param landings where it may go on besides what its text says
     */
    HostCpu load(CaseFile.Form form, long... landings) {
        HostCpu cpu = host();
        AssemblyText text = form.assembly();
        long[] all = java.util.Arrays.copyOf(landings, landings.length + 2);
        all[landings.length] = CpuState.LANDING;
        boolean isRelative = text.isBranch() && text.operands().get(0).startsWith("0x");
        all[landings.length + 1] =
                isRelative ? Long.parseUnsignedLong(text.operands().get(0).substring(2), 16) : CpuState.LANDING;
        cpu.load(form.bytes(), all);
        return cpu;
    }
}
