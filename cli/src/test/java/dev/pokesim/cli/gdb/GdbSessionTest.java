package dev.pokesim.cli.gdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.core.SeededRandom;
import dev.pokesim.emulator.explore.ExhaustiveSearch;
import dev.pokesim.emulator.explore.SearchLimits;
import dev.pokesim.patcher.kernel.PerCpuRefs;
import dev.pokesim.patcher.protocol.BrokenNoSecondSync;
import dev.pokesim.patcher.run.PatchModel;
import dev.pokesim.patcher.schedule.MachineSchedule;
import dev.pokesim.patcher.schedule.TextOrigin;
import dev.pokesim.patcher.site.GeneratedText;
import dev.pokesim.patcher.travel.PatchTimeline;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is asked and answered, without a debugger. */
class GdbSessionTest {
    private static final int SITE_BYTES = 5;
    private static byte[] schedule = {};

    @BeforeAll
    static void findOne() {
        TextOrigin text = new TextOrigin.Generated(new GeneratedText.Mix(1, 0), 1);
        PatchModel model =
                new PatchModel(text.load(), new BrokenNoSecondSync(), new PerCpuRefs(), FetchMode.WINDOW, 2, 1, 0);
        schedule = new MachineSchedule(
                        model,
                        text,
                        new ExhaustiveSearch(model, SearchLimits.ONE_GIB).run().trace())
                .write(List.of("search=exhaustive"))
                .text()
                .getBytes(StandardCharsets.US_ASCII);
    }

    private final PatchTimeline run = PatchTimeline.ofSchedule("s", schedule, false);
    private final GdbTarget target = new GdbTarget(run);
    private @Nullable Path out;

    private static String framed(String packet) {
        StringBuilder data = new StringBuilder();
        int sum = 0;
        for (char c : packet.toCharArray()) {
            String part = "$#}".indexOf(c) >= 0 ? "}" + (char) (c ^ 0x20) : String.valueOf(c);
            data.append(part);
        }
        for (char c : data.toString().toCharArray()) {
            sum += c;
        }
        return "$" + data + "#" + "%02x".formatted(sum & 0xff);
    }

    /** Sends packets to a new session on the same target; returns its answers. */
    private List<String> ask(String... packets) {
        StringBuilder bytes = new StringBuilder();
        Arrays.stream(packets).forEach(packet -> bytes.append(framed(packet)));
        ByteArrayOutputStream answers = new ByteArrayOutputStream();
        talk(bytes.toString().getBytes(StandardCharsets.ISO_8859_1), answers);
        List<String> all = new ArrayList<>();
        for (String part : answers.toString(StandardCharsets.ISO_8859_1).split("\\+?\\$", -1)) {
            if (part.contains("#")) {
                all.add(part.substring(0, part.indexOf('#')));
            }
        }
        return all;
    }

