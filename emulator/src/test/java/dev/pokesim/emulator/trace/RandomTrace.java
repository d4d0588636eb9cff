package dev.pokesim.emulator.trace;

import dev.pokesim.emulator.memory.InstructionBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** Traces of every kind of event, for tests. */
final class RandomTrace {
    static final int CORES = 70;

    static final TraceHeader HEADER = new TraceHeader(
            CORES,
            new TreeMap<>(Map.of("seed", "7", "command", "poke-sim run --cores 70 \u00e4\ud83d\ude00")),
            List.of(
                    new TraceHeader.Symbol("beta", 0xffffffff81000100L, 0x40),
                    new TraceHeader.Symbol("alpha", 0x1000, 0x10),
                    new TraceHeader.Symbol("label", 0xffffffff81000200L, 0)));

    private RandomTrace() {}

    static List<TraceEvent> events(long seed, int count) {
        Random random = new Random(seed);
        List<TraceEvent> events = new ArrayList<>();
        long timePs = 0;
        for (int i = 0; i < count; i++) {
            timePs = Math.max(0, timePs + random.nextInt(1000) - 100);
            events.add(event(random, random.nextInt(50) == 0 ? Math.abs(random.nextLong() >> 1) : timePs));
        }
        return events;
    }

    private static TraceEvent event(Random random, long timePs) {
        int core = random.nextInt(CORES);
        long address = random.nextInt(4) == 0 ? random.nextLong() : 0xffffffff81000000L + random.nextInt(4096);
        return switch (TraceEvent.Kind.values()[random.nextInt(TraceEvent.Kind.values().length)]) {
            case FETCH -> new TraceEvent.Fetch(timePs, core, address, bytes(random, random.nextInt(16)));
            case STORE -> new TraceEvent.Store(timePs, core, address, 1 + random.nextInt(64), random.nextLong());
            case UPDATE -> new TraceEvent.Update(timePs, core, address, random.nextBoolean());
            case TRAP -> new TraceEvent.Trap(timePs, core, random.nextInt(256), address);
            case RETURN -> new TraceEvent.Return(timePs, core, address);
            case IPI -> new TraceEvent.Ipi(timePs, core, random.nextInt(), random.nextInt(256));
            case ANSWER -> new TraceEvent.Answer(timePs, core);
            case SERIALISE -> new TraceEvent.Serialise(timePs, core);
            case MARK -> new TraceEvent.Mark(timePs, core, text(random), address, text(random));
            case REWRITE -> {
                int size = random.nextInt(16);
                yield new TraceEvent.Rewrite(
                        timePs, core, text(random), address, bytes(random, size), bytes(random, size));
            }
            case INSTRUCTION -> new TraceEvent.Instruction(timePs, core, address, bytes(random, random.nextInt(16)));
            case TRANSFER ->
                new TraceEvent.Transfer(
                        timePs,
                        core,
                        address,
                        text(random),
                        random.nextInt(),
                        random.nextBoolean(),
                        random.nextLong(),
                        random.nextLong(),
                        text(random),
                        text(random));
        };
    }

    private static InstructionBytes bytes(Random random, int sizeBytes) {
        byte[] bytes = new byte[sizeBytes];
        random.nextBytes(bytes);
        return InstructionBytes.of(bytes, 0, sizeBytes);
    }

    private static String text(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> "";
            case 1 -> "step-start";
            case 2 -> "\u00fc\ud83d\ude00 " + random.nextInt(20);
            default -> "x".repeat(random.nextInt(TraceEvent.MAX_TEXT + 1));
        };
    }

    static byte[] file(List<TraceEvent> events) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (TraceWriter writer = new TraceWriter(out, HEADER)) {
            for (TraceEvent event : events) {
                writer.add(event);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    static TraceReader reader(byte[] file) {
        return new TraceReader("fuzz.trace", new TraceReader.Source() {
            @Override
            public long sizeBytes() {
                return file.length;
            }

            @Override
            public void read(long offset, byte[] into) {
                System.arraycopy(file, (int) offset, into, 0, into.length);
            }

            @Override
            public void close() {}
        });
    }

    static List<TraceEvent> all(TraceReader reader) {
        List<TraceEvent> events = new ArrayList<>();
        reader.read(events::add);
        return events;
    }
}
