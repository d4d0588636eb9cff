package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.emulator.memory.GuestFault.Vector;
import dev.pokesim.emulator.memory.InstructionBytes;
import java.util.ArrayList;
import java.util.List;

/**
 * Bytes to instruction, in 64-bit mode. It knows prefixes, ModRM, SIB, displacements and immediates; what an opcode means it
 * learns from {@link InstructionSet}.
 *
 * @see "Intel SDM vol. 2, Instruction Format"
 */
public final class Decoder {
    private record Row(Instruction instruction, Encoding encoding) {}

    /** By map and opcode; each list in the order of the instruction set. */
    private static final List<List<List<Row>>> ROWS = everyRow();

    private static List<List<List<Row>>> everyRow() {
        List<List<List<Row>>> rows = new ArrayList<>();
        for (int map = 0; map < 4; map++) {
            List<List<Row>> opcodes = new ArrayList<>();
            for (int opcode = 0; opcode < 256; opcode++) {
                opcodes.add(new ArrayList<>());
            }
            rows.add(opcodes);
        }
        for (Instruction instruction : InstructionSet.ALL) {
            for (Encoding encoding : instruction.encodings()) {
                for (int i = 0; i < encoding.opcodeCount; i++) {
                    rows.get(encoding.map).get(encoding.opcode + i).add(new Row(instruction, encoding));
                }
            }
        }
        for (List<List<Row>> opcodes : rows) {
            for (List<Row> candidates : opcodes) {
                // rows that ask for a prefix go first, those that take any last
                candidates.sort((a, b) -> Boolean.compare(
                        a.encoding.mandatoryPrefix == Encoding.ANY, b.encoding.mandatoryPrefix == Encoding.ANY));
            }
            opcodes.replaceAll(List::copyOf);
        }
        rows.replaceAll(List::copyOf);
        return List.copyOf(rows);
    }

    /**
     * Decodes one instruction.
     *
     * @param bytes what stands at {@code address}: 15 bytes, or fewer if nothing is mapped behind them
     * @return the instruction with its own bytes only
     * @throws GuestFault #PF if it goes on behind the given bytes, #UD for a LOCK that is not allowed, #GP beyond 15 bytes
     * @throws NotModelled if no instruction of this machine has these bytes
     */
    public Decoded decode(InstructionBytes bytes, long address) {
        return new Cursor(bytes, address).decode();
    }

    /**
     * The row that the bytes belong to.
     *
     * @throws GuestFault as {@link #decode}
     * @throws NotModelled as {@link #decode}
     */
    Encoding encodingOf(InstructionBytes bytes, long address) {
        return new Cursor(bytes, address).row().encoding;
    }

    /** One decoding in progress. */
    private final class Cursor {
        private final InstructionBytes bytes;
        private final long address;
        private int at;
        private boolean operandSizePrefix;
        private boolean addressSizePrefix;
        private boolean locked;
        private int repeatPrefix;
        private EffectiveAddress.Segment segment = EffectiveAddress.Segment.NONE;
        private int rex;
        private int modRm = Encoding.ANY;
        private boolean ripRelative;
        private int opcode;

        Cursor(InstructionBytes bytes, long address) {
            this.bytes = bytes;
            this.address = address;
        }

        /** Takes prefixes and opcode. */
        Row row() {
            int map = 0;
            opcode = prefixes();
            if (opcode == 0x0f) {
                map = 1;
                opcode = take();
                if (opcode == 0x38 || opcode == 0x3a) {
                    map = opcode == 0x38 ? 2 : 3;
                    opcode = take();
                }
            }
            return choose(map, opcode);
        }

