package dev.pokesim.emulator.memory;

/**
 * An exception of the emulated processor. It belongs to the run: the machine delivers it to the guest's handler or ends the
 * run with a report, and it never reaches a user as a Java stack trace.
 *
 * @see "Intel SDM vol. 3A, Exception and Interrupt Reference"
 */
public final class GuestFault extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Exception vectors with their architectural numbers. */
    public enum Vector {
        DIVIDE_ERROR(0, "#DE"),
        BREAKPOINT(3, "#BP"),
        INVALID_OPCODE(6, "#UD"),
        GENERAL_PROTECTION(13, "#GP"),
        PAGE_FAULT(14, "#PF");

        private final int number;
        private final String mnemonic;

        Vector(int number, String mnemonic) {
            this.number = number;
            this.mnemonic = mnemonic;
        }

        public int number() {
            return number;
        }

        /** The manual's name, as {@code #PF}. */
        public String mnemonic() {
            return mnemonic;
        }
    }

    private final Vector vector;
    private final long address;

    private GuestFault(Vector vector, long address, String message) {
        super(vector.mnemonic() + ": " + message, null, false, false);
        this.vector = vector;
        this.address = address;
    }

    /** #PF: no page at {@code address}, or one that does not allow {@code access}. */
    public static GuestFault pageFault(long address, Access access, boolean mapped) {
        return new GuestFault(
                Vector.PAGE_FAULT,
                address,
                (mapped ? "the page at " : "no page is mapped at ")
                        + Address.text(address)
                        + (mapped ? " does not allow " : " for ")
                        + switch (access) {
                            case READ -> "a load";
                            case WRITE -> "a store";
                            case EXECUTE -> "an instruction fetch";
                        });
    }

    /** #UD, #DE or #GP. */
    public static GuestFault of(Vector vector, String message) {
        return new GuestFault(vector, 0, message);
    }

    public Vector vector() {
        return vector;
    }

    /** What CR2 would hold after a #PF; 0 for the others. */
    public long address() {
        return address;
    }
}
