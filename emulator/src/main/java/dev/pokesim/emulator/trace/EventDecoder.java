package dev.pokesim.emulator.trace;

import dev.pokesim.emulator.memory.InstructionBytes;
import java.util.ArrayList;
import java.util.List;

/** Makes the events of one chunk from bytes again: the mirror of {@link EventEncoder}. */
final class EventDecoder {
    private static final TraceEvent.Kind[] KINDS = TraceEvent.Kind.values();

    private final RawInput in;
    private final int cores;
    private final long[] lastAddress = new long[2 * KINDS.length];
    private final List<String> texts = new ArrayList<>();
    private int addressSlot;
    private long timePs;
    private long core;

    /**
     * @param cores of the machine
     */
    EventDecoder(RawInput in, int cores) {
        this.in = in;
        this.cores = cores;
    }

    boolean hasNext() {
        return !in.isAtEnd();
    }

    /**
     * The next one.
     *
     * @throws Damage if the bytes are none
     */
    TraceEvent next() {
        int kind = in.u8();
        addressSlot = kind;
        if (kind >= KINDS.length) {
            throw new Damage("an event of a kind that this version does not know");
        }
        timePs += in.signed();
        core += in.signed();
        if (timePs < 0 || core < 0 || core >= cores) {
            throw new Damage("an event before the start or on a core that there is not");
        }
        int by = (int) core;
        try {
            // the arguments are read in the order in which the events tell them
            return switch (KINDS[kind]) {
                case FETCH -> new TraceEvent.Fetch(timePs, by, address(), bytes());
                case STORE -> new TraceEvent.Store(timePs, by, address(), number(), in.varint());
                case UPDATE -> new TraceEvent.Update(timePs, by, address(), flag());
                case TRAP -> new TraceEvent.Trap(timePs, by, number(), address());
                case RETURN -> new TraceEvent.Return(timePs, by, address());
                case IPI -> new TraceEvent.Ipi(timePs, by, number(), number());
                case ANSWER -> new TraceEvent.Answer(timePs, by);
                case SERIALISE -> new TraceEvent.Serialise(timePs, by);
                case MARK -> new TraceEvent.Mark(timePs, by, text(), address(), text());
                case REWRITE -> new TraceEvent.Rewrite(timePs, by, text(), address(), bytes(), bytes());
                case INSTRUCTION -> new TraceEvent.Instruction(timePs, by, address(), bytes());
                case TRANSFER ->
                    new TraceEvent.Transfer(
                            timePs, by, address(), text(), number(), flag(), in.signed(), address(), text(), text());
            };
        } catch (IllegalArgumentException impossible) {
            throw new Damage(String.valueOf(impossible.getMessage()));
        }
    }

    private long address() {
        lastAddress[addressSlot] += in.signed();
        long address = lastAddress[addressSlot];
        addressSlot += KINDS.length;
        return address;
    }

    private int number() {
        long number = in.signed();
        if (number != (int) number) {
            throw new Damage("a number of more than 32 bits");
        }
        return (int) number;
    }

    private boolean flag() {
        int flag = in.u8();
        if (flag > 1) {
            throw new Damage("neither yes nor no");
        }
        return flag == 1;
    }

    private InstructionBytes bytes() {
        int size = in.u8();
        if (size > InstructionBytes.MAX_SIZE_BYTES) {
            throw new Damage("an instruction of " + size + " bytes");
        }
        return InstructionBytes.of(in.bytes(size), 0, size);
    }

    private String text() {
        int index = in.count(texts.size());
        if (index > 0) {
            return texts.get(index - 1);
        }
        String text = in.text(TraceEvent.MAX_TEXT);
        texts.add(text);
        return text;
    }
}
