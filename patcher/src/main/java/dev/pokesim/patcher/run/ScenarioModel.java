package dev.pokesim.patcher.run;

import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.memory.Frame;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.patcher.check.LegalInstructions;
import dev.pokesim.patcher.kernel.Emulation;
import dev.pokesim.patcher.kernel.GlobalRefs;
import dev.pokesim.patcher.kernel.HandlerStep;
import dev.pokesim.patcher.kernel.KernelLayout;
import dev.pokesim.patcher.kernel.PatchPlace;
import dev.pokesim.patcher.kernel.PerCpuRefs;
import dev.pokesim.patcher.kernel.Refs;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import dev.pokesim.patcher.kernel.TrapHandler;
import dev.pokesim.patcher.proof.ProofSetup;
import dev.pokesim.patcher.proof.ProofSetup.Company;
import dev.pokesim.patcher.protocol.Outline;
import dev.pokesim.patcher.protocol.PatchAction;
import dev.pokesim.patcher.protocol.PatchProtocol;
import dev.pokesim.patcher.protocol.PatchStep;
import dev.pokesim.patcher.site.ImageBytes;
import dev.pokesim.patcher.site.LoadedImage;
import dev.pokesim.patcher.site.Segment;
import dev.pokesim.patcher.site.Symbols;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * What is proved of a scenario, on the machine. Its places stand in text that consists of RET otherwise: wherever a branch leads and whatever follows a
 * no-op, the function returns. So each place is a function, and cores call it.
 */
public final class ScenarioModel {
    private static final byte RET = (byte) 0xc3;
    /** R15 has RSP as it was when the function was called. */
    static final int STACK_KEEPER = 15;
    /** MOV RSP,R15 and RET: a place may be a prologue whose function ends elsewhere. */
    private static final byte[] EPILOGUE = {0x4c, (byte) 0x89, (byte) 0xfc, RET};

    private static final int JUMP = 0xe9;
    private static final int JUMP_SIZE_BYTES = 5;
    /** What the array says of a place at which no INT3 is ever met. */
    private static final InstructionBytes NOTHING = InstructionBytes.of(0x90);

    private ScenarioModel() {}

    /**
     * What a setup has that the machine has not; null if nothing.
     */
    public static @Nullable String lacks(ProofSetup setup) {
        PatchProtocol protocol = setup.protocol();
        TrapHandler handler = protocol.handler();
        for (PatchStep step : protocol.steps()) {
            if (!step.isOnMachine(setup.places())) {
                return "the machine cannot do its step \"" + step.name() + "\": one store has at most 8 bytes";
            }
        }
        if (handler.steps().contains(HandlerStep.LOAD_DESCRIPTOR) && setup.perCoreRefs()) {
            return "a descriptor on the stack has one reference count: write refs: global";
        }
        if (setup.batches().stream().anyMatch(batch -> batch.size() > KernelLayout.MAX_ENTRIES)) {
            return "the machine's array has " + KernelLayout.MAX_ENTRIES + " entries";
        }
        if (!handler.steps().contains(HandlerStep.FIND_ENTRY)
                && !handler.steps().contains(HandlerStep.FIND_IN_TWO_GENERATIONS)
                && setup.batches().stream().distinct().count() > 1) {
            return "a handler that searches no array knows the places of one batch only";
        }
        TreeMap<Long, byte[]> pages = text(setup.places());
        KernelLayout layout = new KernelLayout(pages.firstKey(), setup.cores());
        page(pages, pages.lastKey() + Frame.SIZE_BYTES); // for an INT3 of somebody else's
        if (!pages.keySet().stream().allMatch(layout::isFreeForText)) {
            return "the machine's text lies within 2 GiB, and where its kernel has no data";
        }
        for (PatchPlace place : setup.batches().stream().flatMap(List::stream).toList()) {
            if (leavesInt3(protocol, place) && !keepsInt3(setup, place.address())) {
                return "the INT3 that one batch leaves at " + Address.text(place.address())
                        + " goes away in a later one: whose is it until then?";
            }
            if (meetsInt3(protocol, place)
                    && Emulation.of(instead(handler, place), place.sizeBytes()).isEmpty()) {
                return "the machine's INT3 handler cannot act as " + instead(handler, place) + " at "
                        + Address.text(place.address()) + "; it can as NOP, JMP, Jcc, CALL, RET and PUSH";
            }
        }
        return null;
    }

    /**
     * The model of a setup that {@link #lacks} nothing.
     *
     * @param passes how many calls each core makes besides the patcher's
     * @param nmis how many NMIs may arrive at each core; if none, and they are part of the setup, one arrives at any core
     */
    public static PatchModel of(ProofSetup setup, int passes, int nmis) {
        PatchProtocol protocol = setup.protocol();
        List<TextPokeLoc> places =
                setup.places().stream().map(place -> queued(protocol, place)).toList();
        List<Long> entries =
                new ArrayList<>(places.stream().map(TextPokeLoc::address).toList());
        Set<Long> ofOthers = new TreeSet<>();
        for (List<PatchPlace> batch : setup.batches()) {
            for (PatchPlace place : batch) {
                if (leavesInt3(protocol, place)) {
                    ofOthers.add(place.address());
                }
            }
        }
        TreeMap<Long, byte[]> pages = text(setup.places());
        if (setup.company().contains(Company.FOREIGN_INT3)) {
            long foreign = pages.lastKey() + Frame.SIZE_BYTES;
            page(pages, foreign)[0] = (byte) TextPokeLoc.INT3;
            entries.add(foreign);
            ofOthers.add(foreign);
        }
        List<Segment> segments = new ArrayList<>();
        pages.forEach(
                (address, bytes) -> segments.add(new Segment("text", address, ImageBytes.copyOf(bytes), true, true)));
        LoadedImage image = new LoadedImage("scenario " + protocol.name(), segments, Symbols.of(List.of()), List.of());
        return new PatchModel(
                new PatchTarget(image, PatchTarget.NO_KEY, true, places, entries),
                protocol,
                refs(setup),
                setup.fetchMode(),
                setup.cores(),
                passes,
                nmis,
                new Surroundings(
                        setup.batches().stream()
                                .map(batch -> batch.stream()
                                        .map(place -> queued(protocol, place))
                                        .toList())
                                .toList(),
                        ofOthers,
                        setup.company(),
                        setup.without(),
                        List.of()));
    }

