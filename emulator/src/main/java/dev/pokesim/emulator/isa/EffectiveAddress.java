package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.microop.AddressOf;

/**
 * base + index * scale + displacement, plus the base of FS or GS.
 *
 * @see "Intel SDM vol. 1, Specifying an Offset"
 */
final class EffectiveAddress implements AddressOf {
    /** Which segment base is added; the others are 0 in 64-bit mode. */
    enum Segment {
        NONE,
        FS,
        GS
    }

    private final int base;
    private final int index;
    private final int scaleShift;
    private final long displacement;
    private final Segment segment;
    private final boolean truncated;

    /**
     * @param base register number, or {@link Core#ZERO} for none
     * @param index register number, or {@link Core#ZERO} for none
     * @param scaleShift 0 to 3
     * @param displacement for a RIP-relative operand the whole address
     * @param truncated whether an address-size prefix cuts the offset to 32 bits
     */
    EffectiveAddress(int base, int index, int scaleShift, long displacement, Segment segment, boolean truncated) {
        this.base = base;
        this.index = index;
        this.scaleShift = scaleShift;
        this.displacement = displacement;
        this.segment = segment;
        this.truncated = truncated;
    }

    @Override
    public long in(Core core) {
        long[] file = core.file();
        long offset = file[base] + (file[index] << scaleShift) + displacement;
        return segment == Segment.NONE && !truncated ? offset : withSegment(core, offset);
    }

    private long withSegment(Core core, long offset) {
        long cut = truncated ? offset & 0xffff_ffffL : offset;
        return switch (segment) {
            case NONE -> cut;
            case FS -> core.fsBase() + cut;
            case GS -> core.gsBase() + cut;
        };
    }

    /** The offset alone, without a segment base: what LEA computes. */
    long offset(Core core) {
        long[] file = core.file();
        long offset = file[base] + (file[index] << scaleShift) + displacement;
        return truncated ? offset & 0xffff_ffffL : offset;
    }

    /** Whether RSP is its base: POP to memory counts from the RSP after the pop. */
    boolean isBasedOnRsp() {
        return base == Core.RSP;
    }

    /** Whether an address-size prefix cuts the offset to 32 bits; RCX, RSI and RDI of string instructions are cut, too. */
    boolean isTruncated() {
        return truncated;
    }

    /** The same address, {@code distance} bytes on. */
    EffectiveAddress plus(long distance) {
        return new EffectiveAddress(base, index, scaleShift, displacement + distance, segment, truncated);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(
                segment == Segment.NONE ? "[" : segment.name().toLowerCase(java.util.Locale.ROOT) + ":[");
        String separator = "";
        int registerBytes = truncated ? 4 : 8;
        if (base != Core.ZERO) {
            text.append(Operand.Register.name(base, registerBytes, false));
            separator = "+";
        }
        if (index != Core.ZERO) {
            text.append(separator)
                    .append(Operand.Register.name(index, registerBytes, false))
                    .append('*')
                    .append(1 << scaleShift);
            separator = "+";
        }
        if (separator.isEmpty()) {
            text.append(Address.text(displacement));
        } else if (displacement != 0) {
            text.append(displacement < 0 ? "-" : "+").append("0x").append(Long.toHexString(Math.abs(displacement)));
        }
        return text.append(']').toString();
    }
}
