package dev.pokesim.emulator.trace;

import dev.pokesim.emulator.memory.InstructionBytes;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/** The events of one chunk as bytes: each number as the difference to what most likely is near it. */
final class EventEncoder implements TraceEvent.Fields {
    private static final int KINDS = TraceEvent.Kind.values().length;

    private final RawBytes out = new RawBytes();
    /** By kind and by which of its addresses it is. */
    private final long[] lastAddress = new long[2 * KINDS];

    private final Map<String, Integer> texts = new HashMap<>(); // only looked up
    private final BitSet cores = new BitSet();
    private int kind;
    private int addressSlot;
    private long lastPs;
    private int lastCore;
    private int events;
    private long minPs = Long.MAX_VALUE;
    private long maxPs;

    void add(TraceEvent event) {
        kind = event.kind().ordinal();
        addressSlot = kind;
        out.write(kind);
        out.signed(event.timePs() - lastPs);
        out.signed(event.core() - lastCore);
        lastPs = event.timePs();
        lastCore = event.core();
        minPs = Math.min(minPs, lastPs);
        maxPs = Math.max(maxPs, lastPs);
        cores.set(lastCore);
        events++;
        event.tell(this);
    }

    int rawBytes() {
        return out.size();
    }

    boolean isEmpty() {
        return events == 0;
    }

    /** What has come so far: the head is made from it, and {@code stored} is {@link #deflated}. */
    ChunkHead head(byte[] stored) {
        return ChunkHead.of(ChunkHead.EVENTS, stored, out.size(), events, minPs, maxPs, cores);
    }

    byte[] deflated() {
        return out.deflated();
    }

    @Override
    public void name(String name) {
        text("name", name);
    }

    @Override
    public void address(String name, long address) {
        out.signed(address - lastAddress[addressSlot]);
        lastAddress[addressSlot] = address;
        addressSlot += KINDS;
    }

    @Override
    public void number(String name, long number) {
        out.signed(number);
    }

    @Override
    public void bits(String name, long bits) {
        out.varint(bits);
    }

    @Override
    public void flag(String name, boolean flag) {
        out.write(flag ? 1 : 0);
    }

    @Override
    public void bytes(String name, InstructionBytes bytes) {
        out.write(bytes.sizeBytes());
        out.writeBytes(bytes.toArray());
    }

    @Override
    public void text(String name, String text) {
        Integer known = texts.get(text);
        if (known != null) {
            out.varint(known);
        } else {
            out.varint(0);
            out.text(text);
            texts.put(text, texts.size() + 1);
        }
    }
}
