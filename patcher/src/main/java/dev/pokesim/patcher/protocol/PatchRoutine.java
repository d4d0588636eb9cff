package dev.pokesim.patcher.protocol;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.emulator.microop.AddressOf;
import dev.pokesim.patcher.kernel.BatchContext;
import dev.pokesim.patcher.kernel.KernelLayout;
import dev.pokesim.patcher.kernel.PatchPlace;
import dev.pokesim.patcher.kernel.SyncCores;
import dev.pokesim.patcher.kernel.TextMutex;
import dev.pokesim.patcher.kernel.TextPoke;
import dev.pokesim.patcher.kernel.TextPokeArray;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import java.util.function.IntPredicate;

/**
 * Makes the patcher's routine from a protocol: the steps as loops over the entries in emulated memory.
 *
 * @see "Linux arch/x86/kernel/alternative.c, text_poke_bp_batch(), smp_text_poke_batch_finish()"
 */
public final class PatchRoutine {
    private PatchRoutine() {}

    /** The bytes of a longer text that the record for perf has. */
    private static final int MOST_IN_RECORD = Long.BYTES;

    /** Variables that all steps share. */
    record Slots(
            int count,
            int index,
            int address,
            int length,
            int source,
            int pokeLength,
            int value,
            int written,
            int old) {}

    /** The routine that processes what is queued and empties the array; for {@link Routine.Builder#call}. */
    public static Routine finish(PatchProtocol protocol, BatchContext context) {
        Routine.Builder b = Routine.named(protocol.name());
        Slots slots = new Slots(
                b.local(), b.local(), b.local(), b.local(), b.local(), b.local(), b.local(), b.local(), b.local());
        AddressOf nr = core -> TextPokeArray.countOf(context.array());
        b.load("nr: load", slots.count, nr, 4, 0)
                .jumpIf("nothing queued", (core, local) -> local[slots.count] == 0, "return");
        if (context.underMutex()) {
            TextMutex.assertHeld(b);
        }
        b.act("batch starts", (core, local) -> context.listener().batchStarted(core, (int) local[slots.count]));
        if (!context.places().isEmpty()) {
            b.act("of these places", (core, local) -> context.listener().batchIs(core, context.places()));
        }
        for (PatchStep step : protocol.steps()) {
            b.act(step.name(), (core, local) -> context.listener().stepStarted(core, step.name()));
            step.append(b, context, slots);
        }
        if (context.forgetsBatch()) {
            b.storeConstant("nr = 0", nr, 4, 0);
        }
        b.fence().act("batch done", (core, local) -> context.listener().batchFinished(core));
        context.refs().leave(b);
        return b.label("return").ret().build();
    }

    /** Begins a loop over the entries: loads address and length. */
    private static String forEachEntry(Routine.Builder b, BatchContext context, Slots slots, String step) {
        String loop = b.newLabel(step + "-loop");
        b.compute("for each entry", (core, local) -> local[slots.index] = 0)
                .label(loop)
                .load("tp->rel_addr", slots.address, entry(context, slots, KernelLayout.ENTRY_ADDRESS), 4, 0)
                .load("tp->len", slots.length, entry(context, slots, KernelLayout.ENTRY_LENGTH), 1, 0)
                .compute(
                        "addr",
                        (core, local) -> local[slots.address] = context.layout().stext() + (int) local[slots.address]);
        return loop;
    }

    private static void nextEntry(Routine.Builder b, Slots slots, String loop) {
        b.compute("next entry", (core, local) -> local[slots.index]++)
                .jumpIf("more entries", (core, local) -> local[slots.index] < local[slots.count], loop);
    }

    private static AddressOf entry(BatchContext context, Slots slots, int offset) {
        return core -> TextPokeArray.entry(context.array(), core.file()[slots.index]) + offset;
    }

    /** Where the new text of an entry's place is; of a Jcc rel32 from its second byte on, because the first is implied. */
    private static long textOf(BatchContext context, long index) {
        return context.isLong(index)
                ? TextPokeArray.longText(index)
                : TextPokeArray.entry(context.array(), index) + KernelLayout.ENTRY_TEXT;
    }

    private static boolean isJcc32(BatchContext context, long[] local, Slots slots) {
        return local[slots.length] == 6 && !context.isLong(local[slots.index]);
    }

    static void writeInt3(Routine.Builder b, BatchContext context, Slots slots) {
        String loop = forEachEntry(b, context, slots, "int3");
        b.load("old first byte", slots.value, core -> core.file()[slots.address], 1, 0)
                .store("tp->old", entry(context, slots, KernelLayout.ENTRY_OLD), 1, slots.value)
                .compute("INT3", (core, local) -> {
                    local[slots.source] = TextPokeArray.INT3_BYTE;
                    local[slots.pokeLength] = 1;
                    local[slots.written] = 1;
                });
        TextPoke.append(b, context.costs(), context.listener(), slots.address, slots.source, slots.pokeLength);
        nextEntry(b, slots, loop);
    }