        Decoded decode() {
            Row row = row();
            Encoding encoding = row.encoding;
            if (encoding.isForcedTo64 && operandSizePrefix && (rex & 8) == 0) {
                throw new NotModelled(
                        address,
                        bytes.prefix(at),
                        "66 before a near branch, which Intel ignores and AMD takes as a 16-bit branch");
            }
            if (encoding.mod != Encoding.Mod.NONE) {
                modRm = take();
            }
            int size = operandSize(encoding);
            // memory's SIB and displacement come before any immediate, whatever the order of the operands is
            Operand.Memory memory = modRm != Encoding.ANY && modRm >> 6 != 3 ? memory(size) : null;
            List<Operand> operands = new ArrayList<>();
            for (String specification : encoding.operands) {
                operands.add(operand(specification, encoding, size, memory));
            }
            long next = address + at;
            if (ripRelative) {
                resolveRipRelative(operands, next);
            }
            Operands found =
                    new Operands(List.copyOf(operands), address, next, opcode, size, locked, effectiveRepeat(row));
            if (locked && !(found.hasMemory() && row.instruction.isLockable(found))) {
                throw GuestFault.of(Vector.INVALID_OPCODE, "LOCK before " + row.instruction.mnemonic() + " " + found);
            }
            return new Decoded(row.instruction, found, bytes.prefix(at));
        }

        private int effectiveRepeat(Row row) {
            return row.instruction.isRepeatable() ? repeatPrefix : 0;
        }

        private int prefixes() {
            while (true) {
                int value = take();
                switch (value) {
                    case 0x66 -> operandSizePrefix = true;
                    case 0x67 -> addressSizePrefix = true;
                    case 0xf0 -> locked = true;
                    case 0xf2, 0xf3 -> repeatPrefix = value;
                    case 0x26, 0x2e, 0x36, 0x3e -> {} // ES CS SS DS: no effect in 64-bit mode
                    case 0x64 -> segment = EffectiveAddress.Segment.FS;
                    case 0x65 -> segment = EffectiveAddress.Segment.GS;
                    default -> {
                        if (value >> 4 == 4) {
                            rex = value;
                            int following = peek();
                            if (isPrefix(following)) {
                                rex = 0; // a REX that is not the last prefix is ignored
                                continue;
                            }
                            return take();
                        }
                        return value;
                    }
                }
            }
        }

        private boolean isPrefix(int value) {
            return switch (value) {
                case 0x66, 0x67, 0xf0, 0xf2, 0xf3, 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65 -> true;
                default -> value >> 4 == 4;
            };
        }

        private Row choose(int map, int opcode) {
            int following = at < bytes.sizeBytes() ? bytes.byteAt(at) : Encoding.ANY;
            for (Row row : ROWS.get(map).get(opcode)) {
                if (row.encoding.fits(operandSizePrefix, repeatPrefix, rex, following)) {
                    return row;
                }
            }
            if (following == Encoding.ANY && !ROWS.get(map).get(opcode).isEmpty()) {
                take(); // which row it is depends on a byte that is not there, so this raises what a fetch of it would
            }
            throw new NotModelled(
                    address,
                    bytes.prefix(InstructionLength.of(bytes).orElse(at + 1)),
                    "opcode map " + map + ", opcode 0x" + Integer.toHexString(opcode));
        }

        private int operandSize(Encoding encoding) {
            if ((rex & 8) != 0) {
                return 8;
            }
            if (operandSizePrefix && encoding.mandatoryPrefix != 0x66) {
                return 2;
            }
            return encoding.defaultsTo64 ? 8 : 4;
        }

        private Operand operand(
                String specification,
                Encoding encoding,
                int size,
                Operand.@org.jspecify.annotations.Nullable Memory memory) {
            switch (specification) {
                case "al":
                    return register(0, 1);
                case "cl":
                    return register(1, 1);
                case "dx":
                    return register(2, 2);
                case "ax":
                    return register(0, size);
                case "eax":
                    return register(0, Math.min(size, 4));
                case "1":
                    return new Operand.Immediate(1, 1);
                default:
                    break;
            }
            int bytesWide = width(specification.charAt(1), size);
            return switch (specification.charAt(0)) {
                case 'E', 'M', 'R' ->
                    memory == null
                            ? register(modRm & 7 | (rex & 1) << 3, bytesWide)
                            : new Operand.Memory(memory.address(), bytesWide);
                case 'G' -> register(modRm >> 3 & 7 | (rex & 4) << 1, bytesWide);
                case 'Z' -> register(opcode & 7 | (rex & 1) << 3, bytesWide);
                case 'I' -> new Operand.Immediate(signed(bytesWide), specification.charAt(1) == 'z' ? size : bytesWide);
                case 's' -> new Operand.Immediate(signed(1), size);
                case 'J' -> {
                    long displacement = signed(bytesWide);
                    yield new Operand.Target(address + at + displacement, bytesWide);
                }
                case 'O' ->
                    new Operand.Memory(
                            new EffectiveAddress(
                                    Core.ZERO,
                                    Core.ZERO,
                                    0,
                                    addressSizePrefix ? signed(4) & 0xffff_ffffL : signed(8),
                                    segment,
                                    addressSizePrefix),
                            bytesWide);
                case 'X' -> atRegister(Core.RSI, segment, bytesWide);
                case 'Y' -> atRegister(Core.RDI, EffectiveAddress.Segment.NONE, bytesWide);
                case 'C' -> new Operand.Control(modRm >> 3 & 7 | (rex & 4) << 1);
                case 'S' -> new Operand.Segment(modRm >> 3 & 7);
                default -> throw new IllegalStateException("unknown operand " + specification + " in " + encoding);
            };
        }

