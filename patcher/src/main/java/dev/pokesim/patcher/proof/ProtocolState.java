package dev.pokesim.patcher.proof;

/**
 * A state of the proof: where the patcher is, and for each core, or each group of cores that are alike, a {@link CoreRecord}.
 */
final class ProtocolState {
    /** Index into the program. */
    int at;
    /** How many groups there are. */
    int groups;
    /** What the cores of a group are like; with symmetry ascending and different, else one per core in the cores' order. */
    final long[] record;
    /** How many cores each group has. */
    final int[] count;

    ProtocolState(int cores) {
        record = new long[cores + 1];
        count = new int[cores + 1];
    }

    void set(ProtocolState other) {
        at = other.at;
        groups = other.groups;
        System.arraycopy(other.record, 0, record, 0, groups);
        System.arraycopy(other.count, 0, count, 0, groups);
    }

    /** One core of a group becomes like {@code after}; with symmetry groups are split and joined. */
    void move(int group, long after, boolean symmetric) {
        if (!symmetric) {
            record[group] = after;
            return;
        }
        if (record[group] == after) {
            return;
        }
        if (--count[group] == 0) {
            remove(group);
        }
        add(after, 1);
    }

    private void remove(int group) {
        groups--;
        System.arraycopy(record, group + 1, record, group, groups - group);
        System.arraycopy(count, group + 1, count, group, groups - group);
    }

    /** Some cores more that are like {@code like}. */
    void add(long like, int cores) {
        int group = 0;
        while (group < groups && record[group] < like) {
            group++;
        }
        if (group < groups && record[group] == like) {
            count[group] += cores;
            return;
        }
        System.arraycopy(record, group, record, group + 1, groups - group);
        System.arraycopy(count, group, count, group + 1, groups - group);
        record[group] = like;
        count[group] = cores;
        groups++;
    }

    /** Joins groups that have become alike, after all were changed. */
    void normalise() {
        int old = groups;
        long[] records = java.util.Arrays.copyOf(record, old);
        int[] counts = java.util.Arrays.copyOf(count, old);
        groups = 0;
        for (int i = 0; i < old; i++) {
            add(records[i], counts[i]);
        }
    }
}
