package dev.pokesim.patcher.proof;

import dev.pokesim.emulator.memory.InstructionBytes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Says why an interleaving goes wrong: which step wrote each byte that was seen, what memory holds instead, and since when the
 * core has not serialised.
 *
 * @param steps with the violating fetch, if it is one, as the last
 * @param texts what each step has to do with text
 * @param what happens
 * @param reasons a line each
 */
record Explanation(List<ProofStep> steps, List<StepText> texts, String what, List<String> reasons) {

    static Explanation of(ProofSetup setup, List<ProofStep> steps, Violated violated) {
        Interleaving walk = new Interleaving(setup);
        ProtocolProgram program = walk.model().program();
        int core = violated.group() + 1;
        int[] stepOfStore = new int[program.storeCount()]; // 1-based
        List<StepText> texts = new ArrayList<>();
        int serialisedAt = 0;
        for (int i = 0; i < steps.size(); i++) {
            int before = program.moment(walk.state().at);
            int epoch = violated.group() < 0 ? 0 : CoreRecord.epoch(walk.state().record[violated.group()]);
            long record = record(walk.state(), steps.get(i));
            if (!walk.take(steps.get(i))) {
                throw new IllegalStateException("step " + (i + 1) + " (" + steps.get(i) + ") cannot be taken");
            }
            boolean isStore = program.moment(walk.state().at) != before;
            if (isStore) {
                stepOfStore[before] = i + 1;
            }
            long after = record(walk.state(), steps.get(i));
            boolean isTrap = CoreRecord.phase(record) == 0
                    && CoreRecord.phase(after) != 0
                    && !steps.get(i).action().equals("nmi.iret");
            texts.add(
                    isStore
                            ? text(walk, program.siteOfMoment(before), null)
                            : isTrap ? text(walk, CoreRecord.site(after), null) : StepText.NONE);
            boolean isOwn = violated.group() >= 0 && steps.get(i).core() == core;
            boolean serialises = isOwn
                    && (steps.get(i).action().equals("ack")
                            || steps.get(i).action().equals("iret"));
            if (serialises
                    || violated.group() >= 0 && CoreRecord.epoch(walk.state().record[violated.group()]) != epoch) {
                serialisedAt = i + 1;
            }
        }
        List<ProofStep> all = new ArrayList<>(steps);
        List<String> reasons = new ArrayList<>();
        if (violated.group() >= 0 && violated.site() >= 0 && !program.isForeign(violated.site())) {
            SiteHistory site = program.sites().get(violated.site());
            int now = site.storesBy(program.moment(walk.state().at));
            int since = site.storesBy(CoreRecord.epoch(walk.state().record[violated.group()]));
            boolean isTorn = violated.oracle().equals("NoTornInstruction");
            InstructionBytes seen = isTorn
                    ? program.fetches(violated.site()).between(since, now).wrongBytes()
                    : null;
            boolean isOutside = CoreRecord.phase(walk.state().record[violated.group()]) == 0;
            if (isTorn || isOutside) {
                all.add(ProofStep.fetch(core, violated.site(), seen));
                texts.add(text(walk, violated.site(), seen));
            }
            if (seen != null) {
                bytes(reasons, site, seen, since, now, stepOfStore);
            }
            if (since != now && isOutside) {
                reasons.add("core " + core
                        + (serialisedAt == 0 ? " has never serialised" : " last serialised in step " + serialisedAt)
                        + "; between step " + stepOfStore[site.momentOf(since)]
                        + " and this fetch nothing made it serialise");
            }
        }
        String who = violated.group() >= 0 ? "core " + core + " " : "";
        return new Explanation(List.copyOf(all), List.copyOf(texts), who + violated.what(), List.copyOf(reasons));
    }

    /** What is known of the core that takes a step; nothing of the patcher. */
    private static long record(ProtocolState state, ProofStep step) {
        return step.core() == ProofStep.PATCHER ? 0 : state.record[step.core() - 1];
    }

    private static StepText text(Interleaving walk, int site, @Nullable InstructionBytes seen) {
        ProtocolProgram program = walk.model().program();
        if (program.isForeign(site)) {
            return StepText.NONE;
        }
        SiteHistory history = program.sites().get(site);
        return new StepText(site, history.textAfter(history.storesBy(program.moment(walk.state().at))), seen);
    }

    private static void bytes(
            List<String> reasons, SiteHistory site, InstructionBytes seen, int since, int now, int[] stepOfStore) {
        InstructionBytes memory = site.textAfter(now);
        for (int i = 0; i < Math.min(seen.sizeBytes(), site.sizeBytes()); i++) {
            int store = origin(site, i, seen.byteAt(i), since, now);
            String from =
                    store < 0 ? "stood there from the start" : "written in step " + stepOfStore[site.momentOf(store)];
            String instead = memory.byteAt(i) == seen.byteAt(i)
                    ? ""
                    : ", stale: memory has %02x since step %d"
                            .formatted(memory.byteAt(i), stepOfStore[site.momentOf(newest(site, i, now))]);
            reasons.add("byte %d seen as %02x: %s%s".formatted(i, seen.byteAt(i), from, instead));
        }
    }

    /** The newest store that the core may see and that left this value in a byte; -1 if it was there before. */
    private static int origin(SiteHistory site, int index, int value, int since, int now) {
        for (int count = now; count >= since; count--) {
            if (site.textAfter(count).byteAt(index) == value) {
                return newestOrNone(site, index, count);
            }
        }
        return newestOrNone(site, index, since);
    }

    private static int newest(SiteHistory site, int index, int now) {
        int store = newestOrNone(site, index, now);
        if (store < 0) {
            throw new IllegalStateException("byte " + index + " was never written");
        }
        return store;
    }

    private static int newestOrNone(SiteHistory site, int index, int now) {
        for (int store = now - 1; store >= 0; store--) {
            int offset = index - site.offsetOf(store);
            if (offset >= 0 && offset < site.bytesOf(store).sizeBytes()) {
                return store;
            }
        }
        return -1;
    }
}