        private Operand.Memory atRegister(int register, EffectiveAddress.Segment in, int bytesWide) {
            return new Operand.Memory(
                    new EffectiveAddress(register, Core.ZERO, 0, 0, in, addressSizePrefix), bytesWide);
        }

        private int width(char letter, int size) {
            return switch (letter) {
                case 'b' -> 1;
                case 'w' -> 2;
                case 'd' -> 4;
                case 'q' -> 8;
                case 'x' -> 16;
                case 'v' -> size;
                case 'z' -> Math.min(size, 4);
                case 'y' -> size == 8 ? 8 : 4;
                default -> 0;
            };
        }

        private Operand.Register register(int number, int bytesWide) {
            boolean isHighByte = bytesWide == 1 && rex == 0 && number >= 4;
            return new Operand.Register(isHighByte ? number - 4 : number, bytesWide, isHighByte);
        }

        /** The memory operand that ModRM names; its width is set by each operand that uses it. */
        private Operand.Memory memory(int size) {
            int mod = modRm >> 6;
            int rm = modRm & 7;
            int base = rm | (rex & 1) << 3;
            int index = Core.ZERO;
            int scaleShift = 0;
            if (rm == 4) {
                int sib = take();
                scaleShift = sib >> 6;
                index = sib >> 3 & 7 | (rex & 2) << 2;
                index = index == 4 ? Core.ZERO : index;
                base = sib & 7 | (rex & 1) << 3;
                if ((sib & 7) == 5 && mod == 0) {
                    return memoryAt(Core.ZERO, index, scaleShift, signed(4), size);
                }
            } else if (rm == 5 && mod == 0) {
                ripRelative = true;
                return memoryAt(Core.ZERO, Core.ZERO, 0, signed(4), size);
            }
            long displacement = switch (mod) {
                case 1 -> signed(1);
                case 2 -> signed(4);
                default -> 0;
            };
            return memoryAt(base, index, scaleShift, displacement, size);
        }

        private Operand.Memory memoryAt(int base, int index, int scaleShift, long displacement, int size) {
            return new Operand.Memory(
                    new EffectiveAddress(base, index, scaleShift, displacement, segment, addressSizePrefix), size);
        }

        private void resolveRipRelative(List<Operand> operands, long next) {
            for (int i = 0; i < operands.size(); i++) {
                if (operands.get(i) instanceof Operand.Memory memory) {
                    operands.set(i, new Operand.Memory(memory.address().plus(next), memory.sizeBytes()));
                }
            }
        }

        private long signed(int bytesWide) {
            long value = 0;
            for (int i = 0; i < bytesWide; i++) {
                value |= (long) take() << 8 * i;
            }
            int shift = 64 - 8 * bytesWide;
            return value << shift >> shift;
        }

        private int peek() {
            int value = take();
            at--;
            return value;
        }

        private int take() {
            if (at == InstructionBytes.MAX_SIZE_BYTES) {
                throw GuestFault.of(Vector.GENERAL_PROTECTION, "an instruction longer than 15 bytes");
            }
            if (at == bytes.sizeBytes()) {
                throw endOfPage();
            }
            return bytes.byteAt(at++);
        }

        private GuestFault endOfPage() {
            return GuestFault.pageFault(address + bytes.sizeBytes(), dev.pokesim.emulator.memory.Access.EXECUTE, false);
        }
    }
}
