package dev.pokesim.emulator.trace;

import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.emulator.memory.InstructionBytes;

/**
 * One thing that one core did. Times are picoseconds of the run, 0 or more; cores count from 0; addresses are linear and unsigned. Events
 * stand in the order in which they took effect; the clock of a core may be a little behind that of the core before it.
 */
public sealed interface TraceEvent {
    /** {@link #address()} of an event that has none. */
    long NO_ADDRESS = 0;

    /** Longest name or text, in characters. */
    int MAX_TEXT = 1000;

    long timePs();

    int core();

    /** What family it belongs to; the byte that stands for it in the file. */
    Kind kind();

    /** What it is called: the kind's name, or the one that the client gave. */
    default String name() {
        return kind().text();
    }

    /** Where it happened, for those who look for a place; {@link #NO_ADDRESS} if nowhere in particular. */
    default long address() {
        return NO_ADDRESS;
    }

    /** How many bytes from {@link #address()} it is about, at least 1. */
    default int sizeBytes() {
        return 1;
    }

    /** Tells everything besides time and core, always the same fields in the same order: text, JSON and the file are made from it. */
    void tell(Fields fields);

    /** Takes the fields of an event. Names are those of JSON. */
    interface Fields {
        void name(String name);

        void address(String name, long address);

        /** A count, a number of something; may be negative. */
        void number(String name, long number);

        /** A value of memory: bits, shown in hexadecimal. */
        void bits(String name, long bits);

        void flag(String name, boolean flag);

        void bytes(String name, InstructionBytes bytes);

        /** Any text; empty if there is nothing to say. */
        void text(String name, String text);
    }

    /** The families; the order is that of the bytes in the file and must not change. */
    enum Kind {
        FETCH,
        STORE,
        UPDATE,
        TRAP,
        RETURN,
        IPI,
        ANSWER,
        SERIALISE,
        MARK,
        REWRITE,
        INSTRUCTION,
        TRANSFER;

        /** As it is typed and printed. */
        public String text() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** A core fetched an instruction: these are the bytes that it saw. */
    record Fetch(long timePs, int core, long address, InstructionBytes bytes) implements TraceEvent {
        @Override
        public Kind kind() {
            return Kind.FETCH;
        }

        @Override
        public int sizeBytes() {
            return Math.max(1, bytes.sizeBytes());
        }

        @Override
        public void tell(Fields fields) {
            fields.address("address", address);
            fields.bytes("bytes", bytes);
        }
    }

    /**
     * Memory took a store.
     *
     * @param sizeBytes 1 to 64
     * @param value the low 8 bytes at the address afterwards, little-endian
     */
    record Store(long timePs, int core, long address, int sizeBytes, long value) implements TraceEvent {
        public Store {
            if (sizeBytes < 1 || sizeBytes > 64) {
                throw new IllegalArgumentException("a store of " + sizeBytes + " bytes");
            }
        }

        @Override
        public Kind kind() {
            return Kind.STORE;
        }

        @Override
        public void tell(Fields fields) {
            fields.address("address", address);
            fields.number("size", sizeBytes);
            fields.bits("value", value);
        }
    }

    /**
     * A locked operation took effect; what it stored is a {@link Store} of its own.
     *
     * @param failed whether it was a compare-and-exchange that found another value
     */
    record Update(long timePs, int core, long address, boolean failed) implements TraceEvent {
        @Override
        public Kind kind() {
            return Kind.UPDATE;
        }

        @Override
        public void tell(Fields fields) {
            fields.address("address", address);
            fields.flag("failed", failed);
        }
    }

    /**
     * A core entered the handler of an exception or interrupt.
     *
     * @param vector 0 to 255
     * @param rip what the frame holds: for INT3 the address behind it
     */
    record Trap(long timePs, int core, int vector, long rip) implements TraceEvent {
        public Trap {
            checkVector(vector);
        }

        @Override
        public Kind kind() {
            return Kind.TRAP;
        }

        /** The INT3 itself, for which the saved RIP is one byte further; RIP for every other vector. */
        @Override
        public long address() {
            return vector == GuestFault.Vector.BREAKPOINT.number() ? rip - 1 : rip;
        }

        @Override
        public void tell(Fields fields) {
            fields.number("vector", vector);
            fields.address("rip", rip);
        }
    }

    /**
     * A core left a handler.
     *
     * @param rip where it goes on
     */
    record Return(long timePs, int core, long rip) implements TraceEvent {
        @Override
        public Kind kind() {
            return Kind.RETURN;
        }

        @Override
        public long address() {
            return rip;
        }

