package dev.pokesim.emulator.isa;

/** Numbers of the model-specific registers that exist here. Source: Intel SDM vol. 4, "Model-Specific Registers". */
final class Msr {
    static final int FS_BASE = 0xc000_0100;
    static final int GS_BASE = 0xc000_0101;
    static final int KERNEL_GS_BASE = 0xc000_0102;

    private Msr() {}

    static NotModelled notModelled(String instruction, long address, int number) {
        return new NotModelled(address, instruction + " of MSR 0x" + Integer.toHexString(number));
    }
}
