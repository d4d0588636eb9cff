package dev.pokesim.cli.gdb;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What one debugger asks and is answered, a packet at a time. Threads are cores: thread n is core n - 1. A packet that is not known gets
 * the empty answer, as the protocol wants it; a malformed one gets an error.
 *
 * @see "Debugging with GDB, appendix Remote Serial Protocol, Packets, Stop Reply Packets, General Query Packets"
 */
final class GdbSession {
    private static final String UNKNOWN = "";
    private static final String OK = "OK";
    private static final String MALFORMED = "E01";
    /** A register or a byte of memory would change: what happened cannot. */
    private static final String READ_ONLY = "E1e";
    /** No memory is mapped there. */
    private static final String FAULT = "E0e";

    private static final String SUPPORTED = "PacketSize=" + Integer.toHexString(GdbPackets.MAX_BYTES)
            + ";QStartNoAckMode+;qXfer:features:read+;qXfer:threads:read+;vContSupported+;swbreak+;hwbreak+"
            + ";ReverseStep+;ReverseContinue+;QNonStop-";
    /** Half of a packet: each byte takes two digits. */
    private static final int MOST_MEMORY_BYTES = GdbPackets.MAX_BYTES / 2;

    private static final int TEXT_IN_PACKET = 1000;

    private final GdbPackets packets;
    private final GdbTarget target;
    private final Monitor monitor;
    private final BooleanSupplier interrupt;
    private int shown;
    private int resumed = GdbTarget.ALL;
    private Stop stopped = Stop.of(0);
    private boolean isOver;

    /**
     * @param stop whether the program was told to end
     */
    GdbSession(GdbPackets packets, GdbTarget target, Monitor monitor, BooleanSupplier stop) {
        this.packets = packets;
        this.target = target;
        this.monitor = monitor;
        interrupt = () -> stop.getAsBoolean() || packets.takeInterrupt();
    }

    /** Answers until the debugger detaches, kills or is gone. */
    void run() throws IOException {
        while (!isOver) {
            String packet = packets.read();
            if (packet == null) {
                return;
            }
            if (packet.equals(GdbPackets.CTRL_C)) {
                continue; // nothing is running
            }
            String answer = answer(packet);
            if (answer != null) {
                packets.send(answer);
            }
            if (packet.equals("QStartNoAckMode")) {
                packets.stopAcknowledging();
            }
        }
    }

    /** The answer to a packet; null for none. */
    private @Nullable String answer(String packet) throws IOException {
        if (packet.isEmpty()) {
            return UNKNOWN;
        }
        try {
            String rest = packet.substring(1);
            return switch (packet.charAt(0)) {
                case '?' -> reply(stopped);
                case 'g' -> target.registers(shown);
                case 'p' -> register(rest);
                case 'm' -> memory(rest);
                case 'G', 'P', 'M' -> READ_ONLY;
                case 'X' -> UNKNOWN; // then gdb tries M
                case 'H' -> thread(rest);
                case 'T' -> core(rest) < 0 ? MALFORMED : OK;
                case 'c' -> stop(target.goOn(resumed, interrupt));
                case 's' -> stop(target.step(resumed < 0 ? shown : resumed, resumed < 0, interrupt));
                case 'b' -> back(rest);
                case 'Z', 'z' -> point(packet.charAt(0) == 'Z', rest);
                case 'v' -> named(packet);
                case 'q', 'Q' -> query(packet);
                case 'D' -> {
                    isOver = true;
                    yield OK;
                }
                case 'k' -> {
                    isOver = true;
                    yield null;
                }
                default -> UNKNOWN;
            };
        } catch (Hex.Malformed malformed) {
            return MALFORMED;
        }
    }

    // ---- state

    private String register(String number) {
        long wanted = Hex.number(number);
        return wanted < 0 || wanted >= TargetRegisters.COUNT ? MALFORMED : target.register(shown, (int) wanted);
    }

    private String memory(String span) {
        String[] parts = span.split(",", -1);
        if (parts.length != 2) {
            return MALFORMED;
        }
        long address = Hex.number(parts[0]);
        long size = Hex.number(parts[1]);
        if (size < 0 || size > MOST_MEMORY_BYTES) {
            return MALFORMED;
        }
        String held = target.memory(address, (int) size);
        return held.isEmpty() && size > 0 ? FAULT : held;
    }

    private String thread(String rest) {
        if (rest.isEmpty()) {
            return MALFORMED;
        }
        String id = rest.substring(1);
        boolean isAny = id.equals("0") || id.equals("-1");
        int core = isAny ? GdbTarget.ALL : core(id);
        if (!isAny && core < 0) {
            return MALFORMED;
        }
        switch (rest.charAt(0)) {
            case 'g' -> shown = isAny ? shown : core;
            case 'c' -> resumed = core;
            default -> {
                return MALFORMED;
            }
        }
        return OK;
    }

    /** The core of a thread; -1 if there is none. */
    private int core(String thread) {
        long id = Hex.number(thread);
        return id >= 1 && id <= target.cores() ? (int) id - 1 : -1;
    }

    // ---- going

    private String stop(Stop stop) {
        stopped = stop;
        shown = stop.core();
        return reply(stop);
    }

    private String reply(Stop stop) {
        return "T%02xthread:%x;%02x:%s;%s"
                .formatted(
                        stop.signal(),
                        stop.core() + 1,
                        TargetRegisters.RIP,
                        Hex.littleEndian(target.pc(stop.core()), Long.BYTES),
                        stop.reason());
    }

