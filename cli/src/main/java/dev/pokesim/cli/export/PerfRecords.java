package dev.pokesim.cli.export;

import dev.pokesim.emulator.memory.InstructionBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The records of a perf.data file, as bytes. Times are nanoseconds; thread n + 1 of process n + 1 is core n, because process 0 would be
 * the idle task.
 *
 * @see "Linux include/uapi/linux/perf_event.h, enum perf_event_type, struct perf_event_attr"
 */
final class PerfRecords {
    /** What is counted; the values are the ids of its samples. */
    enum Event {
        CPU_CLOCK(1, 0, "cpu-clock", CLOCK_SAMPLE),
        LOADS(4, 0x1cd, "cpu/mem-loads,ldlat=30/P", MEMORY_SAMPLE),
        STORES(4, 0x82d0, "cpu/mem-stores/P", MEMORY_SAMPLE);

        private final int type;
        private final long config;
        private final String text;
        private final long sampleType;

        Event(int type, long config, String text, long sampleType) {
            this.type = type;
            this.config = config;
            this.text = text;
            this.sampleType = sampleType;
        }

        /** What perf calls it. */
        String text() {
            return text;
        }

        long id() {
            return ordinal() + 1L;
        }

        /** As the kernel would have been asked for it: struct perf_event_attr. */
        byte[] attribute(long period) {
            boolean precise = sampleType == MEMORY_SAMPLE;
            return ByteBuffer.allocate(ATTRIBUTE_BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(type)
                    .putInt(ATTRIBUTE_BYTES)
                    .putLong(config)
                    .putLong(period)
                    .putLong(sampleType)
                    .putLong(READ_FORMAT_ID)
                    .putLong(EXCLUDE_USER
                            | COMM_FLAG
                            | SAMPLE_ID_ALL
                            | KSYMBOL_FLAG
                            | TEXT_POKE_FLAG
                            | (precise ? PRECISE : 0))
                    .array();
        }
    }

    static final int ATTRIBUTE_BYTES = 112;

    private static final long IP = 1;
    private static final long TID = 1 << 1;
    private static final long TIME = 1 << 2;
    private static final long ADDRESS = 1 << 3;
    private static final long CALL_CHAIN = 1 << 5;
    private static final long CPU = 1 << 7;
    private static final long PERIOD = 1 << 8;
    private static final long WEIGHT = 1 << 14;
    private static final long DATA_SOURCE = 1 << 15;
    private static final long IDENTIFIER = 1 << 16;
    private static final long CLOCK_SAMPLE = IP | TID | TIME | CALL_CHAIN | CPU | PERIOD | IDENTIFIER;
    private static final long MEMORY_SAMPLE =
            IP | TID | TIME | ADDRESS | CPU | PERIOD | WEIGHT | DATA_SOURCE | IDENTIFIER;

    private static final long READ_FORMAT_ID = 1 << 2;
    private static final long EXCLUDE_USER = 1 << 4;
    private static final long COMM_FLAG = 1 << 9;
    private static final long PRECISE = 2 << 15;
    private static final long SAMPLE_ID_ALL = 1 << 18;
    private static final long KSYMBOL_FLAG = 1L << 29;
    private static final long TEXT_POKE_FLAG = 1L << 33;

    private static final int MMAP = 1;
    private static final int COMM = 3;
    private static final int SAMPLE = 9;
    private static final int KSYMBOL = 17;
    private static final int TEXT_POKE = 20;
    private static final short KERNEL = 1;
    /** Text that is no program of BPF, such as a trampoline: perf takes the symbol from the record. */
    private static final short OUT_OF_LINE = 2;

    /** What a call chain begins with in the kernel. */
    private static final long CONTEXT_KERNEL = -128;

    private static final int COMM_BYTES = 16;
    private static final int MAX_NAME_BYTES = 255;

    private final ExportFile out;
    private final ByteBuffer record = ByteBuffer.allocate(1 << 12).order(ByteOrder.LITTLE_ENDIAN);

    PerfRecords(ExportFile out) {
        this.out = out;
    }

    private void begin(int type, short misc) {
        record.clear();
        record.putInt(type).putShort(misc).putShort((short) 0);
    }

