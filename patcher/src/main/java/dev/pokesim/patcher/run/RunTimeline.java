package dev.pokesim.patcher.run;

import dev.pokesim.emulator.coherence.LineObserver;
import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.patcher.kernel.PatchListener;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Records how one run went over time, in memory that does not depend on the run's length: the time from its start is divided into at
 * most {@link #MAX_BINS} bins of equal width, which doubles whenever the run outgrows them; neighbouring cores share one of at most
 * {@link #MAX_ROWS} rows. Times are picoseconds of simulated time.
 */
public final class RunTimeline implements PatchListener, LineObserver {
    /** Bins of time; at least half of them are in use unless the run was shorter than {@code MAX_BINS} ns. */
    public static final int MAX_BINS = 256;
    /** Rows of cores. */
    public static final int MAX_ROWS = 120;
    /** Steps that are kept, for 512 batches of eight steps; later ones are counted. */
    public static final int MAX_STEPS = 4096;

    private static final int BREAKPOINT = GuestFault.Vector.BREAKPOINT.number();
    private static final long FIRST_BIN_PS = 1_000;

    private final int cores;
    private final int coresPerRow;
    private final int[][] traps;
    private final Level inHandler = new Level();
    private final Level waiting = new Level();
    /** The handlers that each core is in, innermost in bit 0: 1 for INT3's; the highest 1 only marks the end. */
    private final long[] nesting;

    private final List<Step> steps = new ArrayList<>();
    private int stepsLeftOut;
    private String stepName = "";
    private long stepStartPs;
    private int batches;
    private long refsLineTransfers;
    private long binPs = FIRST_BIN_PS;
    private long endPs;

    /**
     * One step of a batch.
     *
     * @param batch its number, from 0
     * @param name as {@code PatchStep} has it
     */
    public record Step(int batch, String name, long startPs, long endPs) {}

    /**
     * @param cores at least 1
     */
    public RunTimeline(int cores) {
        this.cores = cores;
        coresPerRow = (cores + MAX_ROWS - 1) / MAX_ROWS;
        traps = new int[row(cores - 1) + 1][MAX_BINS];
        nesting = new long[cores];
        Arrays.fill(nesting, 1);
    }

    /** A number that changes over time: its integral and its highest value in each bin. */
    private final class Level {
        private final long[] integral = new long[MAX_BINS];
        private final int[] highest = new int[MAX_BINS];
        private int value;
        private long sincePs;

        void add(int difference, long nowPs) {
            pass(nowPs);
            value += difference;
            int bin = bin(nowPs);
            highest[bin] = Math.max(highest[bin], value);
        }

        /** Counts the value in for the time up to now. */
        void pass(long nowPs) {
            makeRoom(nowPs);
            while (sincePs < nowPs) {
                int bin = bin(sincePs);
                long untilPs = Math.min(nowPs, (bin + 1) * binPs);
                integral[bin] += value * (untilPs - sincePs);
                highest[bin] = Math.max(highest[bin], value);
                sincePs = untilPs;
            }
        }

        void halve() {
            for (int bin = 0; bin < MAX_BINS; bin++) {
                boolean used = bin < MAX_BINS / 2;
                integral[bin] = used ? integral[2 * bin] + integral[2 * bin + 1] : 0;
                highest[bin] = used ? Math.max(highest[2 * bin], highest[2 * bin + 1]) : 0;
            }
        }

        double mean(int bin) {
            long widthPs = Math.min(endPs, (bin + 1) * binPs) - bin * binPs;
            return widthPs == 0 ? 0 : (double) integral[bin] / widthPs;
        }
    }

    private int row(int core) {
        return core / coresPerRow;
    }

    private int bin(long atPs) {
        return (int) (atPs / binPs);
    }

    /** Makes bins wider until a time falls into one. */
    private void makeRoom(long atPs) {
        while (bin(atPs) >= MAX_BINS) {
            binPs *= 2;
            inHandler.halve();
            waiting.halve();
            for (int[] row : traps) {
                for (int bin = 0; bin < MAX_BINS; bin++) {
                    row[bin] = bin < MAX_BINS / 2 ? row[2 * bin] + row[2 * bin + 1] : 0;
                }
            }
        }
    }

    @Override
    public void entered(Core core, int vector) {
        long before = nesting[core.id()];
        boolean trap = vector == BREAKPOINT;
        nesting[core.id()] = before << 1 | (trap ? 1 : 0);
        if (trap) {
            makeRoom(core.timePs());
            traps[row(core.id())][bin(core.timePs())]++;
            if (!hasTrap(before)) {
                inHandler.add(1, core.timePs());
            }
        }
    }

    @Override
    public void returned(Core core) {
        long before = nesting[core.id()];
        nesting[core.id()] = before >>> 1;
        if (hasTrap(before) && !hasTrap(before >>> 1)) {
            inHandler.add(-1, core.timePs());
        }
    }

    /** Whether one of the handlers that a core is in is INT3's. */
    private static boolean hasTrap(long nested) {
        return nested != Long.highestOneBit(nested);
    }

    @Override
    public void requested(long nowPs) {
        waiting.add(1, nowPs);
    }

    @Override
    public void arrived(long nowPs) {
        waiting.add(-1, nowPs);
        refsLineTransfers++;
    }

    @Override
    public void stepStarted(Core patcher, String step) {
        endStep(patcher.timePs());
        stepName = step;
        stepStartPs = patcher.timePs();
    }

    @Override
    public void batchFinished(Core patcher) {
        endStep(patcher.timePs());
        batches++;
    }

    private void endStep(long nowPs) {
        if (!stepName.isEmpty() && steps.size() < MAX_STEPS) {
            steps.add(new Step(batches, stepName, stepStartPs, nowPs));
        } else if (!stepName.isEmpty()) {
            stepsLeftOut++;
        }
        stepName = "";
    }

    /** Closes what is still going on; after the run, once. */
    public void finish(RunReport report) {
        endPs = report.simulatedPs();
        inHandler.pass(endPs);
        waiting.pass(endPs);
        endStep(endPs);
    }

    /** How many cores the run had. */
    public int cores() {
        return cores;
    }

    /** How wide a bin is. */
    public long binPs() {
        return binPs;
    }

    /** How many bins the run has; the last may not be full. */
    public int bins() {
        return bin(endPs) + 1;
    }

    /** How long the run was. */
    public long endPs() {
        return endPs;
    }

    /** How many rows the cores share. */
    public int rows() {
        return traps.length;
    }

    /** How many cores share each row but the last, which may have fewer. */
    public int coresPerRow() {
        return coresPerRow;
    }

    /** How many cores share a row. */
    public int coresIn(int row) {
        return Math.min(cores, (row + 1) * coresPerRow) - row * coresPerRow;
    }

    /** INT3 traps of a row's cores in a bin. */
    public int traps(int row, int bin) {
        return traps[row][bin];
    }

    /** How many cores were in an INT3 handler, on average over a bin. */
    public double inHandlerMean(int bin) {
        return inHandler.mean(bin);
    }

    /** How many cores were in an INT3 handler at most. */
    public int inHandlerMax(int bin) {
        return inHandler.highest[bin];
    }

    /** How many requests for lines with a reference count had not been served, on average over a bin. */
    public double waitingMean(int bin) {
        return waiting.mean(bin);
    }

    /** How many such requests there were at most. */
    public int waitingMax(int bin) {
        return waiting.highest[bin];
    }

    /** How often those lines moved. */
    public long refsLineTransfers() {
        return refsLineTransfers;
    }

    /** The first {@link #MAX_STEPS} steps, in order; one that the run's end cut off ends there. */
    public List<Step> steps() {
        return Collections.unmodifiableList(steps);
    }

    /** How many later steps there were. */
    public int stepsLeftOut() {
        return stepsLeftOut;
    }
}
