package dev.pokesim.patcher.guest;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.patcher.kernel.PatchListener;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** What calls of a kernel's patcher did, as the golden files have it. */
class FlipRecorder implements PatchListener {
    private final StringBuilder events = new StringBuilder();
    private int batches;
    private int phase;
    private int writes;
    private int syncs;

    @Override
    public void stepStarted(Core patcher, String step) {
        switch (step) {
            case "sync cores" -> {
                syncs++;
                add("sync");
            }
            case "write int3" -> {
                phase = 1;
                batches++;
            }
            case "write tail" -> phase = 2;
            case "write first byte" -> phase = 3;
            default -> throw new IllegalStateException(step);
        }
    }

    @Override
    public void poked(Core patcher, long address, int sizeBytes) {
        writes++;
        add("write " + batches + " " + phase + " " + Long.toHexString(address) + " "
                + hex(patcher.memory(), address, sizeBytes));
    }

    final void add(String line) {
        events.append(line).append('\n');
    }

    static String hex(AddressSpace memory, long address, int sizeBytes) {
        StringBuilder hex = new StringBuilder();
        for (int i = 0; i < sizeBytes; i++) {
            hex.append("%02x".formatted(memory.read(address + i, 1)));
        }
        return hex.toString();
    }

    final int writes() {
        return writes;
    }

    final int syncs() {
        return syncs;
    }

    /** SHA-256 over the lines. */
    final String hash() {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256")
                            .digest(events.toString().getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** A line of the golden file of flips, from its counts on. */
    final String line(long instructions) {
        return batches + " " + writes + " " + syncs + " " + instructions + " " + hash();
    }

    /** Forgets everything: another call begins. */
    void clear() {
        events.setLength(0);
        batches = 0;
        writes = 0;
        syncs = 0;
    }
}