    private void talk(byte[] bytes, ByteArrayOutputStream answers) {
        try {
            GdbPackets connection = new GdbPackets(new ByteArrayInputStream(bytes), answers);
            new GdbSession(connection, target, new Monitor(target, out), () -> false).run();
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private String only(String packet) {
        List<String> answers = ask(packet);
        return answers.get(answers.size() - 1);
    }

    private String monitor(String command) {
        StringBuilder text = new StringBuilder();
        for (String answer : ask("qRcmd," + Hex.of(command))) {
            text.append(answer.startsWith("O") && !answer.equals("OK") ? Hex.text(answer.substring(1)) : "");
        }
        return text.toString();
    }

    private long site() {
        return run.target().places().get(0).address();
    }

    @Test
    void neverPutsABreakpointIntoText() {
        String site = Long.toHexString(site());
        String before = only("m" + site + ",5");
        assertEquals("OK", only("Z0," + site + ",1"));
        assertEquals("OK", only("Z1," + site + ",1"));
        assertEquals(before, only("m" + site + ",5"));
        assertTrue(only("vCont;c").contains("swbreak:;"));
        assertEquals(site(), target.pc(1));
        assertTrue(only("M" + site + ",1:cc").startsWith("E"));
        assertTrue(only("P0=0000000000000000").startsWith("E"));
        assertEquals("", only("X" + site + ",0:"));
    }

    @Test
    void aTornInstructionStopsBothWays() {
        assertTrue(only("vCont;c").startsWith("T04thread:2;"));
        assertEquals(run.timeline().length(), run.timeline().position());
        assertTrue(only("vCont;c").contains("replaylog:end;"));
        assertTrue(only("bc").startsWith("T04thread:2;"));
        assertEquals(site(), target.pc(1));
        assertTrue(monitor("see 1").contains("\n or "), monitor("see 1"));
        assertTrue(only("bc").contains("replaylog:begin;"));
        assertEquals(0, run.timeline().position());
        assertTrue(only("bs").contains("replaylog:begin;"));
    }

    @Test
    void stepsBackAreTheStepsForthTheOtherWayRound() {
        List<String> forth = new ArrayList<>();
        String stop = only("?");
        while (!stop.startsWith("T04")) {
            forth.add(0, Long.toHexString(target.pc(1)));
            stop = ask("Hg2", "vCont;s:2").get(1);
        }
        assertTrue(forth.size() > 8, () -> forth + "");
        List<String> back = new ArrayList<>();
        for (int i = 0; i < forth.size(); i++) {
            ask("Hg2", "bs");
            back.add(Long.toHexString(target.pc(1)));
        }
        assertEquals(forth, back);
    }

    @Test
    void aWatchpointOnTextSeesWhatIsWrittenThroughTheAlias() {
        String site = Long.toHexString(site());
        assertEquals("OK", only("Z2," + site + ",1"));
        String before = only("m" + site + ",1");
        assertTrue(only("vCont;c").contains("watch:" + site));
        assertEquals("cc", only("m" + site + ",1"));
        long position = run.timeline().position();
        assertTrue(only("bc").contains("watch:" + site));
        assertEquals(position - 1, run.timeline().position());
        assertEquals(before, only("m" + site + ",1"));
        assertEquals("OK", only("z2," + site + ",1"));
        assertTrue(only("bc").contains("replaylog:begin;"));
    }

    @Test
    void breakpointsOfOthersArePassedOverIfOnlyOneCoreIsResumed() {
        String site = Long.toHexString(site());
        assertEquals("OK", only("Z0," + site + ",1"));
        assertTrue(only("vCont;c:1").startsWith("T04thread:2;"), "only the end stops core 0");
        run.timeline().goTo(0);
        assertTrue(only("vCont;c").contains("swbreak:;"));
    }

    @Test
    void describesCoresAsThreads() {
        assertEquals("m1,2", only("qfThreadInfo"));
        assertTrue(only("qXfer:threads:read::0,1000").contains("name=\"core 0 patcher\""));
        String description = only("qXfer:features:read:target.xml:0,2000");
        assertTrue(description.contains("gs_base"));
        assertEquals(TargetRegisters.values(run.timeline().machine().core(0), target.pc(0)), only("g"));
        assertEquals(Hex.littleEndian(target.pc(0), 8), only("p10"));
        assertEquals("E01", only("p2a"));
        assertEquals("E01", only("Hg3"));
        assertEquals("E01", only("QNonStop:1"));
        assertEquals("", only("vMustReplyEmpty"));
        assertEquals("E0e", only("m0,4"));
        assertEquals(2 * SITE_BYTES, only("m" + Long.toHexString(site()) + ",5").length());
    }

    @Test
    void filesAreMadeOnlyWhereThatWasAllowed(@TempDir Path folder) throws IOException {
        assertTrue(monitor("symbols s.elf").contains("--out"));
        out = folder;
        assertTrue(monitor("symbols ../s.elf").contains("no plain file name"));
        assertTrue(monitor("symbols /tmp/s.elf").contains("no plain file name"));
        assertTrue(monitor("symbols s.elf").startsWith("wrote "));
        assertTrue(monitor("symbols s.elf").contains("exists"));
        run.timeline().goTo(run.timeline().length() / 2);
        assertTrue(monitor("save schedule half.schedule").startsWith("wrote "));
        byte[] half = Files.readAllBytes(folder.resolve("half.schedule"));
        PatchTimeline again = PatchTimeline.ofSchedule("half", half, false);
        assertTrue(again.timeline().length() >= run.timeline().position());
        assertFalse(again.timeline().length() > run.timeline().length() * 3 / 4);
        try (var files = Files.list(folder)) {
            assertEquals(2, files.count());
        }
    }

    @Test
    void whateverComesTheSessionSurvives() {
        List<String> seeds = List.of(
                "qSupported:multiprocess+",
                "?",
                "g",
                "p10",
                "mffffffff810000e0,40",
                "Z0,ffffffff810000ec,1",
                "z0,ffffffff810000ec,1",
                "Z2,ffffffff810000ec,4",
                "Z4,ffff888000000880,4",
                "vCont;s:1;c",
                "vCont;c",
                "bs",
                "bc",
                "Hg2",
                "Hc0",
                "T2",
                "qXfer:threads:read::0,100",
                "qXfer:features:read:target.xml:0,ffb",
                "qC",
                "X0,0:",
                "qRcmd," + Hex.of("see 1 0xffffffff810000ec 9"),
                "qRcmd," + Hex.of("goto 17"),
                "qRcmd," + Hex.of("line 0"),
                "qThreadExtraInfo,1",
                "vKill",
                "s",
                "c");
        String letters = "0123456789abcdef;:,#$}*-+scgmMzZqQvbHT\u0003\u0000\u00ff";
        for (int round = 0; round < 400; round++) {
            SeededRandom random = new SeededRandom(round);
            StringBuilder bytes = new StringBuilder();
            for (int i = 0; i < 12; i++) {
                StringBuilder packet = new StringBuilder(seeds.get(random.nextInt(seeds.size())));
                for (int change = random.nextInt(3); change > 0; change--) {
                    char letter = letters.charAt(random.nextInt(letters.length()));
                    int at = random.nextInt(packet.length() + 1);
                    if (at == packet.length() || random.nextInt(2) == 0) {
                        packet.insert(at, letter);
                    } else {
                        packet.setCharAt(at, letter);
                    }
                }
                String whole = random.nextInt(8) == 0 ? packet.toString() : framed(packet.toString());
                bytes.append(whole);
            }
            byte[] all = bytes.toString().getBytes(StandardCharsets.ISO_8859_1);
            byte[] sent = random.nextInt(4) == 0 ? Arrays.copyOf(all, random.nextInt(all.length)) : all;
            try {
                talk(sent, new ByteArrayOutputStream());
            } catch (RuntimeException bug) {
                fail("round " + round + ": " + bytes, bug);
            }
        }
    }
}