    /** How many calls it takes that one core comes by every place, at least 2. */
    public static int passes(ProofSetup setup) {
        int foreign = setup.company().contains(Company.FOREIGN_INT3) ? 1 : 0;
        return Math.max(2, setup.places().size() + foreign);
    }

    private static Refs refs(ProofSetup setup) {
        boolean isOnStack = setup.protocol().handler().steps().contains(HandlerStep.LOAD_DESCRIPTOR);
        return setup.perCoreRefs() ? new PerCpuRefs() : isOnStack ? GlobalRefs.onStack() : new GlobalRefs();
    }

    private static TextPokeLoc queued(PatchProtocol protocol, PatchPlace place) {
        return new TextPokeLoc(
                place.address(),
                place.oldText(),
                place.newText(),
                meetsInt3(protocol, place) ? instead(protocol.handler(), place) : NOTHING);
    }

    /** Whether an INT3 is ever the first byte of a place. */
    private static boolean meetsInt3(PatchProtocol protocol, PatchPlace place) {
        return place.oldText().byteAt(0) == TextPokeLoc.INT3
                || Outline.of(protocol, List.of(List.of(place))).stream()
                        .anyMatch(action -> action instanceof PatchAction.WriteText write
                                && write.offset() == 0
                                && write.bytes().byteAt(0) == TextPokeLoc.INT3);
    }

    /** Whether the batch of a place leaves an INT3 there: somebody else's, who put it into the new text. */
    private static boolean leavesInt3(PatchProtocol protocol, PatchPlace place) {
        return Outline.textAfter(protocol, place).byteAt(0) == TextPokeLoc.INT3;
    }

    /** Whether the last batch of the place at an address does. */
    private static boolean keepsInt3(ProofSetup setup, long address) {
        return setup.batches().stream()
                .flatMap(List::stream)
                .filter(place -> place.address() == address)
                .reduce((first, second) -> second)
                .filter(last -> leavesInt3(setup.protocol(), last))
                .isPresent();
    }

    /** As what a handler acts for a place. */
    private static InstructionBytes instead(TrapHandler handler, PatchPlace place) {
        return switch (handler.response()) {
            case EMULATE_NEW -> place.newText();
            case EMULATE_OLD -> place.oldText();
            case SKIP, REWIND, SPIN -> jump(place, place.address() + place.sizeBytes());
            case JUMP -> jump(place, handler.target());
        };
    }

    private static InstructionBytes jump(PatchPlace place, long target) {
        long displacement = target - place.address() - JUMP_SIZE_BYTES & 0xffff_ffffL;
        return new InstructionBytes(JUMP | displacement << Byte.SIZE, 0, JUMP_SIZE_BYTES);
    }

    /** Every page that a place, a branch of its texts or what follows it lies in. */
    private static TreeMap<Long, byte[]> text(List<PatchPlace> places) {
        TreeMap<Long, byte[]> pages = new TreeMap<>(Long::compareUnsigned);
        for (PatchPlace place : places) {
            page(pages, place.address() - 1); // entries are relative to the start of the text, and an empty one has 0
            for (int i = 0; i < place.sizeBytes(); i++) {
                long at = place.address() + i;
                page(pages, at)[(int) at & Frame.SIZE_BYTES - 1] =
                        (byte) place.oldText().byteAt(i);
            }
            page(pages, place.address() + place.sizeBytes());
            branches(place).forEach(target -> page(pages, target));
        }
        places.forEach(place -> endFunction(pages, places, place));
        return pages;
    }

    /** Puts the epilogue behind a place, unless something else stands or leads there. */
    private static void endFunction(TreeMap<Long, byte[]> pages, List<PatchPlace> places, PatchPlace place) {
        long end = place.address() + place.sizeBytes();
        boolean isFree = places.stream()
                        .noneMatch(other -> Address.isWithin(
                                other.address(), end - other.sizeBytes() + 1, EPILOGUE.length + other.sizeBytes() - 1))
                && places.stream()
                        .flatMapToLong(ScenarioModel::branches)
                        .noneMatch(target -> Address.isWithin(target, end + 1, EPILOGUE.length - 1));
        for (int i = 0; isFree && i < EPILOGUE.length; i++) {
            page(pages, end + i)[(int) (end + i) & Frame.SIZE_BYTES - 1] = EPILOGUE[i];
        }
    }

    /** Where the instructions of a place's texts lead. */
    private static LongStream branches(PatchPlace place) {
        return new LegalInstructions(place.address(), List.of(place.oldText(), place.newText()))
                .byAddress().entrySet().stream()
                        .flatMapToLong(entry -> entry.getValue().stream()
                                .flatMapToLong(one -> Emulation.of(one, one.sizeBytes()).stream()
                                        .mapToLong(
                                                branch -> entry.getKey() + one.sizeBytes() + branch.displacement())));
    }

    private static byte[] page(TreeMap<Long, byte[]> pages, long address) {
        return pages.computeIfAbsent(address & -Frame.SIZE_BYTES, start -> {
            byte[] bytes = new byte[Frame.SIZE_BYTES];
            Arrays.fill(bytes, RET);
            return bytes;
        });
    }
}
