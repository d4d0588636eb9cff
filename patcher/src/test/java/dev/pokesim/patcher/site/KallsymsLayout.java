package dev.pokesim.patcher.site;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The forms in which kernels have carried their symbols; writes each. Source: Linux scripts/kallsyms.c, write_src(). */
enum KallsymsLayout {
    /** Up to 4.5, and later without CONFIG_KALLSYMS_BASE_RELATIVE. */
    ABSOLUTE_LONG_MARKERS(Addresses.ABSOLUTE, false, Long.BYTES, false),
    ABSOLUTE(Addresses.ABSOLUTE, false, Integer.BYTES, false),
    /** 4.6 to 4.19. */
    PER_CPU_LONG_MARKERS(Addresses.ABSOLUTE_PER_CPU, false, Long.BYTES, false),
    /** 4.20 to 6.1. */
    PER_CPU(Addresses.ABSOLUTE_PER_CPU, false, Integer.BYTES, false),
    /** Of one processor: no CONFIG_KALLSYMS_ABSOLUTE_PERCPU. */
    RELATIVE(Addresses.RELATIVE, false, Integer.BYTES, false),
    /** 6.2 and 6.3. */
    PER_CPU_WITH_SEQUENCE(Addresses.ABSOLUTE_PER_CPU, false, Integer.BYTES, true),
    /** 6.4 to 6.14. */
    PER_CPU_BEHIND(Addresses.ABSOLUTE_PER_CPU, true, Integer.BYTES, true),
    /** From 6.15, where per-CPU data has kernel addresses. */
    RELATIVE_BEHIND(Addresses.RELATIVE, true, Integer.BYTES, true),
    ABSOLUTE_BEHIND(Addresses.ABSOLUTE, true, Integer.BYTES, true),
    OWN_PLACE_BEHIND(Addresses.OWN_PLACE, true, Integer.BYTES, true),
    /** From 2026, without a base, and nothing has more than 4 bytes. */
    OWN_PLACE_DENSE(Addresses.OWN_PLACE, true, Integer.BYTES, true);

    private enum Addresses {
        ABSOLUTE,
        RELATIVE,
        ABSOLUTE_PER_CPU,
        OWN_PLACE
    }

    private static final int MERGES = 60;

    private final Addresses addresses;
    private final boolean behind;
    private final int markerBytes;
    private final boolean sequence;

    KallsymsLayout(Addresses addresses, boolean behind, int markerBytes, boolean sequence) {
        this.addresses = addresses;
        this.behind = behind;
        this.markerBytes = markerBytes;
        this.sequence = sequence;
    }

    /** Whether per-CPU symbols have small addresses of their own. */
    boolean hasPerCpuAtZero() {
        return addresses == Addresses.ABSOLUTE || addresses == Addresses.ABSOLUTE_PER_CPU;
    }

    /** A symbol as {@code nm} prints it. */
    record Entry(long address, char type, String name) {}

