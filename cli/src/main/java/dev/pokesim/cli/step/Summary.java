package dev.pokesim.cli.step;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.pokesim.cli.console.JsonOutput;
import dev.pokesim.cli.events.SimulatedTime;
import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.travel.Step;
import dev.pokesim.emulator.travel.Timeline;
import dev.pokesim.patcher.travel.PatchTimeline;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a stepper is, in few words.
 *
 * @param timePs null if the run has no time
 * @param last the micro-op that led here; null at the start
 * @param looksAt the core
 * @param where that core is
 * @param violation what is wrong here; null if nothing is
 * @param message about the last key; empty if there is none
 * @param events what that micro-op caused, in words
 * @param help what was asked for instead; empty if nothing was
 */
record Summary(
        long position,
        long length,
        @Nullable Long timePs,
        @Nullable Step last,
        int looksAt,
        String where,
        String protocolStep,
        @Nullable String violation,
        String message,
        List<String> events,
        List<String> help) {

    static Summary of(Stepper stepper) {
        PatchTimeline run = stepper.run();
        Timeline timeline = run.timeline();
        Core core = stepper.core();
        return new Summary(
                timeline.position(),
                timeline.length(),
                run.timed() == null ? null : (Long) timeline.timePs(),
                timeline.last(),
                core.id(),
                run.place(run.routines().pc(core)),
                run.protocolStep(),
                run.isViolated() ? run.violation() : null,
                stepper.message(),
                timeline.last() == null ? List.of() : EventWords.of(run, timeline.last()),
                stepper.helpPage() > 0 ? Help.page(stepper.helpPage()) : List.of());
    }

    List<String> lines() {
        if (!help.isEmpty()) {
            return help;
        }
        List<String> lines = new ArrayList<>();
        Line line = new Line(false).add(position + "/" + length);
        if (timePs != null) {
            line.add("  " + SimulatedTime.text(timePs));
        }
        if (last == null) {
            line.add("  start");
        } else {
            line.add("  core " + last.core() + "  " + last.text());
            events.forEach(event -> line.add("  [" + event + "]"));
        }
        if (last == null || last.core() != looksAt) {
            line.add("  (looking at core " + looksAt + " in " + where + ")");
        }
        lines.add(line.text());
        if (violation != null) {
            lines.add("!! " + new Line(false).add(violation).text());
        }
        if (!message.isEmpty()) {
            lines.add("-- " + new Line(false).add(message).text());
        }
        return lines;
    }

    JsonObject toJson() {
        JsonObject object = new JsonObject();
        object.addProperty("version", JsonOutput.VERSION);
        object.addProperty("position", position);
        object.addProperty("length", length);
        object.addProperty("timePs", timePs);
        if (last != null) {
            object.addProperty("core", last.core());
            object.addProperty("did", last.text());
            JsonArray names = new JsonArray();
            last.events().forEach(event -> names.add(event.name()));
            object.add("events", names);
        }
        object.addProperty("looksAt", looksAt);
        object.addProperty("where", where);
        object.addProperty("protocolStep", protocolStep);
        object.addProperty("violation", violation);
        object.addProperty("message", message);
        return object;
    }
}
