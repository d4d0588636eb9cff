package dev.pokesim.cli.export;

import dev.pokesim.emulator.trace.TraceEvent;
import dev.pokesim.emulator.trace.TraceHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A trace.dat file of version 6: each name of an event is an event of the system {@code poke_sim}, each core a CPU. A core's pages must
 * stand together in the file, so full pages go to a scratch file first; times are nanoseconds.
 *
 * @see "trace-cmd Documentation/trace-cmd/trace-cmd.dat.v6.5.txt; Linux include/linux/ring_buffer.h"
 */
final class TraceDat implements TraceExport {
    private static final long PS_PER_NS = 1000;
    private static final int PAGE_BYTES = 4096;
    private static final int PAGE_HEAD_BYTES = 16;
    /** An event says in 27 bits how many ns it comes after the one before; a page has the time of its first. */
    private static final long MAX_DELTA_NS = (1L << 27) - 1;
    /** Payloads up to this many words have their length in the event's first five bits. */
    private static final int MAX_SHORT_WORDS = 28;

    private static final String HEADER_PAGE = "\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n"
            + "\tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;\n"
            + "\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;\n"
            + "\tfield: char data;\toffset:16;\tsize:4080;\tsigned:0;\n";
    private static final String HEADER_EVENT =
            "\ttype_len    :    5 bits\n\ttime_delta  :   27 bits\n\tarray       :   32 bits\n"
                    + "\n\tpadding     : type == 29\n\ttime_extend : type == 30\n\ttime_stamp : type == 31\n"
                    + "\tdata max type_len  == 28\n";

    private final TraceHeader header;
    private final ExportFile out;
    private final FileChannel scratch;
    private final Map<String, FtraceEvent> events = new TreeMap<>();
    private final List<Cpu> cpus = new ArrayList<>();
    private long pages;
    private int patcher = -1;

    /** One core's pages. */
    private static final class Cpu {
        private final ByteBuffer page = little(PAGE_BYTES);
        /** Where its full pages are in the scratch file, in pages. */
        private final List<Integer> full = new ArrayList<>();

        private long lastNs;
    }

    TraceDat(TraceHeader header, ExportFile out) throws IOException {
        this.header = header;
        this.out = out;
        scratch = out.scratch();
        for (int core = 0; core < header.cores(); core++) {
            cpus.add(new Cpu());
        }
    }

    @Override
    public void add(TraceEvent event) throws IOException {
        FtraceEvent format = events.computeIfAbsent(event.name(), name -> new FtraceEvent(events.size() + 1, event));
        if (patcher < 0 && (event instanceof TraceEvent.Rewrite || event.name().equals("step-start"))) {
            patcher = event.core();
        }
        byte[] payload = format.payload(event, header);
        int words = payload.length / Integer.BYTES;
        int bytes = Integer.BYTES + payload.length + (words > MAX_SHORT_WORDS ? Integer.BYTES : 0);
        Cpu cpu = cpus.get(event.core());
        long ns = Math.max(cpu.lastNs, event.timePs() / PS_PER_NS);
        if (cpu.page.position() > 0 && (cpu.page.remaining() < bytes || ns - cpu.lastNs > MAX_DELTA_NS)) {
            endPage(cpu);
        }
        if (cpu.page.position() == 0) {
            cpu.page.putLong(ns).putLong(0);
            cpu.lastNs = ns;
        }
        int delta = (int) (ns - cpu.lastNs) << 5;
        if (words > MAX_SHORT_WORDS) {
            cpu.page.putInt(delta).putInt(payload.length + Integer.BYTES);
        } else {
            cpu.page.putInt(delta | words);
        }
        cpu.page.put(payload);
        cpu.lastNs = ns;
    }

    /** A page that nothing more goes into. */
    private void endPage(Cpu cpu) throws IOException {
        cpu.page.putLong(Long.BYTES, cpu.page.position() - PAGE_HEAD_BYTES);
        while (cpu.page.hasRemaining()) {
            cpu.page.put((byte) 0);
        }
        cpu.page.flip();
        long at = pages * PAGE_BYTES;
        while (cpu.page.hasRemaining()) {
            at += scratch.write(cpu.page, at);
        }
        cpu.page.clear();
        cpu.full.add((int) pages++);
    }

    @Override
    public void finish() throws IOException {
        for (Cpu cpu : cpus) {
            if (cpu.page.position() > 0) {
                endPage(cpu);
            }
        }
        out.write(new byte[] {0x17, 0x08, 0x44});
        text("tracing");
        word("6");
        out.write(new byte[] {0, Long.BYTES}); // little endian, size of a long
        u32(PAGE_BYTES);
        word("header_page");
        sized64(HEADER_PAGE);
        word("header_event");
        sized64(HEADER_EVENT);
        u32(0); // no events of ftrace's own
        u32(1);
        word("poke_sim");
        u32(events.size());
        for (FtraceEvent event : events.values()) {
            sized64(event.format());
        }
        u32(0); // no symbols: each event has the names of its places
        u32(0); // no formats of trace_printk()
        sized64(threads());
        u32(cpus.size());
        text("options  \0");
        u16(0);
        text("flyrecord\0");
        writePages();
        out.complete();
    }

    private void writePages() throws IOException {
        long at = roundUp(out.position() + 16L * cpus.size());
        for (Cpu cpu : cpus) {
            long bytes = (long) cpu.full.size() * PAGE_BYTES;
            out.write(little(16).putLong(at).putLong(bytes).array());
            at += bytes;
        }
        while (out.position() % PAGE_BYTES != 0) {
            out.write(0);
        }
        ByteBuffer page = little(PAGE_BYTES);
        for (Cpu cpu : cpus) {
            for (int index : cpu.full) {
                page.clear();
                while (page.hasRemaining()) {
                    scratch.read(page, (long) index * PAGE_BYTES + page.position());
                }
                out.write(page.array());
            }
        }
    }

    private static long roundUp(long offset) {
        return (offset + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
    }

    /** The thread on core n is n + 1, because 0 would be the idle task. */
    private String threads() {
        StringBuilder lines = new StringBuilder();
        for (int core = 0; core < cpus.size(); core++) {
            lines.append(core + 1).append(core == patcher ? " patcher\n" : " worker\n");
        }
        return lines.toString();
    }

    private void text(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
    }

    private void word(String text) throws IOException {
        text(text);
        out.write(0);
    }

    private void sized64(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.write(little(8).putLong(bytes.length).array());
        out.write(bytes);
    }

    private void u32(int value) throws IOException {
        out.write(little(4).putInt(value).array());
    }

    private void u16(int value) throws IOException {
        out.write(little(2).putShort((short) value).array());
    }

    private static ByteBuffer little(int sizeBytes) {
        return ByteBuffer.allocate(sizeBytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void close() throws IOException {
        scratch.close();
    }
}
