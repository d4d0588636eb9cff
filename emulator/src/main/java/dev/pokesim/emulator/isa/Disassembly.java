package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.emulator.memory.InstructionBytes;
import java.util.function.LongFunction;

/** Instructions as text in Intel syntax, each address that one branches to with the name that somebody has for it. */
public final class Disassembly {
    private final Decoder decoder = new Decoder();
    private final LongFunction<String> names;

    /** One that knows no names. */
    public Disassembly() {
        this(address -> "");
    }

    /**
     * @param names what an address is called, such as {@code bpf_run_001+0x3}; empty if nobody knows
     */
    public Disassembly(LongFunction<String> names) {
        this.names = names;
    }

    /** The instruction that bytes make, or in parentheses why they make none. */
    public String of(InstructionBytes bytes, long address) {
        try {
            return of(decoder.decode(bytes, address));
        } catch (NotModelled unknown) {
            return "(undecodable)";
        } catch (GuestFault fault) {
            return fault.vector() == GuestFault.Vector.PAGE_FAULT ? "(incomplete)" : "(undecodable)";
        }
    }

    /** Like {@code jmp 0xffffffff81000123 <bpf_run_001+0x3>}. */
    public String of(Decoded instruction) {
        String name = instruction.branches() ? names.apply(instruction.target()) : "";
        return instruction.name() + (name.isEmpty() ? "" : " <" + name + ">");
    }

    /**
     * How many bytes the instruction has that some bytes begin with.
     *
     * @return 1 to 15; if they make none, how many it takes to say so
     */
    public int sizeBytes(InstructionBytes bytes, long address) {
        try {
            return decoder.decode(bytes, address).bytes().sizeBytes();
        } catch (NotModelled unknown) {
            InstructionBytes lookedAt = unknown.bytes();
            return lookedAt == null ? 1 : lookedAt.sizeBytes();
        } catch (GuestFault fault) {
            return 1;
        }
    }

    /** An address with its name, like {@code 0xffffffff81000123 <bpf_run_001+0x3>}. */
    public String address(long address) {
        String name = names.apply(address);
        return Address.text(address) + (name.isEmpty() ? "" : " <" + name + ">");
    }
}
