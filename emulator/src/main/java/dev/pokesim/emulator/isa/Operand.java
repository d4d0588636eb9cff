package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.memory.Address;

/** One operand of a decoded instruction. */
sealed interface Operand {
    /** Its width: 1, 2, 4, 8 or 16 bytes. */
    int sizeBytes();

    /**
     * A general register or a part of one.
     *
     * @param number 0 to 15
     * @param isHighByte whether it is ah, ch, dh or bh; {@code number} is then that of rax, rcx, rdx or rbx
     */
    record Register(int number, int sizeBytes, boolean isHighByte) implements Operand {
        private static final String[] NAMES = {
            "ax", "cx", "dx", "bx", "sp", "bp", "si", "di", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"
        };

        /** How far its lowest bit stands above bit 0 of the whole register. */
        int shift() {
            return isHighByte ? 8 : 0;
        }

        static String name(int number, int sizeBytes, boolean isHighByte) {
            String name = NAMES[number];
            if (number >= 8) {
                return name
                        + switch (sizeBytes) {
                            case 1 -> "b";
                            case 2 -> "w";
                            case 4 -> "d";
                            default -> "";
                        };
            }
            return switch (sizeBytes) {
                case 1 -> isHighByte ? name.charAt(0) + "h" : number < 4 ? name.charAt(0) + "l" : name + "l";
                case 2 -> name;
                case 4 -> "e" + name;
                default -> "r" + name;
            };
        }

        @Override
        public String toString() {
            return name(number, sizeBytes, isHighByte);
        }
    }

    /**
     * A control register.
     *
     * @param number 0 to 15; not all of them exist
     */
    record Control(int number) implements Operand {
        @Override
        public int sizeBytes() {
            return 8;
        }

        @Override
        public String toString() {
            return "cr" + number;
        }
    }

    /**
     * A segment register.
     *
     * @param number 0 to 7: ES, CS, SS, DS, FS, GS; two do not exist
     */
    record Segment(int number) implements Operand {
        private static final String NAMES = "escsssdsfsgs";

        @Override
        public int sizeBytes() {
            return 2;
        }

        @Override
        public String toString() {
            return 2 * number < NAMES.length() ? NAMES.substring(2 * number, 2 * number + 2) : "segment " + number;
        }
    }

    /** A place in memory. */
    record Memory(EffectiveAddress address, int sizeBytes) implements Operand {
        @Override
        public String toString() {
            return switch (sizeBytes) {
                        case 1 -> "byte ptr ";
                        case 2 -> "word ptr ";
                        case 4 -> "dword ptr ";
                        case 8 -> "qword ptr ";
                        case 16 -> "oword ptr ";
                        default -> "";
                    }
                    + address;
        }
    }

    /** A constant, sign-extended to 64 bits where the instruction extends it. */
    record Immediate(long value, int sizeBytes) implements Operand {
        @Override
        public String toString() {
            long shown = sizeBytes == 8 ? value : value & (1L << 8 * sizeBytes) - 1;
            return "0x" + Long.toHexString(shown);
        }
    }

    /** The target of a relative jump or call, as an address. */
    record Target(long address, int sizeBytes) implements Operand {
        @Override
        public String toString() {
            return Address.text(address);
        }
    }
}
