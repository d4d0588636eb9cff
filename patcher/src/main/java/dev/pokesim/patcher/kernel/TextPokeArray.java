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

    private static final int LONG_TEXT_SIZE_BYTES = 16;

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
        add(b, layout, KernelLayout.ARRAY, places, finish, true);
    }

    /**
     * Appends the queueing as a broken kernel had it: at the end, whatever the order and the capacity are.
     *
     * @see "Linux commit 2aebf5ee43bf, which repaired it"
     */
    public static void queueUnchecked(
            Routine.Builder b, KernelLayout layout, List<TextPokeLoc> places, Routine finish) {
        add(b, layout, KernelLayout.ARRAY, places, finish, false);
    }

    /**
     * Appends the filling of an array with one batch as it is, whatever the order is.
     *
     * @param array address of its first entry
     */
    public static void fill(
            Routine.Builder b, KernelLayout layout, long array, List<TextPokeLoc> places, Routine finish) {
        add(b, layout, array, places, finish, false);
    }

    private static void add(
            Routine.Builder b,
            KernelLayout layout,
            long array,
            List<TextPokeLoc> places,
            Routine finish,
            boolean checked) {
        AddressOf nr = core -> countOf(array);
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
                .load("nr: load", count, nr, 4, 0);
        if (checked) {
            b.jumpIf("full", (core, local) -> local[count] == KernelLayout.MAX_ENTRIES, flush)
                    .jumpIf("empty", (core, local) -> local[count] == 0, add)
                    .load("last rel_addr", last, core -> entry(array, core.file()[count] - 1), 4, 0)
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
                .store("nr: store", nr, 4, value);
        field(
                b,
                array,
                count,
                value,
                "rel_addr",
                KernelLayout.ENTRY_ADDRESS,
                4,
                places,
                index,
                p -> relative(layout, p));
        field(
                b,
                array,
                count,
                value,
                "disp",
                KernelLayout.ENTRY_DISPLACEMENT,
                4,
                places,
                index,
                TextPokeLoc::displacement);
        field(b, array, count, value, "len", KernelLayout.ENTRY_LENGTH, 1, places, index, TextPokeLoc::sizeBytes);
        field(b, array, count, value, "opcode", KernelLayout.ENTRY_OPCODE, 1, places, index, TextPokeLoc::foldedOpcode);
        field(
                b,
                array,
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
                array,
                count,
                value,
                "text[4]",
                KernelLayout.ENTRY_TEXT + 4,
                1,
                places,
                index,
                p -> textBytes(p).low() >>> 32);
        if (places.stream().anyMatch(TextPokeLoc::isLong)) {
            for (int part = 0; part < LONG_TEXT_SIZE_BYTES; part += Long.BYTES) {
                int from = part;
                b.compute("long text", (core, local) -> {
                            InstructionBytes text = place(places, local[index]).newText();
                            local[value] = from == 0 ? text.low() : text.high();
                        })
                        .store("long text", core -> longText(core.file()[count]) + from, Long.BYTES, value);
            }
        }
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

    /** Address of an entry of the kernel's array. */
    public static long entry(long index) {
        return entry(KernelLayout.ARRAY, index);
    }

    /** Address of an entry of some array. */
    public static long entry(long array, long index) {
        return array + index * KernelLayout.ENTRY_SIZE_BYTES;
    }

    /** Where an array's count is. */
    public static long countOf(long array) {
        return array + KernelLayout.MAX_ENTRIES * KernelLayout.ENTRY_SIZE_BYTES;
    }

    /** Where the patcher has the new text of a place whose bytes do not fit into its entry. */
    public static long longText(long index) {
        return KernelLayout.LONG_TEXTS + index * LONG_TEXT_SIZE_BYTES;
    }

    private interface Field {
        long of(TextPokeLoc place);
    }

    private static void field(
            Routine.Builder b,
            long array,
            int count,
            int value,
            String name,
            int offset,
            int sizeBytes,
            List<TextPokeLoc> places,
            int index,
            Field field) {
        b.compute("tp->" + name, (core, local) -> local[value] = field.of(place(places, local[index])))
                .store("tp->" + name, core -> entry(array, core.file()[count]) + offset, sizeBytes, value);
    }
}
