package dev.pokesim.cli.export;

import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.emulator.trace.TraceEvent;
import dev.pokesim.emulator.trace.TraceHeader;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Events of one name as ftrace has them: what the fields are called, where they are, and how they are printed. Both come from what an event
 * tells, so they cannot disagree.
 *
 * @see "Linux Documentation/trace/events.rst, Event formats"
 */
final class FtraceEvent {
    /** u16 id, u8 flags, u8 preempt count, s32 pid. */
    private static final int COMMON_BYTES = 8;

    private static final int PAGE_ROOM = 4000;

    private final int id;
    private final String format;
    private final int fixedBytes;

    /**
     * @param example any event of that name
     */
    FtraceEvent(int id, TraceEvent example) {
        this.id = id;
        Format made = new Format();
        example.tell(made);
        fixedBytes = made.offset;
        format = made.text(example.name().replace('-', '_'), id);
    }

    /** As the kernel shows it in a file {@code format}. */
    String format() {
        return format;
    }

    /** One event, without its time: whole words. */
    byte[] payload(TraceEvent event, TraceHeader header) {
        Payload made = new Payload(id, event.core() + 1, fixedBytes, header);
        event.tell(made);
        return made.bytes();
    }

    /** Says which fields there are. */
    private static final class Format implements TraceEvent.Fields {
        private final StringBuilder fields = new StringBuilder();
        private final StringBuilder print = new StringBuilder();
        private final StringBuilder arguments = new StringBuilder();
        private int offset = COMMON_BYTES;

        Format() {
            fields.append("\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n");
            fields.append("\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n");
            fields.append("\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n");
            fields.append("\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n");
        }

        private void field(String type, String name, int sizeBytes, boolean signed) {
            fields.append("\tfield:").append(type).append(' ').append(name);
            fields.append(";\toffset:").append(offset).append(";\tsize:").append(sizeBytes);
            fields.append(";\tsigned:").append(signed ? 1 : 0).append(";\n");
            offset += sizeBytes;
        }

        private void print(String text, String argument) {
            print.append(print.isEmpty() ? "" : " ").append(text);
            arguments.append(", ").append(argument);
        }

        String text(String name, int id) {
            return "name: " + name + "\nID: " + id + "\nformat:\n" + fields + "\nprint fmt: \"" + print + "\""
                    + arguments + "\n";
        }

        @Override
        public void name(String name) {
            // is the event's
        }

        @Override
        public void address(String name, long address) {
            field("u64", name, Long.BYTES, false);
            print(name + "=0x%llx", "REC->" + name);
            dynamic(name + "_symbol", "=%s");
        }

        @Override
        public void number(String name, long number) {
            field("s64", name, Long.BYTES, true);
            print(name + "=%lld", "REC->" + name);
        }

        @Override
        public void bits(String name, long bits) {
            field("u64", name, Long.BYTES, false);
            print(name + "=0x%llx", "REC->" + name);
        }

        @Override
        public void flag(String name, boolean flag) {
            field("s64", name, Long.BYTES, true);
            print(name + "=%lld", "REC->" + name);
        }

        @Override
        public void bytes(String name, InstructionBytes bytes) {
            dynamic(name, "=[%s]");
        }

        @Override
        public void text(String name, String text) {
            dynamic(name, "=%s");
        }

        private void dynamic(String name, String how) {
            field("__data_loc char[]", name, Integer.BYTES, false);
            print(name + how, "__get_str(" + name + ")");
        }
    }

    /** Takes the values. */
    private static final class Payload implements TraceEvent.Fields {
        private final ByteBuffer fixed;
        private final ByteArrayOutputStream behind = new ByteArrayOutputStream();

        private final TraceHeader header;

        Payload(int id, int thread, int fixedBytes, TraceHeader header) {
            this.header = header;
            fixed = ByteBuffer.allocate(fixedBytes).order(ByteOrder.LITTLE_ENDIAN);
            fixed.putShort((short) id).putShort((short) 0).putInt(thread);
        }

        byte[] bytes() {
            int size = fixed.capacity() + behind.size();
            return ByteBuffer.allocate((size + Integer.BYTES - 1) / Integer.BYTES * Integer.BYTES)
                    .put(fixed.array())
                    .put(behind.toByteArray())
                    .array();
        }

        @Override
        public void name(String name) {
            // is the event's
        }

        @Override
        public void address(String name, long address) {
            fixed.putLong(address);
            text(name, header.place(address));
        }

        @Override
        public void number(String name, long number) {
            fixed.putLong(number);
        }

        @Override
        public void bits(String name, long bits) {
            fixed.putLong(bits);
        }

        @Override
        public void flag(String name, boolean flag) {
            fixed.putLong(flag ? 1 : 0);
        }

        @Override
        public void bytes(String name, InstructionBytes bytes) {
            text(name, bytes.toString());
        }

        /** Offset in the low half, size in the high one; the text stands behind the fields, with a 0 at its end. */
        @Override
        public void text(String name, String text) {
            byte[] bytes = text.replace('\0', '?').getBytes(StandardCharsets.UTF_8);
            int size = Math.min(bytes.length, PAGE_ROOM / 3 - 1);
            fixed.putInt(fixed.capacity() + behind.size() | size + 1 << 16);
            behind.write(bytes, 0, size);
            behind.write(0);
        }
    }
}