        @Override
        public void tell(Fields fields) {
            fields.address("rip", rip);
        }
    }

    /** A core sent an interrupt to another, or to itself. */
    record Ipi(long timePs, int core, int target, int vector) implements TraceEvent {
        public Ipi {
            checkVector(vector);
        }

        @Override
        public Kind kind() {
            return Kind.IPI;
        }

        @Override
        public void tell(Fields fields) {
            fields.number("target", target);
            fields.number("vector", vector);
        }
    }

    /** A core answered the calls that came by interrupt. */
    record Answer(long timePs, int core) implements TraceEvent {
        @Override
        public Kind kind() {
            return Kind.ANSWER;
        }

        @Override
        public void tell(Fields fields) {}
    }

    /** A core serialised: what it fetches from here on is not older than this moment. */
    record Serialise(long timePs, int core) implements TraceEvent {
        @Override
        public Kind kind() {
            return Kind.SERIALISE;
        }

        @Override
        public void tell(Fields fields) {}
    }

    /**
     * Something that means something to the client only.
     *
     * @param name small letters with hyphens, none of the names of kinds
     * @param address {@link #NO_ADDRESS} if it has none
     * @param text empty if there is nothing to say
     */
    record Mark(long timePs, int core, String name, long address, String text) implements TraceEvent {
        public Mark {
            checkText(name);
            checkText(text);
        }

        @Override
        public Kind kind() {
            return Kind.MARK;
        }

        @Override
        public void tell(Fields fields) {
            fields.name(name);
            fields.address("address", address);
            fields.text("text", text);
        }
    }

    /**
     * Bytes became others, as the client means it: the stores that did it are {@link Store}s.
     *
     * @param name as for {@link Mark}
     * @param newBytes as many as {@code oldBytes}
     */
    record Rewrite(
            long timePs, int core, String name, long address, InstructionBytes oldBytes, InstructionBytes newBytes)
            implements TraceEvent {
        public Rewrite {
            checkText(name);
            if (oldBytes.sizeBytes() != newBytes.sizeBytes()) {
                throw new IllegalArgumentException(
                        oldBytes.sizeBytes() + " bytes cannot become " + newBytes.sizeBytes());
            }
        }

        @Override
        public Kind kind() {
            return Kind.REWRITE;
        }

        @Override
        public int sizeBytes() {
            return Math.max(1, oldBytes.sizeBytes());
        }

        @Override
        public void tell(Fields fields) {
            fields.name(name);
            fields.address("address", address);
            fields.bytes("old", oldBytes);
            fields.bytes("new", newBytes);
        }
    }

    /** A core completed an instruction; a repeated string instruction counts once. */
    record Instruction(long timePs, int core, long address, InstructionBytes bytes) implements TraceEvent {
        @Override
        public Kind kind() {
            return Kind.INSTRUCTION;
        }

        @Override
        public int sizeBytes() {
            return Math.max(1, bytes.sizeBytes());
        }

        @Override
        public void tell(Fields fields) {
            fields.address("address", address);
            fields.bytes("bytes", bytes);
        }
    }

    /**
     * A cache line came to a core that needed it.
     *
     * @param address what the core wants to touch in it
     * @param use {@code load}, {@code store}, or {@code update} for a locked operation
     * @param from the core that had it last; -1 for memory
     * @param modified whether that core had it for writing: PMUs call such a load HITM
     * @param waitedPs how long the core waited for it
     * @param rip the instruction that needed it; {@link #NO_ADDRESS} if that was no guest code, or a buffered store
     * @param code the routine, or the text of the instruction, that needed it
     * @param step where in it
     */
    record Transfer(
            long timePs,
            int core,
            long address,
            String use,
            int from,
            boolean modified,
            long waitedPs,
            long rip,
            String code,
            String step)
            implements TraceEvent {
        public Transfer {
            checkText(use);
            checkText(code);
            checkText(step);
        }

        @Override
        public Kind kind() {
            return Kind.TRANSFER;
        }

        @Override
        public void tell(Fields fields) {
            fields.address("address", address);
            fields.text("use", use);
            fields.number("from", from);
            fields.flag("modified", modified);
            fields.number("waitedPs", waitedPs);
            fields.address("rip", rip);
            fields.text("code", code);
            fields.text("step", step);
        }
    }

    private static void checkVector(int vector) {
        if (vector < 0 || vector > 255) {
            throw new IllegalArgumentException("vector " + vector);
        }
    }

    private static void checkText(String text) {
        if (text.length() > MAX_TEXT) {
            throw new IllegalArgumentException("a text of " + text.length() + " characters");
        }
    }
}
