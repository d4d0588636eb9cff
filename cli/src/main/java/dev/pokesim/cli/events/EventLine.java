package dev.pokesim.cli.events;

import dev.pokesim.emulator.isa.Disassembly;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.emulator.trace.TraceEvent;
import java.util.function.LongFunction;

/** An event as one line of text. */
public final class EventLine {
    private static final int TIME_COLUMNS = 22;

    private final Disassembly disassembly;
    private final StringBuilder line = new StringBuilder();
    private final Fields fields = new Fields();

    /**
     * @param names what addresses are called; empty if nobody knows
     */
    public EventLine(LongFunction<String> names) {
        disassembly = new Disassembly(names);
    }

    /** Core, time, name and fields. */
    public String of(TraceEvent event) {
        line.setLength(0);
        line.append("core ").append(event.core());
        pad(9);
        String time = SimulatedTime.text(event.timePs());
        line.append(" ".repeat(Math.max(0, TIME_COLUMNS - time.length())))
                .append(time)
                .append("  ");
        named(event);
        return line.toString().stripTrailing();
    }

    /** As {@link #of} without the time: who did what, whenever it was. */
    public String untimed(TraceEvent event) {
        line.setLength(0);
        line.append("core ").append(event.core()).append(' ');
        named(event);
        return line.toString().stripTrailing();
    }

    private void named(TraceEvent event) {
        int start = line.length();
        line.append(event.name()).append(':');
        pad(start + 18);
        fields(event);
    }

    /** Name and fields: what happened, without when and where. */
    public String what(TraceEvent event) {
        line.setLength(0);
        line.append(event.name());
        fields(event);
        return line.toString().stripTrailing();
    }

    private void fields(TraceEvent event) {
        event.tell(fields);
        if (event instanceof TraceEvent.Fetch fetch) {
            line.append("  ").append(disassembly.of(fetch.bytes(), fetch.address()));
        } else if (event instanceof TraceEvent.Instruction instruction) {
            line.append("  ").append(disassembly.of(instruction.bytes(), instruction.address()));
        }
    }

    private void pad(int column) {
        while (line.length() < column) {
            line.append(' ');
        }
    }

    private StringBuilder field(String name) {
        return line.append(' ').append(name).append('=');
    }

    /** Appends each field to the line. */
    private final class Fields implements TraceEvent.Fields {
        @Override
        public void name(String name) {
            // stands before the colon
        }

        @Override
        public void address(String name, long address) {
            if (address == TraceEvent.NO_ADDRESS) {
                return;
            }
            field(name).append(disassembly.address(address));
        }

        @Override
        public void number(String name, long number) {
            field(name).append(number);
        }

        @Override
        public void bits(String name, long bits) {
            field(name).append("0x").append(Long.toHexString(bits));
        }

        @Override
        public void flag(String name, boolean flag) {
            if (flag) {
                line.append(' ').append(name);
            }
        }

        @Override
        public void bytes(String name, InstructionBytes bytes) {
            field(name).append('[').append(bytes).append(']');
        }

        @Override
        public void text(String name, String text) {
            line.append(' ');
            text.codePoints().map(c -> Character.isISOControl(c) ? '?' : c).forEach(line::appendCodePoint);
        }
    }
}
