package dev.pokesim.cli.command;

import dev.pokesim.emulator.isa.Disassembly;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.emulator.trace.TraceEvent;
import dev.pokesim.emulator.trace.TraceHeader;

/** An event as one line of text: core, time in microseconds, what, details. */
final class TraceLine implements TraceEvent.Fields {
    private static final long PS_PER_US = 1_000_000;

    private final Disassembly disassembly;
    private final StringBuilder line = new StringBuilder();
    private long address;

    TraceLine(TraceHeader header) {
        disassembly = new Disassembly(header::place);
    }

    String of(TraceEvent event) {
        line.setLength(0);
        line.append("core ").append(event.core());
        pad(9);
        String whole = Long.toString(event.timePs() / PS_PER_US);
        line.append(" ".repeat(Math.max(0, 12 - whole.length()))).append(whole).append('.');
        String part = Long.toString(event.timePs() % PS_PER_US);
        line.append("0".repeat(6 - part.length())).append(part).append(" us  ");
        int start = line.length();
        line.append(event.name()).append(':');
        pad(start + 18);
        event.tell(this);
        if (event instanceof TraceEvent.Fetch fetch) {
            line.append("  ").append(disassembly.of(fetch.bytes(), fetch.address()));
        }
        return line.toString().stripTrailing();
    }

    private void pad(int column) {
        while (line.length() < column) {
            line.append(' ');
        }
    }

    private StringBuilder field(String name) {
        return line.append(' ').append(name).append('=');
    }

    @Override
    public void name(String name) {
        // stands before the colon
    }

    @Override
    public void address(String name, long newAddress) {
        address = newAddress;
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