    private String back(String how) {
        return switch (how) {
            case "s" -> stop(target.stepBack(resumed < 0 ? shown : resumed, interrupt));
            case "c" -> stop(target.goBack(resumed, interrupt));
            default -> UNKNOWN;
        };
    }

    private String point(boolean set, String rest) {
        String[] parts = rest.split(";", -1)[0].split(",", -1);
        if (parts.length != 3) {
            return MALFORMED;
        }
        long kind = Hex.number(parts[0]);
        if (kind < 0 || kind >= Points.Kind.values().length) {
            return UNKNOWN;
        }
        Points.Kind wanted = Points.Kind.values()[(int) kind];
        long address = Hex.number(parts[1]);
        long size = Hex.number(parts[2]);
        if (wanted.isWatch() && (size < 1 || size > Points.MAX_WATCHED_BYTES)) {
            return MALFORMED;
        }
        int bytes = wanted.isWatch() ? (int) size : 1;
        if (set) {
            return target.points().add(wanted, address, bytes) ? OK : MALFORMED;
        }
        target.points().remove(wanted, address, bytes);
        return OK;
    }

    private String named(String packet) {
        if (packet.equals("vCont?")) {
            return "vCont;c;C;s;S";
        }
        if (packet.startsWith("vCont;")) {
            return resume(packet.substring("vCont;".length()));
        }
        if (packet.startsWith("vKill;") || packet.equals("vKill")) {
            isOver = true;
            return OK;
        }
        return UNKNOWN;
    }

    /** The first action that names a thread or stands for all is the one that counts for it. */
    private String resume(String actions) {
        int stepped = GdbTarget.ALL;
        int only = GdbTarget.ALL;
        boolean all = false;
        for (String action : actions.split(";", -1)) {
            String[] parts = action.split(":", -1);
            if (parts.length > 2 || !parts[0].matches("[cs]|[CS][0-9a-fA-F]{2}")) {
                return MALFORMED;
            }
            boolean steps = parts[0].charAt(0) == 's' || parts[0].charAt(0) == 'S';
            boolean isAny = parts.length == 1 || parts[1].equals("-1");
            int core = isAny ? GdbTarget.ALL : core(parts[1]);
            if (!isAny && core < 0) {
                return MALFORMED;
            }
            all |= isAny;
            if (steps && stepped < 0) {
                stepped = isAny ? shown : core;
            } else if (!steps && !isAny && only < 0) {
                only = core;
            }
        }
        return stop(
                stepped >= 0
                        ? target.step(stepped, all, interrupt)
                        : target.goOn(all ? GdbTarget.ALL : only, interrupt));
    }

    // ---- queries

    private String query(String packet) throws IOException {
        if (packet.equals("qSupported") || packet.startsWith("qSupported:")) {
            return SUPPORTED;
        }
        if (packet.startsWith("qXfer:features:read:target.xml:")) {
            return part(TargetRegisters.description(), packet);
        }
        if (packet.startsWith("qXfer:threads:read::")) {
            return part(threads(), packet);
        }
        if (packet.startsWith("qRcmd,")) {
            return tell(monitor.run(Hex.text(packet.substring("qRcmd,".length())), shown));
        }
        if (packet.startsWith("qThreadExtraInfo,")) {
            int core = core(packet.substring("qThreadExtraInfo,".length()));
            return core < 0 ? MALFORMED : Hex.of(target.name(core));
        }
        return switch (packet) {
            case "QStartNoAckMode" -> OK;
            case "QNonStop:0" -> OK;
            case "QNonStop:1" -> MALFORMED; // all cores stop together: there is one history
            case "qC" -> "QC%x".formatted(shown + 1);
            case "qAttached" -> "1";
            case "qfThreadInfo" -> "m" + threadIds();
            case "qsThreadInfo" -> "l";
            default -> UNKNOWN;
        };
    }

    private String threadIds() {
        return String.join(
                ",",
                IntStream.rangeClosed(1, target.cores())
                        .mapToObj(Integer::toHexString)
                        .toList());
    }

    private String threads() {
        StringBuilder xml = new StringBuilder("<?xml version=\"1.0\"?><threads>");
        for (int core = 0; core < target.cores(); core++) {
            String name = target.name(core).replaceAll("[^A-Za-z0-9_.+ -]", "_");
            xml.append("<thread id=\"%x\" core=\"%d\" name=\"%s\"/>".formatted(core + 1, core, name));
        }
        return xml.append("</threads>").toString();
    }

    /** The part of an object that {@code ...:OFFSET,LENGTH} asks for. */
    private static String part(String object, String packet) {
        String[] span = packet.substring(packet.lastIndexOf(':') + 1).split(",", -1);
        if (span.length != 2) {
            return MALFORMED;
        }
        long offset = Hex.number(span[0]);
        long size = Math.min(Hex.number(span[1]), GdbPackets.MAX_BYTES / 2);
        if (offset < 0 || size < 0 || offset > object.length()) {
            return MALFORMED;
        }
        int end = (int) Math.min(object.length(), offset + size);
        return (end == object.length() ? "l" : "m") + object.substring((int) offset, end);
    }

    /** Text for the user goes ahead of the answer, in packets of its own. */
    private String tell(String text) throws IOException {
        List<String> parts = new ArrayList<>();
        for (int from = 0; from < text.length(); from += TEXT_IN_PACKET) {
            parts.add(text.substring(from, Math.min(text.length(), from + TEXT_IN_PACKET)));
        }
        for (String part : parts) {
            packets.send("O" + Hex.of(part));
        }
        return OK;
    }
}
