package dev.pokesim.cli.gdb;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Packets of GDB's remote serial protocol on a connection: {@code $data#checksum}, acknowledged by {@code +} or {@code -} until both
 * sides agree not to. A character of a packet is a byte.
 *
 * @see "Debugging with GDB, appendix Remote Serial Protocol, Overview and Packet Acknowledgment"
 */
final class GdbPackets {
    /** The longest packet that is taken, and sent; what {@code qSupported} promises. */
    static final int MAX_BYTES = 0x4000;

    /** A reply that was not understood so often is not sent again. */
    private static final int MAX_REPEATS = 8;

    private static final int INTERRUPT = 3;
    private static final int ESCAPE = '}';
    private static final int ESCAPE_BIT = 0x20;

    private final BufferedInputStream in;
    private final OutputStream out;
    private boolean acknowledges = true;
    private String lastSent = "";
    private int repeats;

    GdbPackets(InputStream in, OutputStream out) {
        this.in = new BufferedInputStream(in);
        this.out = out;
    }

    /** What {@link #read} returns for Ctrl-C, which comes as a byte outside of packets. */
    static final String CTRL_C = "\u0003";

    /**
     * The next packet, acknowledged; damaged ones are asked for again, too long ones as well.
     *
     * @return its data without escapes; null if the connection has ended
     */
    @Nullable
    String read() throws IOException {
        while (true) {
            int next = in.read();
            if (next < 0) {
                return null;
            }
            if (next == INTERRUPT) {
                return CTRL_C;
            }
            if (next == '-' && acknowledges && repeats++ < MAX_REPEATS && !lastSent.isEmpty()) {
                write(lastSent);
            }
            if (next == '$') {
                String packet = packet();
                if (packet != null) {
                    return packet;
                }
            }
        }
    }

    /** The rest of a packet; null if it is damaged or the connection has ended. */
    private @Nullable String packet() throws IOException {
        StringBuilder data = new StringBuilder();
        int sum = 0;
        boolean isTooLong = false;
        boolean isEscaped = false;
        for (int next = in.read(); next != '#'; next = in.read()) {
            if (next < 0) {
                return null;
            }
            if (next == '$') { // the one before was cut off
                data.setLength(0);
                sum = 0;
                isTooLong = false;
                isEscaped = false;
                continue;
            }
            sum += next;
            if (next == ESCAPE && !isEscaped) {
                isEscaped = true;
                continue;
            }
            isTooLong |= data.length() == MAX_BYTES;
            if (!isTooLong) {
                data.append((char) (isEscaped ? next ^ ESCAPE_BIT : next));
            }
            isEscaped = false;
        }
        int high = Character.digit(in.read(), 16);
        int low = Character.digit(in.read(), 16);
        boolean isWhole = high >= 0 && low >= 0 && (high << 4 | low) == (sum & 0xff) && !isTooLong;
        if (acknowledges) {
            out.write(isWhole ? '+' : '-');
            out.flush();
        }
        return isWhole || !acknowledges && !isTooLong ? data.toString() : null;
    }

    /** Sends a packet; what it cannot hold as it is gets escaped. */
    void send(String data) throws IOException {
        StringBuilder packet = new StringBuilder("$");
        for (int i = 0; i < data.length(); i++) {
            char c = data.charAt(i);
            if (c == '$' || c == '#' || c == '}' || c == '*') {
                packet.append((char) ESCAPE).append((char) (c ^ ESCAPE_BIT));
            } else {
                packet.append(c);
            }
        }
        int sum = 0;
        for (int i = 1; i < packet.length(); i++) {
            sum += packet.charAt(i);
        }
        lastSent = packet.append('#').append("%02x".formatted(sum & 0xff)).toString();
        repeats = 0;
        write(lastSent);
    }

    private void write(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
        text.chars().forEach(bytes::write);
        out.write(bytes.toByteArray());
        out.flush();
    }

    /** From now on neither side acknowledges. */
    void stopAcknowledging() {
        acknowledges = false;
    }

    /** Whether Ctrl-C has come since the last packet; takes it. Does not wait. */
    boolean takeInterrupt() {
        try {
            while (in.available() > 0) {
                in.mark(1);
                int next = in.read();
                if (next == INTERRUPT) {
                    return true;
                }
                if (next == '$') {
                    in.reset();
                    return false; // impatient: the packet is read when its turn comes
                }
            }
            return false;
        } catch (IOException gone) {
            return true;
        }
    }
}