    static void writeTail(Routine.Builder b, BatchContext context, Slots slots) {
        b.compute("nothing written yet", (core, local) -> local[slots.written] = 0);
        String loop = forEachEntry(b, context, slots, "tail");
        String written = b.newLabel("tail-written");
        b.load("tp->old", slots.value, entry(context, slots, KernelLayout.ENTRY_OLD), 1, 0)
                .compute("old text, for perf", (core, local) -> local[slots.old] = local[slots.value])
                .jumpIf("one byte: no tail", (core, local) -> local[slots.length] <= 1, written)
                .compute("tail", (core, local) -> {
                    local[slots.address]++;
                    local[slots.pokeLength] = local[slots.length] - 1;
                    // of a Jcc rel32 the entry holds bytes 1 to 5, of everything else bytes 0 to 4
                    local[slots.source] =
                            textOf(context, local[slots.index]) + (isJcc32(context, local, slots) ? 0 : 1);
                    local[slots.written]++;
                })
                .act("old tail, for perf", (core, local) -> {
                    int shown = (int) Math.min(local[slots.pokeLength], MOST_IN_RECORD - 1);
                    local[slots.old] |= core.memory().read(local[slots.address], shown) << 8;
                });
        TextPoke.append(b, context.costs(), context.listener(), slots.address, slots.source, slots.pokeLength);
        b.compute("back to the first byte", (core, local) -> local[slots.address]--)
                .label(written)
                .act("perf_event_text_poke", (core, local) -> record(context, core, local, slots));
        nextEntry(b, slots, loop);
    }

    /** The record has the new text from the entry, not from memory, whose first byte is still INT3. */
    private static void record(BatchContext context, Core core, long[] local, Slots slots) {
        int length = (int) Math.min(local[slots.length], MOST_IN_RECORD);
        long entry = textOf(context, local[slots.index]);
        long text = isJcc32(context, local, slots) ? core.load(entry, 5) << 8 | 0x0f : core.load(entry, length);
        context.listener()
                .textPokeRecord(
                        core,
                        local[slots.address],
                        new InstructionBytes(local[slots.old], 0, length),
                        new InstructionBytes(text, 0, length));
    }

    static void writeFirstByte(Routine.Builder b, BatchContext context, Slots slots) {
        b.compute("nothing written yet", (core, local) -> local[slots.written] = 0);
        String loop = forEachEntry(b, context, slots, "first");
        String next = b.newLabel("first-next");
        b.load("tp->text[0]", slots.value, core -> textOf(context, core.file()[slots.index]), 1, 0)
                .compute("source", (core, local) -> {
                    boolean isLongJcc = isJcc32(context, local, slots);
                    local[slots.source] = isLongJcc ? TextPokeArray.ESCAPE_BYTE : textOf(context, local[slots.index]);
                    local[slots.value] = isLongJcc ? 0x0f : local[slots.value];
                    local[slots.pokeLength] = 1;
                })
                .jumpIf("stays INT3", (core, local) -> local[slots.value] == TextPokeLoc.INT3, next)
                .compute("written", (core, local) -> local[slots.written]++);
        TextPoke.append(b, context.costs(), context.listener(), slots.address, slots.source, slots.pokeLength);
        b.label(next);
        nextEntry(b, slots, loop);
    }

    static void sync(Routine.Builder b, BatchContext context) {
        SyncCores.append(b, context.coreCount(), context.online());
    }

    /** A sync that lacks something; see {@link PatchStep.Sync}. */
    static void sync(Routine.Builder b, BatchContext context, PatchStep.Sync lacking) {
        int last = context.coreCount() - 1;
        IntPredicate reached = core -> !(lacking.cores() == CoreSet.ALL_BUT_LAST && core == last);
        int vector = lacking.flushes() ? SyncCores.VECTOR : SyncCores.VECTOR_KEEPING_TEXT;
        SyncCores.send(b, vector, context.coreCount(), context.online(), reached);
        if (lacking.await()) {
            b.awaitAnswers();
        }
    }

    /** A store without the byte writer, place after place. */
    static void store(Routine.Builder b, BatchContext context, PatchStep.Store store) {
        for (PatchPlace place : context.places()) {
            InstructionBytes bytes = store.bytes(place);
            long address = place.address() + store.from() + (store.alias() ? KernelLayout.POKING_OFFSET : 0);
            int step = store.atomic() ? bytes.sizeBytes() : 1;
            for (int i = 0; i < bytes.sizeBytes(); i += step) {
                long at = address + i;
                InstructionBytes part = Outline.slice(bytes, i, i + step);
                b.storeConstant("store " + part, core -> at, step, part.low());
            }
        }
    }

    /** A word that leads handlers to the array is set or cleared. */
    static void setLookup(Routine.Builder b, BatchContext context, Slots slots, PatchStep.SetLookup set) {
        String text = set.name();
        boolean usable = set.usable();
        switch (set.word()) {
            case COUNT -> {
                b.compute(text, (core, local) -> local[slots.value] = usable ? local[slots.count] : 0)
                        .store(text, core -> KernelLayout.DESCRIPTOR_COUNT, 4, slots.value);
            }
            case VECTOR ->
                b.storeConstant(text, core -> KernelLayout.DESCRIPTOR_VECTOR, 8, usable ? context.array() : 0);
            case DESCRIPTOR ->
                b.storeConstant(
                        text, core -> KernelLayout.DESCRIPTOR_POINTER, 8, usable ? KernelLayout.STACK_DESCRIPTOR : 0);
            case HANDLER -> b.storeConstant(text, core -> KernelLayout.HANDLER, 4, usable ? 1 : 0);
        }
    }

    static void syncIfWritten(Routine.Builder b, BatchContext context, Slots slots) {
        String none = b.newLabel("no-sync");
        b.jumpIf("nothing written: no sync", (core, local) -> local[slots.written] == 0, none);
        sync(b, context);
        b.label(none);
    }
}
