package dev.pokesim.emulator.isa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What can come between the accesses of an instruction, for every line of the case files. */
class LockTest {
    private static final Decoder DECODER = new Decoder();

    private record Line(CaseFile.Form form, AssemblyText text, Decoded decoded) {
        List<MicroOp.Memory> accesses() {
            return IntStream.range(0, decoded.size())
                    .mapToObj(i -> decoded.at(i).memory())
                    .filter(memory -> memory != MicroOp.Memory.NONE)
                    .toList();
        }

        boolean isLocked() {
            boolean isAlwaysLocked = text.mnemonic().equals("cmpxchg16b")
                    || text.mnemonic().equals("xchg") && !text.memories().isEmpty();
            return isAlwaysLocked || text.prefixes().contains("lock");
        }
    }

    private static List<Line> lines() {
        List<Line> lines = new ArrayList<>();
        for (CaseFile file : CaseFile.all()) {
            for (CaseFile.Form form : file.forms()) {
                lines.add(new Line(form, form.assembly(), DECODER.decode(form.bytes(), CpuState.TEXT)));
            }
        }
        return lines;
    }

    @Test
    void aLockedInstructionTouchesMemoryInOneStepThatDrainsItsStores() {
        int locked = 0;
        for (Line line : lines()) {
            if (line.isLocked()) {
                locked++;
                assertEquals(
                        List.of(MicroOp.Memory.UPDATE),
                        line.accesses(),
                        line.form().toString());
                for (int i = 0; i < line.decoded().size(); i++) {
                    MicroOp step = line.decoded().at(i);
                    assertEquals(
                            step.memory() == MicroOp.Memory.UPDATE,
                            step.drainsStores(),
                            line.form().toString());
                }
            } else {
                assertTrue(
                        !line.accesses().contains(MicroOp.Memory.UPDATE),
                        line.form().toString());
            }
        }
        assertTrue(locked > 500, "only " + locked + " locked forms in testdata/instructions");
    }

    @Test
    void withoutLockAnUpdateIsALoadAndAStoreThatOthersMayComeBetween() {
        int updates = 0;
        for (Line line : lines()) {
            boolean isUpdate = !line.isLocked() && !line.text().memories().isEmpty() && isLockable(line.form());
            if (isUpdate) {
                updates++;
                assertEquals(
                        List.of(MicroOp.Memory.LOAD, MicroOp.Memory.STORE),
                        line.accesses(),
                        line.form().toString());
            }
        }
        assertTrue(updates > 500, "only " + updates + " updates in testdata/instructions");
    }

    /** Whether the same bytes with a LOCK in front are an instruction. */
    private static boolean isLockable(CaseFile.Form form) {
        if (form.bytes().sizeBytes() == 15) {
            return false;
        }
        int[] locked = new int[form.bytes().sizeBytes() + 1];
        locked[0] = 0xf0;
        for (int i = 1; i < locked.length; i++) {
            locked[i] = form.bytes().byteAt(i - 1);
        }
        try {
            DECODER.decode(InstructionBytes.of(locked), CpuState.TEXT);
            return true;
        } catch (GuestFault | NotModelled e) {
            return false;
        }
    }
}
