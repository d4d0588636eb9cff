package dev.pokesim.cli.export;

import dev.pokesim.emulator.trace.TraceEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Perfetto's own format: packets of Protocol Buffers with track events. Times are nanoseconds.
 *
 * @see "Perfetto protos/perfetto/trace/trace_packet.proto, track_event/track_event.proto, track_event/track_descriptor.proto"
 */
final class PerfettoTrace implements TrackWriter {
    private static final long PS_PER_NS = 1000;

    private static final int TRACE_PACKET = 1;

    private static final int PACKET_TIMESTAMP = 8;
    private static final int PACKET_SEQUENCE = 10;
    private static final int PACKET_EVENT = 11;
    private static final int PACKET_DESCRIPTOR = 60;

    private static final int DESCRIPTOR_UUID = 1;
    private static final int DESCRIPTOR_NAME = 2;
    private static final int DESCRIPTOR_PROCESS = 3;
    private static final int DESCRIPTOR_THREAD = 4;
    private static final int DESCRIPTOR_PARENT = 5;
    private static final int DESCRIPTOR_COUNTER = 8;
    private static final int PROCESS_PID = 1;
    private static final int PROCESS_NAME = 6;
    private static final int THREAD_PID = 1;
    private static final int THREAD_TID = 2;
    private static final int THREAD_NAME = 5;

    private static final int EVENT_ANNOTATION = 4;
    private static final int EVENT_TYPE = 9;
    private static final int EVENT_TRACK = 11;
    private static final int EVENT_NAME = 23;
    private static final int EVENT_COUNTER_VALUE = 30;
    private static final int EVENT_FLOW = 47;
    private static final int EVENT_FLOW_END = 48;
    private static final int BEGIN = 1;
    private static final int END = 2;
    private static final int INSTANT = 3;
    private static final int COUNTER = 4;

    private static final int ANNOTATION_INT = 4;
    private static final int ANNOTATION_STRING = 6;
    private static final int ANNOTATION_NAME = 10;

    private static final int PROCESS = 1;
    private static final long PROCESS_TRACK = 1;
    private static final long COUNTER_TRACKS = 16;
    private static final long CORE_TRACKS = 1024;

    private final ExportFile out;
    private boolean begun;

    PerfettoTrace(ExportFile out) {
        this.out = out;
    }

    private static long track(int core) {
        return CORE_TRACKS + core;
    }

    private void write(Message packet) throws IOException {
        packet.number(PACKET_SEQUENCE, 1);
        Message trace = new Message().message(TRACE_PACKET, packet);
        out.write(trace.bytes, 0, trace.size);
    }

    private void describe(Message descriptor) throws IOException {
        if (!begun) {
            begun = true;
            Message process = new Message().number(PROCESS_PID, PROCESS).text(PROCESS_NAME, "machine");
            describe(new Message().number(DESCRIPTOR_UUID, PROCESS_TRACK).message(DESCRIPTOR_PROCESS, process));
        }
        write(new Message().message(PACKET_DESCRIPTOR, descriptor));
    }

    @Override
    public void core(int core, String name) throws IOException {
        Message thread = new Message()
                .number(THREAD_PID, PROCESS)
                .number(THREAD_TID, core + 2L) // the thread with the number of the process is its first
                .text(THREAD_NAME, name);
        describe(new Message()
                .number(DESCRIPTOR_UUID, track(core))
                .number(DESCRIPTOR_PARENT, PROCESS_TRACK)
                .message(DESCRIPTOR_THREAD, thread));
    }

    @Override
    public void counter(int counter, String name) throws IOException {
        describe(new Message()
                .number(DESCRIPTOR_UUID, COUNTER_TRACKS + counter)
                .number(DESCRIPTOR_PARENT, PROCESS_TRACK)
                .text(DESCRIPTOR_NAME, name)
                .message(DESCRIPTOR_COUNTER, new Message()));
    }

    private void event(long timePs, Message event) throws IOException {
        write(new Message().number(PACKET_TIMESTAMP, timePs / PS_PER_NS).message(PACKET_EVENT, event));
    }

    private static Message event(int type, long track) {
        return new Message().number(EVENT_TYPE, type).number(EVENT_TRACK, track);
    }

    @Override
    public void begin(long timePs, int core, String name, TraceEvent event, List<Long> flows) throws IOException {
        Message slice = event(BEGIN, track(core)).text(EVENT_NAME, name);
        flows.forEach(flow -> slice.fixed64(EVENT_FLOW_END, flow));
        event.tell(new Annotations(slice));
        event(timePs, slice);
    }

    @Override
    public void end(long timePs, int core) throws IOException {
        event(timePs, event(END, track(core)));
    }

    @Override
    public void instant(TraceEvent event, long flow) throws IOException {
        Message instant = event(INSTANT, track(event.core())).text(EVENT_NAME, event.name());
        if (flow != 0) {
            instant.fixed64(EVENT_FLOW, flow);
        }
        event.tell(new Annotations(instant));
        event(event.timePs(), instant);
    }

    @Override
    public void count(long timePs, int counter, long value) throws IOException {
        event(timePs, event(COUNTER, COUNTER_TRACKS + counter).number(EVENT_COUNTER_VALUE, value));
    }

    @Override
    public void finish() throws IOException {
        out.complete();
    }

    /** Adds the fields of an event. */
    private record Annotations(Message event) implements TrackFields {
        @Override
        public void show(String name, String value) {
            event.message(
                    EVENT_ANNOTATION, new Message().text(ANNOTATION_NAME, name).text(ANNOTATION_STRING, value));
        }

        @Override
        public void number(String name, long number) {
            event.message(
                    EVENT_ANNOTATION, new Message().text(ANNOTATION_NAME, name).number(ANNOTATION_INT, number));
        }
    }

    /** A message of Protocol Buffers, field after field. */
    private static final class Message {
        private static final int VARINT = 0;
        private static final int FIXED64 = 1;
        private static final int SIZED = 2;

        private byte[] bytes = new byte[64];
        private int size;

        Message number(int field, long value) {
            varint((long) field << 3 | VARINT);
            varint(value);
            return this;
        }

        Message fixed64(int field, long value) {
            varint((long) field << 3 | FIXED64);
            append(
                    ByteBuffer.allocate(Long.BYTES)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putLong(value)
                            .array(),
                    Long.BYTES);
            return this;
        }

        Message text(int field, String text) {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            return sized(field, utf8, utf8.length);
        }

        Message message(int field, Message inner) {
            return sized(field, inner.bytes, inner.size);
        }

        private Message sized(int field, byte[] from, int count) {
            varint((long) field << 3 | SIZED);
            varint(count);
            append(from, count);
            return this;
        }

        private void varint(long value) {
            long rest = value;
            while ((rest & ~0x7fL) != 0) {
                append((byte) (rest & 0x7f | 0x80));
                rest >>>= 7;
            }
            append((byte) rest);
        }

        private void append(byte one) {
            room(1);
            bytes[size++] = one;
        }

        private void append(byte[] from, int count) {
            room(count);
            System.arraycopy(from, 0, bytes, size, count);
            size += count;
        }

        private void room(int count) {
            if (size + count > bytes.length) {
                bytes = java.util.Arrays.copyOf(bytes, Math.max(2 * bytes.length, size + count));
            }
        }
    }
}
