package dev.pokesim.patcher.travel;

import dev.pokesim.emulator.datafile.InvalidDataFile;
import dev.pokesim.emulator.explore.StepwiseReplay;
import dev.pokesim.emulator.explore.Transition;
import dev.pokesim.emulator.machine.Machine;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;
import dev.pokesim.emulator.trace.TraceEvent;
import dev.pokesim.emulator.travel.Rerun;
import dev.pokesim.emulator.travel.Step;
import dev.pokesim.emulator.travel.Timeline;
import dev.pokesim.patcher.proof.Counterexample;
import dev.pokesim.patcher.run.GuidedRun;
import dev.pokesim.patcher.run.MachineModel;
import dev.pokesim.patcher.run.RunEvents;
import dev.pokesim.patcher.run.TraceLevel;
import dev.pokesim.patcher.schedule.MachineSchedule;
import dev.pokesim.patcher.schedule.ProofSchedule;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** A schedule that is done again, with what listens to it. */
final class ScheduleAgain implements Rerun {
    private final StepwiseReplay replay;
    private final RunEvents events;

    private ScheduleAgain(MachineModel model, List<Transition> transitions) {
        List<TraceEvent> happened = new ArrayList<>();
        events = new RunEvents(model.target().places(), TraceLevel.MEMORY, happened::add);
        StateWriter before = new StateWriter(new long[0]);
        events.save(before);
        replay = new StepwiseReplay(model.observedBy(events), transitions, happened);
        StateReader reader = new StateReader(new long[0]);
        reader.open(before.toArray(), 0);
        events.restore(reader);
    }

    /**
     * That of a machine.
     *
     * @throws InvalidDataFile if a step does not fit
     */
    static PatchRerun of(MachineSchedule schedule) {
        schedule.replay(); // says which step does not fit
        return of(schedule.model(), schedule.steps());
    }

    /**
     * That of a proof, as the machine follows it.
     *
     * @param name of the file, for messages
     * @throws InvalidDataFile with the reason if the machine cannot
     */
    static PatchRerun of(String name, ProofSchedule schedule) {
        Counterexample wrong = schedule.replay().wrong();
        if (wrong == null) {
            throw refused(name, "nothing is wrong at its end, so there is nothing for the machine to follow");
        }
        GuidedRun.Result followed = GuidedRun.follow(wrong.setup(), wrong.steps(), wrong.oracle(), wrong.core());
        if (followed == null) {
            throw refused(
                    name,
                    "the machine's patcher goes no such ways: it has one batch of one place, the kernel's handler, nothing else");
        }
        String reason = followed.reason();
        if (reason != null) {
            throw refused(name, reason);
        }
        return of(followed.model(), followed.transitions());
    }

    private static InvalidDataFile refused(String name, String why) {
        return new InvalidDataFile(name, 0, "", "is a proof's schedule, and " + why + "; poke-sim replay prints it");
    }

    private static PatchRerun of(MachineModel model, List<Transition> transitions) {
        ScheduleAgain again = new ScheduleAgain(model, transitions);
        SortedMap<String, String> facts = new TreeMap<>();
        facts.put("input", model.target().image().name());
        facts.put("sites", Integer.toString(model.target().places().size()));
        facts.put("protocol", model.patcher());
        facts.put("refs", model.counting());
        facts.put("fetch", model.fetchMode().optionName());
        facts.put("cores", Integer.toString(model.cores()));
        return new PatchRerun(
                again,
                Timeline.NONE,
                facts,
                model.target(),
                model.data(),
                model.counters(),
                model.fetchMode(),
                again.events,
                null,
                again.replay.violation());
    }

    @Override
    public Machine machine() {
        return replay.machine();
    }

    @Override
    public List<Routine> routines() {
        return replay.routines();
    }

    @Override
    public long length() {
        return replay.length();
    }

    @Override
    public long timePs() {
        return 0;
    }

    @Override
    public void forward(long count) {
        replay.forward(count);
    }

    @Override
    public Step last() {
        return replay.last();
    }

    @Override
    public StateWriter newWriter() {
        return replay.newWriter();
    }

    @Override
    public StateReader newReader() {
        return replay.newReader();
    }

    @Override
    public void save(StateWriter out) {
        events.save(out);
        replay.save(out);
    }

    @Override
    public void restore(StateReader in) {
        events.restore(in);
        replay.restore(in);
    }
}
