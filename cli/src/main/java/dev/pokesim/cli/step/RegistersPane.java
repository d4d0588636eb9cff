package dev.pokesim.cli.step;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.Rflags;
import java.util.ArrayList;
import java.util.List;

/** The general registers and the flags of the core; what the last move changed is marked. */
final class RegistersPane implements Pane {
    private static final String[] NAMES = {
        "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"
    };
    private static final int[] FLAGS = {
        Rflags.CF, Rflags.PF, Rflags.AF, Rflags.ZF, Rflags.SF, Rflags.IF, Rflags.DF, Rflags.OF
    };
    private static final String[] FLAG_NAMES = {"CF", "PF", "AF", "ZF", "SF", "IF", "DF", "OF"};
    /** Columns of a register with its mark, all digits. */
    private static final int CELL = 22;

    /** Where the columns would be longer, the registers stand one behind the other. */
    private static final int MOST_ROWS = 4;

    private static final int MOST_NEEDED = 3;

    @Override
    public Line heading(Stepper stepper, boolean colour) {
        Core core = stepper.core();
        Line line = new Line(colour)
                .add("Registers of core " + core.id(), Look.HEADING)
                .add("  set:");
        for (int i = 0; i < FLAGS.length; i++) {
            boolean isSet = (core.flags().value() & FLAGS[i]) != 0;
            boolean hasChanged = stepper.before().hasFlagChanged(core, FLAGS[i]);
            if (isSet || hasChanged) {
                line.add(" " + (hasChanged ? "*" : "") + (isSet ? "" : "no ") + FLAG_NAMES[i], look(hasChanged));
            }
        }
        return line.add("  rip 0x" + Long.toHexString(core.rip()));
    }

    private static Look look(boolean hasChanged) {
        return hasChanged ? Look.CHANGED : Look.PLAIN;
    }

    @Override
    public int needs(Stepper stepper, int width) {
        return Math.min(dense(stepper, width, false).size(), MOST_NEEDED);
    }

    @Override
    public int wants(Stepper stepper, int width) {
        return rows(width) <= MOST_ROWS
                ? rows(width)
                : dense(stepper, width, false).size();
    }

    private static int rows(int width) {
        int perRow = Math.max(1, width / CELL);
        return (Glance.REGISTERS + perRow - 1) / perRow;
    }

    @Override
    public boolean isElastic() {
        return false;
    }

    @Override
    public List<Line> lines(Stepper stepper, int width, int rows, boolean colour) {
        return rows(width) <= MOST_ROWS && rows >= rows(width)
                ? grid(stepper, width, colour)
                : dense(stepper, width, colour);
    }

    /** All digits, in columns. */
    private static List<Line> grid(Stepper stepper, int width, boolean colour) {
        int rows = rows(width);
        List<Line> lines = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            Line line = new Line(colour);
            for (int number = row; number < Glance.REGISTERS; number += rows) {
                line.to(number / rows * CELL);
                add(line, stepper, number, "%016x".formatted(stepper.core().register(number)));
            }
            lines.add(line);
        }
        return lines;
    }

    /** One behind the other, without leading zeros. */
    private static List<Line> dense(Stepper stepper, int width, boolean colour) {
        List<Line> lines = new ArrayList<>();
        Line line = new Line(colour);
        for (int number = 0; number < Glance.REGISTERS; number++) {
            String digits = Long.toHexString(stepper.core().register(number));
            int length = 1 + NAMES[number].length() + 1 + digits.length();
            if (line.length() + length > width) {
                lines.add(line);
                line = new Line(colour);
            }
            add(line, stepper, number, digits);
            line.add(" ");
        }
        lines.add(line);
        return lines;
    }

    private static void add(Line line, Stepper stepper, int number, String digits) {
        boolean hasChanged = stepper.before().hasChanged(stepper.core(), number);
        line.add(hasChanged ? "*" : " ", Look.CHANGED)
                .add(NAMES[number] + (NAMES[number].length() == 2 ? " " : "") + " ")
                .add(digits, look(hasChanged));
    }
}
