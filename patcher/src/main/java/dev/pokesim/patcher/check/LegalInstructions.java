package dev.pokesim.patcher.check;

import dev.pokesim.emulator.isa.Decoded;
import dev.pokesim.emulator.isa.Decoder;
import dev.pokesim.emulator.isa.NotModelled;
import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.emulator.memory.InstructionBytes;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The instructions of which the texts of a place consist, each text from its first byte on. */
public final class LegalInstructions {
    private static final int NOP = 0x90;

    private final long address;
    private final Map<Integer, Set<InstructionBytes>> byOffset = new HashMap<>(); // only looked up

    /**
     * @param address of the place
     * @param texts that may stand there
     */
    public LegalInstructions(long address, List<InstructionBytes> texts) {
        this.address = address;
        texts.forEach(this::add);
    }

    private void add(InstructionBytes text) {
        byte[] bytes = withFiller(text);
        for (int offset = 0; offset < text.sizeBytes(); ) {
            try {
                Decoded instruction = new Decoder()
                        .decode(InstructionBytes.of(bytes, offset, InstructionBytes.MAX_SIZE_BYTES), address + offset);
                byOffset.computeIfAbsent(offset, at -> new LinkedHashSet<>()).add(instruction.bytes());
                offset += instruction.bytes().sizeBytes();
            } catch (GuestFault | NotModelled undecodable) {
                return; // nobody is to come here
            }
        }
    }

    /** A text with no-ops behind it, as many as the longest instruction has bytes. */
    public static byte[] withFiller(InstructionBytes text) {
        byte[] bytes = new byte[text.sizeBytes() + InstructionBytes.MAX_SIZE_BYTES];
        Arrays.fill(bytes, (byte) NOP);
        System.arraycopy(text.toArray(), 0, bytes, 0, text.sizeBytes());
        return bytes;
    }

    /** Those that some text has so many bytes behind the start of the place. */
    public Set<InstructionBytes> at(int offset) {
        return byOffset.getOrDefault(offset, Set.of());
    }

    /** All of them, by where they begin. */
    public Map<Long, Set<InstructionBytes>> byAddress() {
        Map<Long, Set<InstructionBytes>> all = new HashMap<>();
        byOffset.forEach((offset, instructions) -> all.put(address + offset, instructions));
        return all;
    }
}
