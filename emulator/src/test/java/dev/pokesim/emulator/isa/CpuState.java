package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.Rflags;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * Everything that an instruction under test can read or change: registers, flags, RIP, two windows of memory, and how it
 * ended. The addresses are the same on the host and in the emulator.
 */
final class CpuState {
    /** Where the instruction stands. */
    static final long TEXT = 0x1000_1000L;
    /** Where an indirect jump, call or return under test goes. */
    static final long LANDING = TEXT + 0x80;
    /** First byte of the window for memory operands. */
    static final long DATA = 0x2000_0700L;
    /** First byte of the window around the initial RSP. */
    static final long STACK = 0x3000_0700L;

    static final int WINDOW_BYTES = 0x200;
    /** The middle of the stack's window. */
    static final long INITIAL_RSP = STACK + WINDOW_BYTES / 2;

    static final long GS_BASE = 0x2000_0000L;
    /** Only in the emulator: the host's FS belongs to its threads. */
    static final long FS_BASE = 0x2000_0100L;

    /** Flags that are loaded and compared. IF is 1 on both sides. */
    static final int FLAGS = Rflags.CF | Rflags.PF | Rflags.AF | Rflags.ZF | Rflags.SF | Rflags.DF | Rflags.OF;

    static final List<String> REGISTERS = List.of(
            "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14",
            "r15");

    private static final VarHandle QUADWORD =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    final long[] registers = new long[16];
    long flags;
    long rip = TEXT;
    final byte[] data = new byte[WINDOW_BYTES];
    final byte[] stack = new byte[WINDOW_BYTES];
    /** How it ended: empty, {@code fault=#DE}, {@code trap=3} or {@code halted=1}. */
    String event = "";

    CpuState() {
        registers[Core.RSP] = INITIAL_RSP;
    }

    CpuState copy() {
        CpuState copy = new CpuState();
        System.arraycopy(registers, 0, copy.registers, 0, 16);
        copy.flags = flags;
        copy.rip = rip;
        System.arraycopy(data, 0, copy.data, 0, WINDOW_BYTES);
        System.arraycopy(stack, 0, copy.stack, 0, WINDOW_BYTES);
        copy.event = event;
        return copy;
    }

    static boolean isInWindow(long address) {
        return address >= DATA && address < DATA + WINDOW_BYTES || address >= STACK && address < STACK + WINDOW_BYTES;
    }

    int byteAt(long address) {
        return window(address)[offset(address)] & 0xff;
    }

    void setByte(long address, int value) {
        window(address)[offset(address)] = (byte) value;
    }

    long read(long address, int sizeBytes) {
        if (sizeBytes == 8) {
            return (long) QUADWORD.get(window(address), offset(address));
        }
        long value = 0;
        for (int i = 0; i < sizeBytes; i++) {
            value |= (long) byteAt(address + i) << 8 * i;
        }
        return value;
    }

    void write(long address, int sizeBytes, long value) {
        if (sizeBytes == 8) {
            QUADWORD.set(window(address), offset(address), value);
            return;
        }
        for (int i = 0; i < sizeBytes; i++) {
            setByte(address + i, (int) (value >>> 8 * i));
        }
    }

    private byte[] window(long address) {
        if (!isInWindow(address)) {
            throw new IllegalArgumentException("0x" + Long.toHexString(address) + " is outside the memory of the test");
        }
        return address >= STACK ? stack : data;
    }

    private static int offset(long address) {
        return (int) (address - (address >= STACK ? STACK : DATA));
    }

    /** Whether nothing differs but the given flags. */
    boolean equalsExcept(CpuState other, int ignoredFlags) {
        return ((flags ^ other.flags) & FLAGS & ~ignoredFlags) == 0
                && rip == other.rip
                && event.equals(other.event)
                && Arrays.equals(registers, other.registers)
                && Arrays.equals(data, other.data)
                && Arrays.equals(stack, other.stack);
    }

    /** What differs from {@code before}, in the notation of the case files; {@code -} if nothing does. */
    String changesFrom(CpuState before) {
        List<String> changes = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            if (registers[i] != before.registers[i]) {
                changes.add(REGISTERS.get(i) + "=" + Long.toHexString(registers[i]));
            }
        }
        if (((flags ^ before.flags) & FLAGS) != 0) {
            changes.add("flags=" + flagsText(flags));
        }
        addRuns(changes, DATA, data, before.data);
        addRuns(changes, STACK, stack, before.stack);
        if (rip != before.rip) {
            changes.add("rip=" + Long.toHexString(rip));
        }
        if (!event.isEmpty()) {
            changes.add(event);
        }
        return changes.isEmpty() ? "-" : String.join(" ", changes);
    }

    private static void addRuns(List<String> changes, long start, byte[] bytes, byte[] before) {
        for (int i = 0; i < bytes.length; i++) {
            int from = i;
            while (i < bytes.length && bytes[i] != before[i]) {
                i++;
            }
            if (i > from) {
                changes.add("[" + Long.toHexString(start + from) + "]="
                        + HexFormat.of().formatHex(bytes, from, i));
            }
        }
    }

    private static final String FLAG_LETTERS = "CPAZSDO";
    private static final int[] FLAG_BITS = {Rflags.CF, Rflags.PF, Rflags.AF, Rflags.ZF, Rflags.SF, Rflags.DF, Rflags.OF
    };

    static String flagsText(long flags) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < FLAG_BITS.length; i++) {
            if ((flags & FLAG_BITS[i]) != 0) {
                text.append(FLAG_LETTERS.charAt(i));
            }
        }
        return text.length() == 0 ? "-" : text.toString();
    }

    static long flagsOf(String text) {
        long flags = 0;
        for (int i = 0; i < text.length(); i++) {
            int bit = FLAG_LETTERS.indexOf(text.charAt(i));
            if (bit >= 0) {
                flags |= FLAG_BITS[bit];
            } else if (text.charAt(i) != '-') {
                throw new IllegalArgumentException("no flag " + text.charAt(i) + ", they are " + FLAG_LETTERS);
            }
        }
        return flags;
    }

    /** Sets what one word of a case file says: {@code rax=ff}, {@code flags=CZ}, {@code [20000800]=0011}, {@code rip=..}. */
    void set(String word) {
        int equals = word.indexOf('=');
        if (equals < 0) {
            throw new IllegalArgumentException("not name=value: " + word);
        }
        String name = word.substring(0, equals);
        String value = word.substring(equals + 1);
        switch (name) {
            case "flags" -> flags = flagsOf(value);
            case "rip" -> rip = Long.parseUnsignedLong(value, 16);
            case "fault", "trap", "halted", "refused" -> event = word;
            default -> {
                if (name.startsWith("[")) {
                    long address = Long.parseUnsignedLong(name.substring(1, name.length() - 1), 16);
                    byte[] bytes = HexFormat.of().parseHex(value);
                    for (int i = 0; i < bytes.length; i++) {
                        setByte(address + i, bytes[i]);
                    }
                } else {
                    int register = REGISTERS.indexOf(name);
                    if (register < 0) {
                        throw new IllegalArgumentException("no register " + name);
                    }
                    registers[register] = Long.parseUnsignedLong(value, 16);
                }
            }
        }
    }

    /** All of it that is not zero, in the notation of the case files. */
    @Override
    public String toString() {
        CpuState zero = new CpuState();
        zero.rip = rip;
        return changesFrom(zero) + (rip == TEXT ? "" : " rip=" + Long.toHexString(rip));
    }
}
