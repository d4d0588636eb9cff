package dev.pokesim.patcher.run;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.memory.Frame;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.patcher.kernel.GlobalRefs;
import dev.pokesim.patcher.kernel.PatchPlace;
import dev.pokesim.patcher.kernel.PerCpuRefs;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import dev.pokesim.patcher.kernel.TrapHandler;
import dev.pokesim.patcher.protocol.PatchStep;
import dev.pokesim.patcher.sequence.PatchScenario;
import dev.pokesim.patcher.site.ImageBytes;
import dev.pokesim.patcher.site.LoadedImage;
import dev.pokesim.patcher.site.Segment;
import dev.pokesim.patcher.site.Symbols;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A scenario on the machine. Its places stand in text that consists of RET otherwise: wherever a branch leads and whatever follows a
 * no-op, the function returns. So each place is a function, and cores call it.
 */
public final class ScenarioModel {
    private static final byte RET = (byte) 0xc3;

    private ScenarioModel() {}

    /**
     * What the scenario has that the machine has not; null if nothing.
     */
    public static @Nullable String lacks(PatchScenario scenario) {
        for (PatchStep step : scenario.sequence().steps()) {
            if (!step.isOnMachine()) {
                return "the machine cannot do its step \"" + step.name() + "\"";
            }
        }
        if (!scenario.sequence().handler().equals(TrapHandler.KERNEL)) {
            return "the machine's INT3 handler is the kernel's";
        }
        if (!scenario.company().isEmpty()) {
            return "the machine has nothing besides the patcher and cores that execute the places";
        }
        if (scenario.batches().size() != 1
                || !scenario.batches().get(0).equals(scenario.sequence().places())) {
            return "the machine's array takes each place once, in order";
        }
        for (PatchPlace place : scenario.sequence().places()) {
            if (poke(place.address(), place.oldText(), place.newText()) == null) {
                return "the machine's array takes places of at most 6 bytes that become a no-op, a jump, a call or a return";
            }
        }
        return null;
    }

    /**
     * The model of a scenario that {@link #lacks} nothing.
     *
     * @param cores 2 or more with the patcher's
     * @param passes how many calls each of the others makes
     */
    public static PatchModel of(PatchScenario scenario, FetchMode mode, int cores, int passes) {
        List<TextPokeLoc> pokes = new ArrayList<>();
        for (PatchPlace place : scenario.sequence().places()) {
            TextPokeLoc poke = poke(place.address(), place.oldText(), place.newText());
            if (poke == null) {
                throw new IllegalArgumentException(scenario.name() + ": " + lacks(scenario));
            }
            pokes.add(poke);
        }
        List<Long> entries = pokes.stream().map(TextPokeLoc::address).toList();
        PatchTarget target = new PatchTarget(image(scenario), PatchTarget.NO_KEY, true, pokes, entries);
        return new PatchModel(
                target,
                scenario.sequence(),
                scenario.perCoreRefs() ? new PerCpuRefs() : new GlobalRefs(),
                mode,
                cores,
                passes,
                0,
                scenario.without());
    }

    private static @Nullable TextPokeLoc poke(long address, InstructionBytes oldText, InstructionBytes newText) {
        try {
            return TextPokeLoc.of(address, oldText, newText);
        } catch (IllegalArgumentException cannotBeQueued) {
            return null;
        }
    }

    private static LoadedImage image(PatchScenario scenario) {
        TreeMap<Long, byte[]> pages = new TreeMap<>(Long::compareUnsigned);
        for (PatchPlace place : scenario.sequence().places()) {
            for (int i = 0; i < place.sizeBytes(); i++) {
                long at = place.address() + i;
                page(pages, at)[(int) at & Frame.SIZE_BYTES - 1] =
                        (byte) place.oldText().byteAt(i);
            }
            page(pages, place.address() + place.sizeBytes());
            for (InstructionBytes text : List.of(place.oldText(), place.newText())) {
                TextPokeLoc branch = poke(place.address(), text, text);
                if (branch != null) {
                    page(pages, place.address() + place.sizeBytes() + branch.displacement());
                }
            }
        }
        List<Segment> segments = new ArrayList<>();
        pages.forEach(
                (address, bytes) -> segments.add(new Segment("text", address, ImageBytes.copyOf(bytes), true, true)));
        return new LoadedImage("scenario " + scenario.name(), segments, Symbols.of(List.of()), List.of());
    }

    private static byte[] page(TreeMap<Long, byte[]> pages, long address) {
        return pages.computeIfAbsent(address & -Frame.SIZE_BYTES, start -> {
            byte[] bytes = new byte[Frame.SIZE_BYTES];
            Arrays.fill(bytes, RET);
            return bytes;
        });
    }
}