    private void end() throws IOException {
        pad();
        record.putShort(6, (short) record.position());
        out.write(record.array(), 0, record.position());
    }

    private void pad() {
        while (record.position() % Long.BYTES != 0) {
            record.put((byte) 0);
        }
    }

    private void thread(int core) {
        record.putInt(core + 1).putInt(core + 1);
    }

    /** What every record but a sample ends with. */
    private void whoAndWhen(int core, long ns) {
        pad();
        thread(core);
        record.putLong(ns).putInt(core).putInt(0).putLong(Event.CPU_CLOCK.id());
    }

    private void name(String name, int maxBytes) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        record.put(bytes, 0, Math.min(bytes.length, maxBytes)).put((byte) 0);
    }

    /** The kernel's text is somewhere: without one perf warns that it cannot name the kernel's symbols. */
    void kernelMap(long address, long sizeBytes) throws IOException {
        map("[kernel.kallsyms]_text", address, sizeBytes, address, 0);
    }

    private void map(String name, long address, long sizeBytes, long pageOffset, long ns) throws IOException {
        begin(MMAP, KERNEL);
        record.putInt(-1).putInt(0).putLong(address).putLong(sizeBytes).putLong(pageOffset);
        name(name, MAX_NAME_BYTES);
        whoAndWhen(0, ns);
        end();
    }

    /**
     * From now on there is a function. It gets a map of its own, because perf puts the symbol of a record at the start of the map that it
     * finds there; a map in brackets is one whose file perf does not look for.
     */
    void function(String name, long address, long sizeBytes, long ns) throws IOException {
        map("[" + name + "]", address, Math.max(1, sizeBytes), 0, ns);
        symbol(name, address, sizeBytes, ns);
    }

    /** What the thread on a core is called. */
    void comm(int core, String comm) throws IOException {
        begin(COMM, (short) 0);
        thread(core);
        byte[] bytes = Arrays.copyOf(comm.getBytes(StandardCharsets.UTF_8), COMM_BYTES);
        bytes[COMM_BYTES - 1] = 0;
        record.put(bytes);
        whoAndWhen(core, 0);
        end();
    }

    /** From now on some addresses of the kernel have a name. */
    void symbol(String name, long address, long sizeBytes, long ns) throws IOException {
        begin(KSYMBOL, KERNEL);
        record.putLong(address)
                .putInt((int) Math.max(1, Math.min(sizeBytes, Integer.MAX_VALUE)))
                .putShort(OUT_OF_LINE)
                .putShort((short) 0);
        name(name, MAX_NAME_BYTES);
        whoAndWhen(0, ns);
        end();
    }

    /** Text was changed. */
    void textPoke(int core, long ns, long address, InstructionBytes oldText, InstructionBytes newText)
            throws IOException {
        begin(TEXT_POKE, KERNEL);
        record.putLong(address)
                .putShort((short) oldText.sizeBytes())
                .putShort((short) newText.sizeBytes())
                .put(oldText.toArray())
                .put(newText.toArray());
        whoAndWhen(core, ns);
        end();
    }

    /**
     * Where a core was when its clock ticked.
     *
     * @param chain innermost first
     */
    void clockTick(int core, long ns, long periodNs, long[] chain) throws IOException {
        begin(SAMPLE, KERNEL);
        record.putLong(Event.CPU_CLOCK.id()).putLong(chain[0]);
        thread(core);
        record.putLong(ns).putInt(core).putInt(0).putLong(periodNs).putLong(chain.length + 1L);
        record.putLong(CONTEXT_KERNEL);
        for (long ip : chain) {
            record.putLong(ip);
        }
        end();
    }

    /**
     * An access to memory.
     *
     * @param source a {@code union perf_mem_data_src}
     */
    void access(Event event, int core, long ns, long ip, long address, long period, long cycles, long source)
            throws IOException {
        begin(SAMPLE, KERNEL);
        record.putLong(event.id()).putLong(ip);
        thread(core);
        record.putLong(ns).putLong(address).putInt(core).putInt(0);
        record.putLong(period).putLong(cycles).putLong(source);
        end();
    }
}
