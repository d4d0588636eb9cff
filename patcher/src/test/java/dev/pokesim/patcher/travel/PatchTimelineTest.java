package dev.pokesim.patcher.travel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.SeededRandom;
import dev.pokesim.emulator.datafile.InvalidDataFile;
import dev.pokesim.emulator.travel.Step;
import dev.pokesim.emulator.travel.Timeline;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import dev.pokesim.patcher.protocol.BrokenNoSecondSync;
import dev.pokesim.patcher.protocol.BrokenRefsLate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class PatchTimelineTest {
    private static PatchTimeline torn() {
        return PatchTimeline.ofSchedule("s", SmallSchedules.ofMachine(new BrokenNoSecondSync()), false);
    }

    /** All that a viewer could show of a position. */
    static String view(PatchTimeline run) {
        Timeline timeline = run.timeline();
        StringBuilder text = new StringBuilder();
        text.append(timeline.position()).append(' ').append(timeline.timePs()).append(' ');
        Step last = timeline.last();
        text.append(last == null ? "" : last + " " + last.number() + " " + last.events())
                .append('\n');
        for (int id = 0; id < timeline.machine().coreCount(); id++) {
            Core core = timeline.machine().core(id);
            text.append(Long.toHexString(run.routines().pc(core))).append(' ');
            for (int register = 0; register < 16; register++) {
                text.append(Long.toHexString(core.register(register))).append(' ');
            }
            text.append(core.flags().value())
                    .append(' ')
                    .append(core.timePs())
                    .append(' ')
                    .append(core.delayPs());
            for (TextPokeLoc place : run.target().places()) {
                text.append(run.seenBy(id, place.address(), place.sizeBytes()));
            }
            text.append('\n');
        }
        return text.append(run.refs()).append(run.protocolStep()).toString();
    }

    static List<String> forwards(PatchTimeline run) {
        List<String> views = new ArrayList<>();
        run.timeline().goTo(0);
        views.add(view(run));
        while (run.timeline().forward()) {
            views.add(view(run));
        }
        return views;
    }

    /** Goes to positions in all ways and compares with the way forwards. */
    static void assertSameFromEverywhere(PatchTimeline run, List<String> views, int jumps) {
        Timeline timeline = run.timeline();
        assertEquals(views.size() - 1, timeline.length());
        SeededRandom random = new SeededRandom(1);
        for (int i = 0; i < jumps; i++) {
            int position = random.nextInt(views.size());
            timeline.goTo(position);
            assertEquals(views.get(position), view(run), "jump to " + position);
            for (int back = 0; back < 5 && timeline.back(); back++) {
                position--;
                assertEquals(views.get(position), view(run), "back to " + position);
            }
            assertEquals(position, timeline.position());
            if (timeline.forward()) {
                assertEquals(views.get(position + 1), view(run), "forward to " + (position + 1));
            }
        }
    }

    @Test
    void everyPositionLooksTheSameHoweverOneCameThere() {
        PatchTimeline run = torn();
        List<String> views = forwards(run);
        assertTrue(views.size() > 60, () -> views.size() + " positions");
        assertSameFromEverywhere(run, views, 200);
    }

    @Test
    void endsWithTheTornInstruction() {
        PatchTimeline run = torn();
        run.timeline().goTo(run.timeline().length());
        assertTrue(run.isViolated());
        assertTrue(Objects.requireNonNull(run.violation()).startsWith("NoTornInstruction: "), run.violation());
        Step last = Objects.requireNonNull(run.timeline().last());
        assertEquals(Step.Kind.FETCH, last.kind());
        assertEquals(1, last.core());
        TextPokeLoc place = run.target().places().get(0);
        assertEquals(place.address(), run.routines().pc(run.timeline().machine().core(1)));
        assertTrue(run.timeline().back());
        assertFalse(run.isViolated());
        boolean hasStaleByte =
                run.seenBy(1, place.address(), place.sizeBytes()).stream().anyMatch(values -> values.size() > 1);
        assertTrue(hasStaleByte);
    }

    @Test
    void searchesFindTheSameBothWays() {
        PatchTimeline run = torn();
        Timeline timeline = run.timeline();
        List<Timeline.Wanted> conditions = List.of(
                PatchTimeline.poke(),
                PatchTimeline.protocolStepBegins(),
                PatchTimeline.instructionOf(1),
                PatchTimeline.stepOf(0),
                run.refChange(),
                run.violated());
        for (Timeline.Wanted wanted : conditions) {
            List<Long> ahead = new ArrayList<>();
            timeline.goTo(0);
            while (timeline.searchForward(wanted)) {
                ahead.add(timeline.position());
            }
            assertFalse(ahead.isEmpty());
            assertEquals(timeline.length(), timeline.position());
            List<Long> back = new ArrayList<>();
            if (wanted.isIt(timeline, Objects.requireNonNull(timeline.last()))) {
                back.add(timeline.position());
            }
            while (timeline.searchBack(wanted)) {
                back.add(0, timeline.position());
            }
            assertEquals(0, timeline.position());
            assertEquals(ahead, back);
        }
    }

    @Test
    void theMachineFollowsAProof() {
        PatchTimeline run = PatchTimeline.ofSchedule("s", SmallSchedules.ofProof(new BrokenNoSecondSync()), false);
        run.timeline().goTo(run.timeline().length());
        assertTrue(run.isViolated());
        assertSameFromEverywhere(run, forwards(run), 50);
    }

    @Test
    void aProofThatCannotBeFollowedIsRefusedWithTheReason() {
        byte[] proof = SmallSchedules.ofProof(new BrokenRefsLate());
        String text = new String(proof, java.nio.charset.StandardCharsets.US_ASCII);
        byte[] cut = text.replaceAll("(?m)^P .*\n|^C.*\n", "").getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        InvalidDataFile refusal = assertThrows(InvalidDataFile.class, () -> PatchTimeline.ofSchedule("s", cut, false));
        assertTrue(
                String.valueOf(refusal.getMessage()).contains("nothing for the machine to follow"),
                refusal::getMessage);
    }
}
