package dev.pokesim.cli.gdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GdbPacketsTest {
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();

    private GdbPackets of(String bytes) {
        return new GdbPackets(new ByteArrayInputStream(bytes.getBytes(StandardCharsets.ISO_8859_1)), sent);
    }

    private List<String> all(String bytes) throws IOException {
        GdbPackets packets = of(bytes);
        List<String> all = new ArrayList<>();
        for (String packet = packets.read(); packet != null; packet = packets.read()) {
            all.add(packet);
        }
        return all;
    }

    private String sent() {
        return sent.toString(StandardCharsets.ISO_8859_1);
    }

    @Test
    void acknowledgesWhatIsWholeAndAsksAgainForTheRest() throws IOException {
        assertEquals(List.of("g", "m10,4"), all("+$g#67$m10,4#00$m10,4#2e$x#zz"));
        assertEquals("+-+-", sent());
    }

    @Test
    void understandsEscapesAndCtrlC() throws IOException {
        assertEquals(List.of("a$b", GdbPackets.CTRL_C, "c"), all("$a}\u0004b#44\u0003$c#63"));
    }

    @Test
    void aPacketThatIsTooLongIsRefusedAndTheNextOneRead() throws IOException {
        String longest = "x".repeat(GdbPackets.MAX_BYTES);
        String sum = "%02x".formatted('x' * GdbPackets.MAX_BYTES & 0xff);
        String sumOfMore = "%02x".formatted('x' * (GdbPackets.MAX_BYTES + 1) & 0xff);
        assertEquals(
                List.of(longest, "g"), all("$" + longest + "#" + sum + "$" + longest + "x#" + sumOfMore + "$g#67"));
        assertEquals("+-+", sent());
    }

    @Test
    void aPacketThatIsCutOffByTheNextOneIsForgotten() throws IOException {
        assertEquals(List.of("g"), all("$m1234$g#67"));
        assertEquals(List.of(), all("$m1234"));
    }

    @Test
    void sendsAgainWhatWasNotUnderstoodButNotForEver() throws IOException {
        GdbPackets packets = of("-".repeat(1000));
        packets.send("a#b");
        assertNull(packets.read());
        String once = "$a}\u0003b#43";
        assertTrue(sent().startsWith(once + once), sent());
        assertTrue(sent().length() <= 10 * once.length(), sent());
    }

    @Test
    void withoutAcknowledgementNothingIsSentBack() throws IOException {
        GdbPackets packets = of("$g#67-");
        packets.stopAcknowledging();
        assertEquals("g", packets.read());
        assertNull(packets.read());
        assertEquals("", sent());
    }
}
