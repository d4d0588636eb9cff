package dev.pokesim.patcher.kernel;

import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.emulator.microop.AddressOf;
import java.util.List;

/**
 * The array of places to patch, in emulated memory: 256 entries of 16 bytes, sorted by address, and the count behind them.
 *
 * @see "Linux arch/x86/kernel/alternative.c, text_poke_queue(), text_poke_flush(), smp_text_poke_batch_add(),
 *     smp_text_poke_single()"
 */
public final class TextPokeArray {
    /** Where a poke of an INT3 finds the byte to write. */
    public static final long INT3_BYTE = KernelLayout.TEXT_MUTEX + 0x40;
    /** Where a poke of a Jcc rel32's implied first byte finds it. */
    public static final long ESCAPE_BYTE = INT3_BYTE + 1;

    private static final AddressOf COUNT = core -> KernelLayout.COUNT;

    private TextPokeArray() {}

    /** Sets up the data of the array before a run. */
    public static void initialise(AddressSpace memory) {
        memory.write(INT3_BYTE, 1, TextPokeLoc.INT3, 0);
        memory.write(ESCAPE_BYTE, 1, 0x0f, 0);
    }

    /**
     * Appends the queueing of some places: each add flushes first if the array is full, or if the new address is lower than
     * the last one's, so that it stays sorted.
     *
     * @param finish the routine that processes and empties the array; see {@link dev.pokesim.patcher.protocol.PatchProtocol}
     */
    public static void queue(Routine.Builder b, KernelLayout layout, List<TextPokeLoc> places, Routine finish) {
        add(b, layout, places, finish, true);
    }

    /**
     * Appends the queueing as a broken kernel had it: at the end, whatever the order and the capacity are.
     *
     * @see "Linux commit 2aebf5ee43bf, which repaired it"
     */
    public static void queueUnchecked(
            Routine.Builder b, KernelLayout layout, List<TextPokeLoc> places, Routine finish) {
        add(b, layout, places, finish, false);
    }

    private static void add(
            Routine.Builder b, KernelLayout layout, List<TextPokeLoc> places, Routine finish, boolean checked) {
        int index = b.local();
        int count = b.local();
        int last = b.local();
        int value = b.local();
        String next = "queue-" + index;
        String add = "add-" + index;
        String flush = "flush-" + index;
        String done = "queued-" + index;
        b.compute("for each place", (core, local) -> local[index] = 0)
                .label(next)
                .jumpIf("no more places", (core, local) -> local[index] >= places.size(), done)
                .load("nr: load", count, COUNT, 4, 0);
        if (checked) {
            b.jumpIf("full", (core, local) -> local[count] == KernelLayout.MAX_ENTRIES, flush)
                    .jumpIf("empty", (core, local) -> local[count] == 0, add)
                    .load("last rel_addr", last, core -> entry(core.file()[count] - 1), 4, 0)
                    .jumpIf(
                            "in order",
                            (core, local) -> (int) local[last] <= relative(layout, place(places, local[index])),
                            add)
                    .label(flush)
                    .call(finish)
                    .jump(next);
        }
        // the kernel counts first and fills then: what lies behind a full array is overwritten by the entry, not by the
        // count
        b.label(add)
                .compute("nr + 1", (core, local) -> local[value] = local[count] + 1)
                .store("nr: store", COUNT, 4, value);
        field(b, count, value, "rel_addr", KernelLayout.ENTRY_ADDRESS, 4, places, index, p -> relative(layout, p));
        field(b, count, value, "disp", KernelLayout.ENTRY_DISPLACEMENT, 4, places, index, TextPokeLoc::displacement);
        field(b, count, value, "len", KernelLayout.ENTRY_LENGTH, 1, places, index, TextPokeLoc::sizeBytes);
        field(b, count, value, "opcode", KernelLayout.ENTRY_OPCODE, 1, places, index, TextPokeLoc::foldedOpcode);
        field(
                b,
                count,
                value,
                "text[0..3]",
                KernelLayout.ENTRY_TEXT,
                4,
                places,
                index,
                p -> textBytes(p).low());
        field(
                b,
                count,
                value,
                "text[4]",
                KernelLayout.ENTRY_TEXT + 4,
                1,
                places,
                index,
                p -> textBytes(p).low() >>> 32);
        b.compute("next place", (core, local) -> local[index]++).jump(next).label(done);
    }

    private static TextPokeLoc place(List<TextPokeLoc> places, long index) {
        return places.get((int) index);
    }

    private static int relative(KernelLayout layout, TextPokeLoc place) {
        return (int) (place.address() - layout.stext());
    }

    /** The bytes that an entry holds: of a Jcc rel32 the last five, its 0x0F is implied. */
    private static InstructionBytes textBytes(TextPokeLoc place) {
        InstructionBytes text = place.newText();
        return text.sizeBytes() == 6 ? new InstructionBytes(text.low() >>> 8, 0, 5) : text;
    }

    /** Address of an entry. */
    public static long entry(long index) {
        return KernelLayout.ARRAY + index * KernelLayout.ENTRY_SIZE_BYTES;
    }

    private interface Field {
        long of(TextPokeLoc place);
    }

    private static void field(
            Routine.Builder b,
            int count,
            int value,
            String name,
            int offset,
            int sizeBytes,
            List<TextPokeLoc> places,
            int index,
            Field field) {
        b.compute("tp->" + name, (core, local) -> local[value] = field.of(place(places, local[index])))
                .store("tp->" + name, core -> entry(core.file()[count]) + offset, sizeBytes, value);
    }
}