    /**
     * The tables, without symbols of their own.
     *
     * @param entries by unsigned address
     * @param place where the tables will stand, aligned to 8
     * @param base what distances are relative to: the lowest address that is no per-CPU one
     */
    byte[] write(List<Entry> entries, long place, long base) {
        Output out = new Output(place, this == OWN_PLACE_DENSE ? Integer.BYTES : Long.BYTES);
        if (!behind) {
            writeAddresses(out, entries, base);
        }
        out.aligned(entries.size(), Integer.BYTES);
        List<List<Integer>> names = new ArrayList<>();
        entries.forEach(entry -> names.add(characters(entry.type() + entry.name())));
        String[] tokens = compress(names);
        out.align();
        int start = out.sizeBytes();
        List<Integer> markers = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            if (i % 256 == 0) {
                markers.add(out.sizeBytes() - start);
            }
            int length = names.get(i).size();
            if (length >= 128) {
                out.number(length & 127 | 128, 1);
                out.number(length >> 7, 1);
            } else {
                out.number(length, 1);
            }
            names.get(i).forEach(token -> out.number(token, 1));
        }
        out.align();
        markers.forEach(marker -> out.number(marker, markerBytes));
        if (sequence && !behind) {
            writeSequence(out, names.size());
        }
        out.align();
        int table = out.sizeBytes();
        List<Integer> offsets = new ArrayList<>();
        for (String token : tokens) {
            offsets.add(out.sizeBytes() - table);
            out.text(token);
            out.number(0, 1);
        }
        out.align();
        offsets.forEach(offset -> out.number(offset, Short.BYTES));
        if (behind) {
            writeAddresses(out, entries, base);
            writeSequence(out, names.size());
        }
        return out.toArray();
    }

    private void writeAddresses(Output out, List<Entry> entries, long base) {
        out.align();
        for (Entry entry : entries) {
            long address = entry.address();
            switch (addresses) {
                case ABSOLUTE -> out.number(address, Long.BYTES);
                case RELATIVE -> out.number(address - base, Integer.BYTES);
                case ABSOLUTE_PER_CPU ->
                    out.number(Long.compareUnsigned(address, base) < 0 ? address : base - 1 - address, Integer.BYTES);
                case OWN_PLACE -> out.number(address - out.place(), Integer.BYTES);
            }
        }
        if (addresses == Addresses.RELATIVE || addresses == Addresses.ABSOLUTE_PER_CPU) {
            out.aligned(base, Long.BYTES);
        }
    }

    /** Three bytes, the highest first, for each name. */
    private static void writeSequence(Output out, int count) {
        out.align();
        for (int i = 0; i < count; i++) {
            out.number(i >> 16, 1);
            out.number(i >> 8, 1);
            out.number(i, 1);
        }
    }

    private static List<Integer> characters(String text) {
        return new ArrayList<>(text.chars().boxed().toList());
    }

    /** Replaces the most frequent pairs by tokens that no character needs. */
    private static String[] compress(List<List<Integer>> names) {
        String[] tokens = new String[256];
        Arrays.fill(tokens, "");
        names.forEach(name -> name.forEach(character -> tokens[character] = Character.toString(character)));
        for (char digit = '0'; digit <= '9'; digit++) {
            tokens[digit] = String.valueOf(digit);
        }
        int free = 0;
        for (int merge = 0; merge < MERGES; merge++) {
            while (!tokens[free].isEmpty()) {
                free++;
            }
            Map<Integer, Integer> counts = new TreeMap<>();
            for (List<Integer> name : names) {
                for (int i = 1; i < name.size(); i++) {
                    counts.merge(name.get(i - 1) << 8 | name.get(i), 1, Integer::sum);
                }
            }
            int best = counts.entrySet().stream()
                    .max(Map.Entry.comparingByValue())
                    .orElseThrow()
                    .getKey();
            tokens[free] = tokens[best >> 8] + tokens[best & 255];
            for (List<Integer> name : names) {
                for (int i = 1; i < name.size(); i++) {
                    if ((name.get(i - 1) << 8 | name.get(i)) == best) {
                        name.set(i - 1, free);
                        name.remove(i);
                    }
                }
            }
        }
        return tokens;
    }

    private static final class Output {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final long start;
        private final int alignBytes;

        Output(long start, int alignBytes) {
            this.start = start;
            this.alignBytes = alignBytes;
        }

        int sizeBytes() {
            return bytes.size();
        }

        long place() {
            return start + bytes.size();
        }

        void number(long value, int sizeBytes) {
            byte[] all = ByteBuffer.allocate(Long.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(value)
                    .array();
            bytes.write(all, 0, sizeBytes);
        }

        void text(String text) {
            bytes.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
        }

        void align() {
            while (place() % alignBytes != 0) {
                bytes.write(0);
            }
        }

        void aligned(long value, int sizeBytes) {
            align();
            number(value, sizeBytes);
        }

        byte[] toArray() {
            return bytes.toByteArray();
        }
    }
}
