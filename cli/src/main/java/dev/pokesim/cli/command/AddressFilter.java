package dev.pokesim.cli.command;

import dev.pokesim.cli.console.CloseMatches;
import dev.pokesim.cli.console.UserError;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.trace.TraceEvent;
import dev.pokesim.emulator.trace.TraceHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which addresses somebody wants to see the events of. */
final class AddressFilter {
    private static final String HEX = "0x([0-9a-fA-F]{1,16})";
    private static final Pattern RANGE = Pattern.compile(HEX + "(?:\\.\\." + HEX + ")?");
    private static final Pattern IN_SYMBOL = Pattern.compile("(.+?)(?:\\+" + HEX + ")?");

    private record Range(long address, long sizeBytes) {}

    private final List<Range> ranges = new ArrayList<>();

    /**
     * @param typed {@code 0xADDRESS}, {@code 0xFIRST..0xLAST}, {@code FUNCTION} or {@code FUNCTION+0xOFFSET}
     * @throws UserError if it is none of these, or names a function that the trace does not
     */
    AddressFilter(String typed, TraceHeader header) {
        Matcher range = RANGE.matcher(typed);
        Matcher place = IN_SYMBOL.matcher(typed);
        if (range.matches()) {
            long first = Long.parseUnsignedLong(range.group(1), 16);
            long last = range.group(2) == null ? first : Long.parseUnsignedLong(range.group(2), 16);
            TargetOptions.require(
                    Long.compareUnsigned(first, last) <= 0, "--address " + typed + " ends before it begins");
            ranges.add(new Range(first, last - first + 1));
        } else if (place.matches()) {
            for (TraceHeader.Symbol symbol : header.symbols()) {
                if (symbol.name().equals(place.group(1))) {
                    String offset = place.group(2);
                    ranges.add(
                            offset == null
                                    ? new Range(symbol.address(), Math.max(1, symbol.sizeBytes()))
                                    : new Range(symbol.address() + Long.parseUnsignedLong(offset, 16), 1));
                }
            }
        }
        if (ranges.isEmpty()) {
            List<String> close = CloseMatches.of(
                    typed,
                    header.symbols().stream().map(TraceHeader.Symbol::name).toList());
            throw new UserError("--address " + typed + ": no such function in the trace"
                    + (close.isEmpty()
                            ? "; give an address, 0xFIRST..0xLAST, FUNCTION or FUNCTION+0xOFFSET"
                            : "; did you mean " + String.join(" or ", close) + "?"));
        }
    }

    /** Whether an event has an address, and its bytes touch one of these. */
    boolean accepts(TraceEvent event) {
        long address = event.address();
        if (address == TraceEvent.NO_ADDRESS) {
            return false;
        }
        for (Range range : ranges) {
            if (Address.isWithin(address, range.address, range.sizeBytes)
                    || Address.isWithin(range.address, address, event.sizeBytes())) {
                return true;
            }
        }
        return false;
    }
}
